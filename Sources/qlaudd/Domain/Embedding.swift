package import Wire

/// One call of an embedding model, in OpenAI's terms.
package struct EmbeddingCall: Sendable, Equatable {
  /// How a vector stands in the reply.
  package enum Encoding: String, WireEnum { case float, base64 }
  package var model: String
  /// A text, an array of texts, an array of token numbers, or an array of those.
  package let input: JSON
  package let encoding: Encoding
  /// Numbers of a vector; nil for the model's own.
  package let dimensions: Int?
  /// Texts that `input` holds: vectors that the reply must have.
  package let count: Int
  /// A call.
  package init(model: String, input: JSON, encoding: Encoding, dimensions: Int?, count: Int) {
    self.model = model
    self.input = input
    self.encoding = encoding
    self.dimensions = dimensions
    self.count = count
  }
}

/// The vectors of a call, in the order of its input.
package struct EmbeddingReply: Sendable, Equatable {
  package var model: String
  /// Each an array of numbers, or base64 of little-endian 32-bit floats.
  package let vectors: [JSON]
  package let usage: Usage
  /// A reply.
  package init(model: String, vectors: [JSON], usage: Usage) {
    self.model = model
    self.vectors = vectors
    self.usage = usage
  }
}

/// How many tokens a call's input has.
package struct TokenCount: Sendable, Equatable {
  package let tokens: Int
  /// Whether it is an estimate of ours and not the provider's count.
  package let isEstimated: Bool
  /// A count.
  package init(tokens: Int, isEstimated: Bool) {
    self.tokens = tokens
    self.isEstimated = isEstimated
  }
}
