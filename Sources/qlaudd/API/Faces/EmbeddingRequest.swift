import Domain
import Wire

/// A request of OpenAI's embeddings: https://platform.openai.com/docs/api-reference/embeddings/create
enum EmbeddingRequest {
  /// Inputs of one request.
  static let most = 2_048

  static func read(_ object: JSON.Object) throws(InvalidParams) -> EmbeddingCall {
    var members = Members(object)
    let model = try members.model()
    guard let input = members.take("input") else {
      throw members.complaint("input", "is required")
    }
    let count = try count(input)
    let encoding = try members.value("encoding_format", as: EmbeddingCall.Encoding.self)
    let dimensions = try members.whole("dimensions", in: 1...65_536)
    members.ignore("user")
    try members.finish("embeddings/create")
    return EmbeddingCall(
      model: model, input: input, encoding: encoding ?? .float, dimensions: dimensions,
      count: count)
  }

  /// How many texts stand in an input: a text, texts, token numbers of one, token numbers of several.
  private static func count(_ input: JSON) throws(InvalidParams) -> Int {
    let rule = "must be a non-empty string, or an array of 1 to \(most) of them, or token numbers"
    switch input {
    case .string(let text) where !text.isEmpty: return 1
    case .array(let elements) where !elements.isEmpty:
      if elements.allSatisfy({ $0.int != nil }) { return 1 }
      let isTexts = elements.allSatisfy { $0.string?.isEmpty == false }
      let isTokens = elements.allSatisfy { element in
        guard let numbers = element.array, !numbers.isEmpty else { return false }
        return numbers.allSatisfy { $0.int != nil }
      }
      guard isTexts || isTokens, elements.count <= most else { throw InvalidParams("input", rule) }
      return elements.count
    default: throw InvalidParams("input", rule)
    }
  }

  /// The answer in OpenAI's shape.
  static func json(_ reply: EmbeddingReply) -> JSON {
    let data = reply.vectors.enumerated().map { index, vector -> JSON in
      ["object": "embedding", "index": .integer(index), "embedding": vector]
    }
    let tokens = JSON.integer(reply.usage.totalInput)
    return [
      "object": "list", "data": .array(data), "model": .string(reply.model),
      "usage": .record([
        "prompt_tokens": tokens, "total_tokens": tokens,
        "estimated": reply.usage.isEstimated ? true : nil,
      ]),
    ]
  }
}
