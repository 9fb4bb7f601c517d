package import Domain

/// A model that makes vectors, as the file knows it.
package struct VectorModel: Sendable, Equatable {
  package let number: Int64
  package let name: String
  /// Numbers of a vector; 0 before there is one.
  package let dimension: Int
  /// The newest document that it has seen.
  package let through: Int64
}

/// A vector in the two forms in which it is kept.
package struct StoredVector: Sendable, Equatable {
  /// The document.
  package let id: Int64
  package let vector: [UInt8]
  package let code: [UInt8]
  /// A document's vector.
  package init(id: Int64, vector: [UInt8], code: [UInt8]) {
    self.id = id
    self.vector = vector
    self.code = code
  }
}

/// A code with what filters go by.
package struct StoredCode: Sendable, Equatable {
  package let id: Int64
  package let code: [UInt8]
  package let threadNumber: Int64
  package let role: Role
  package let createdAt: Milliseconds
  /// The key of the thread.
  package let keyID: KeyID
  package let endUserID: String?
  /// Whether the thread is deleted softly.
  package let isDeleted: Bool
}

/// A message as the ranking needs it.
package struct SearchPassage: Sendable, Equatable {
  package let id: Int64
  package let threadNumber: Int64
  package let seq: MessageSeq
  package let role: Role
  package let createdAt: Milliseconds
  package let hasMeaning: Bool
  /// Which words stand in it, as ``IndexedText/terms`` had it.
  package let terms: [UInt8]
  /// Its vector by the model that was asked for; left out where a function was given for it.
  package let vector: [UInt8]?
  /// What the function made of its vector.
  package let score: Float?
}

/// What to make of a stored vector.
package typealias VectorScore = @Sendable (UnsafeRawBufferPointer) -> Float

/// What the vectors of a search point to.
package struct NearVectors: Sendable {
  package let model: VectorModel
  /// Documents that may be near, the most promising first, and the highest score that is to be expected of each and of those
  /// after it.
  package let vectors: [(id: Int64, most: Float)]
  /// As many of them as are taken, by their scores.
  package let limit: Int
  package let score: VectorScore
  /// Documents whose vectors may be near.
  package init(
    model: VectorModel, vectors: [(id: Int64, most: Float)], limit: Int,
    score: @escaping VectorScore
  ) {
    self.model = model
    self.vectors = vectors
    self.limit = limit
    self.score = score
  }
}

/// What a model still has to do.
package struct UnseenMessages: Sendable {
  /// Messages to be embedded.
  package let messages: [(id: Int64, message: Message)]
  /// The newest document that was looked at.
  package let through: Int64
}
