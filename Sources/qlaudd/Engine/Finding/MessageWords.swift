import Domain
import Search
package import Store
import Wire

/// What of a message can be found.
struct MessageWords: Equatable {
  /// What a person said, or a model at the end of its turn; titles and captions of what was attached.
  var said = ""
  /// What tools were given and gave, what a model said on the way, texts that were attached.
  var aside = ""

  /// Bytes of `aside` that count: a tool may give megabytes.
  static let asideLimit = 64 << 10

  init(_ message: Message) {
    let blocks = message.blocks
    let isOnTheWay = message.role == .assistant && blocks.contains { $0.type == "tool_use" }
    for block in blocks {
      switch block.type {
      case "text":
        isOnTheWay ? Self.add(block["text"], to: &aside) : Self.add(block["text"], to: &said)
      case "image", "document":
        for name in ["title", "caption", "alt", "context"] { Self.add(block[name], to: &said) }
        if block["source"]?["type"] == "text" { Self.add(block["source"]?["data"], to: &aside) }
      case "tool_use", "server_tool_use":
        Self.add(block["name"], to: &aside)
        addLeaves(block["input"])
      case "tool_result": addLeaves(block["content"])
      case "search_result":
        Self.add(block["title"], to: &aside)
        addLeaves(block["content"])
      default: continue
      }
    }
  }

  /// Both, what was said first.
  var all: String { aside.isEmpty ? said : said.isEmpty ? aside : said + "\n" + aside }

  private static func add(_ json: JSON?, to text: inout String) {
    guard let more = json?.string, !more.isEmpty else { return }
    if !text.isEmpty { text += "\n" }
    text += more
  }

  /// The texts inside of a value, in order; what is no text (an image's bytes) stays out.
  private mutating func addLeaves(_ json: JSON?) {
    guard aside.utf8.count < Self.asideLimit, let json else { return }
    switch json {
    case .string(let text):
      let rest = text.utf8.prefix(Self.asideLimit - aside.utf8.count)
      Self.add(.string(String(decoding: rest, as: UTF8.self)), to: &aside)
    case .array(let elements): for element in elements { addLeaves(element) }
    case .object(let object):
      if object["type"] == "image" { return }
      for member in object.members where member.key != "type" { addLeaves(member.value) }
    case .int(let number): Self.add(.string(String(number)), to: &aside)
    default: return
    }
  }
}

extension IndexingRule {
  /// How the product prepares messages. Whoever changes what comes out raises the version.
  package static let messages = IndexingRule(version: 3) { message in
    let words = MessageWords(message)
    let said = SearchableText(words.said)
    let aside = SearchableText(words.aside)
    guard !said.body.isEmpty || !aside.body.isEmpty else { return nil }
    return IndexedText(
      body: said.body, whole: said.whole,
      tool: aside.body.isEmpty ? "" : "\(aside.body) \(aside.whole)",
      words: Set(said.words).union(aside.words).sorted(),
      terms: TermSignature(terms: said.terms + aside.terms).stored, hasMeaning: !said.body.isEmpty)
  }
}
