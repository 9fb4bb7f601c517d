package import Domain
import Wire

/// How many tokens a text is for a model, without its tokenizer: a rule by the family of the model's name. It is meant to
/// err upwards a little; whoever knows what a call of the model really used corrects it.
///
/// | family | bytes of ASCII a token | a picture |
/// |---|---|---|
/// | Claude | 3.5 | 1,600 |
/// | GPT, o1 … | 4 | 1,100 |
/// | Gemini | 4 | 1,300 |
/// | others | 3.6 | 1,600 |
///
/// Of other scripts two and a half bytes are a token; a document that is not text counts one token for 30 characters of
/// its base64, or 4,000 where only its address is known; a message costs 4 beside its text and a tool 12.
package struct TokenEstimate: Sendable {
  /// Tenths of a byte.
  private let asciiTenths: Int
  private let picture: Int

  /// The rule for a model of that name.
  package init(model: String) {
    let name = (model.lowercased().split(separator: "/").last).map(String.init) ?? ""
    if name.contains("claude") {
      (asciiTenths, picture) = (35, 1_600)
    } else if name.contains("gemini") || name.contains("gemma") {
      (asciiTenths, picture) = (40, 1_300)
    } else if name.contains("gpt") || Self.isReasoningSeries(name) {
      (asciiTenths, picture) = (40, 1_100)
    } else {
      (asciiTenths, picture) = (36, 1_600)
    }
  }

  /// `o1`, `o3-mini`, `o4-mini`.
  private static func isReasoningSeries(_ name: String) -> Bool {
    name.first == "o" && name.dropFirst().first?.isNumber == true
  }

  /// Tokens of a whole call's input.
  package func input(of call: ModelCall) -> Int {
    var sum = tokens(of: call.system) + tokens(of: call.tools)
    for message in call.messages { sum += tokens(of: message.blocks) + Self.perMessage }
    return sum
  }

  /// What a message costs beside its blocks.
  package static let perMessage = 4

  /// Tokens of content blocks.
  package func tokens(of blocks: [Block]) -> Int { blocks.reduce(0) { $0 + tokens(of: $1) } }

  /// Tokens of definitions of tools.
  package func tokens(of tools: [ModelCall.Tool]) -> Int {
    tools.reduce(0) {
      $0 + 12 + tokens($1.name) + tokens($1.description) + tokens($1.inputSchema.text)
    }
  }

  /// Tokens of a text.
  package func tokens(_ text: String) -> Int {
    var ascii = 0
    var other = 0
    for byte in text.utf8 { if byte < 0x80 { ascii += 1 } else { other += 1 } }
    return (ascii * 10 + asciiTenths - 1) / asciiTenths + (other * 10 + 24) / 25
  }

  private func tokens(of block: Block) -> Int {
    switch block.type {
    case "text": return tokens(block["text"]?.string ?? "")
    case "image": return picture
    case "document": return tokens(of: block["source"])
    case "thinking": return tokens(block["thinking"]?.string ?? "")
    case "redacted_thinking": return 0
    case "tool_use":
      return 8 + tokens(block["name"]?.string ?? "") + tokens(block["input"]?.text ?? "")
    case "tool_result": return 8 + tokens(of: Block.list(block["content"] ?? .null))
    default: return tokens(block.publicJSON.text)
    }
  }

  private func tokens(of source: JSON?) -> Int {
    switch source?["type"]?.string {
    case "base64": return (source?["data"]?.string ?? "").utf8.count / 30
    case "text": return tokens(source?["data"]?.string ?? "")
    case "content": return tokens(of: Block.list(source?["content"] ?? .null))
    default: return 4_000
    }
  }
}
