import Wire

/// Reasoning as chat hosts send it: `reasoning_content` (DeepSeek, xAI, Z.ai, Kimi, llama.cpp), `reasoning` (Groq, Cerebras,
/// Ollama, gateways), `reasoning_text` and `thinking` (rare), `reasoning_details` (OpenRouter's form, with signatures and encrypted parts), parts of the content (Mistral).
struct ChatReasoning: Sendable {
  /// The field that most hosts use.
  static let commonField = "reasoning_content"
  /// The field in which the text came.
  private(set) var field: String?
  /// `reasoning_details`, pieces of one entry joined.
  private(set) var details: [JSON.Object] = []

  var isEmpty: Bool { field == nil && details.isEmpty }

  /// Takes what a delta or a message holds.
  /// - Returns: the text that it adds.
  mutating func take(_ delta: JSON) -> String {
    let pieces = delta["reasoning_details"]?.array ?? []
    for piece in pieces { if let object = piece.object { add(object) } }
    for name in [Self.commonField, "reasoning", "reasoning_text", "thinking"] {
      if let text = delta[name]?.string, !text.isEmpty {
        field = name
        return text
      }
    }
    return pieces.compactMap { $0["text"]?.string ?? $0["summary"]?.string }.joined()
  }

  mutating func came(in name: String) { field = name }

  /// An entry grows by pieces with the same type and index; a signature may come alone, and what has an id of its own is whole.
  private mutating func add(_ piece: JSON.Object) {
    let place = details.lastIndex { known in
      known["type"] == piece["type"] && known["index"] == piece["index"] && known["data"] == nil
    }
    guard let place, piece["data"] == nil else {
      details.append(piece)
      return
    }
    for member in piece.members where !member.value.isNull {
      let old = details[place][member.key]?.string
      let grows = member.key == "text" || member.key == "summary"
      if grows, let old, let new = member.value.string {
        details[place][member.key] = .string(old + new)
      } else {
        details[place][member.key] = member.value
      }
    }
  }

  /// What the block remembers.
  func memory(model: String) -> JSON {
    .record([
      "model": .string(model), "field": field.map(JSON.string),
      "details": details.isEmpty ? nil : .array(details.map(JSON.object)),
    ])
  }
}
