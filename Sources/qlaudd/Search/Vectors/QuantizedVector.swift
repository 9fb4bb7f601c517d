import CVector

/// A vector as it is stored: a signed byte a dimension, and a code of 256 bits whose Hamming distances follow the angles.
///
/// The bytes are the vector scaled so that its greatest number is 127; the scale is not kept, since a cosine does not need
/// it. The code is made from the same floats; see ``VectorCode``.
package struct QuantizedVector: Sendable, Equatable {
  /// One signed byte a dimension, as two's complement: what the embeddings table holds.
  package let bytes: [UInt8]
  package let code: VectorCode

  /// Quantizes a vector of any length above 0; nil where it is all zeros or holds no finite direction.
  package init?(_ vector: [Float]) {
    var greatest: Float = 0
    for value in vector {
      guard value.isFinite else { return nil }
      greatest = max(greatest, abs(value))
    }
    guard greatest > 0 else { return nil }
    let scale = 127 / greatest
    guard scale.isFinite else { return nil }
    bytes = vector.map { UInt8(bitPattern: Int8(($0 * scale).rounded())) }
    code = VectorCode(vector)
  }
}

/// Cosines of one query with stored bytes. The query is itself quantized, so the integers are exact and the same on every
/// machine.
package struct CosineScorer: Sendable {
  private let query: [UInt8]
  private let length: Float
  private let kernel = cvector_best()

  /// For a query that was quantized as the stored vectors were.
  package init(_ query: QuantizedVector) {
    self.query = query.bytes
    length = query.bytes.withUnsafeBytes { [kernel] in Self.length($0, kernel: kernel) }
  }

  /// The cosine with a stored vector, -1 to 1; 0 where it has another number of dimensions.
  package func cosine(_ stored: [UInt8]) -> Float { stored.withUnsafeBytes(cosine) }

  /// The same of bytes where they lie.
  package func cosine(_ stored: UnsafeRawBufferPointer) -> Float {
    guard stored.count == query.count, !stored.isEmpty else { return 0 }
    let other = Self.length(stored, kernel: kernel)
    guard other > 0, length > 0 else { return 0 }
    let dot = query.withUnsafeBytes { Self.dot($0, stored, kernel: kernel) }
    return Float(dot) / (length * other)
  }

  private static func length(_ bytes: UnsafeRawBufferPointer, kernel: Int32) -> Float {
    Float(dot(bytes, bytes, kernel: kernel)).squareRoot()
  }

  private static func dot(
    _ left: UnsafeRawBufferPointer, _ right: UnsafeRawBufferPointer, kernel: Int32
  ) -> Int32 {
    cvector_dot(
      kernel, left.bindMemory(to: Int8.self).baseAddress,
      right.bindMemory(to: Int8.self).baseAddress, left.count)
  }
}
