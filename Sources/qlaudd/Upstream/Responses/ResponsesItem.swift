import Domain
import Wire

/// What the decoder knows of one output item.
struct ResponsesItem {
  /// A piece of an item that grows by deltas.
  enum Part: Hashable {
    /// A part of a message's content, text or refusal.
    case text(Int)
    /// A paragraph of the summary of reasoning.
    case summary(Int)
    /// A paragraph of the reasoning itself (open models).
    case reasoning(Int)
    /// The input of a tool call.
    case call

    var isText: Bool { if case .text = self { true } else { false } }
    var isSummary: Bool { if case .summary = self { true } else { false } }
    var isReasoning: Bool { if case .reasoning = self { true } else { false } }
    var isThinking: Bool { isSummary || isReasoning }
  }

  /// The item's type, once it is done.
  var kind: String?
  /// Indexes of the blocks it became, in order.
  var blocks: [Int] = []
  /// Annotations that have come, by part.
  var citations: [Part: Int] = [:]
  var isDone = false
  /// Parts of which something was passed on, in order.
  private(set) var parts: [Part] = []
  /// Bytes that were passed on, by part.
  private var counts: [Part: Int] = [:]

  /// The block that carries what must come back.
  var block: Int? { blocks.first }
  func count(_ part: Part) -> Int { counts[part] ?? 0 }
  mutating func count(_ part: Part, _ bytes: Int) {
    if counts[part] == nil { parts.append(part) }
    counts[part, default: 0] += bytes
  }

  /// A source on the web in the shape of Anthropic's web search; other annotations as they came. The positions are
  /// kept: they count characters of the reply's text part.
  static func citation(_ annotation: JSON) -> JSON {
    guard annotation["type"] == "url_citation" else { return annotation }
    return .record([
      "type": "web_search_result_location", "url": annotation["url"] ?? "",
      "title": annotation["title"]?.nonNull ?? "", "encrypted_index": "", "cited_text": "",
      "start_index": annotation["start_index"], "end_index": annotation["end_index"],
    ])
  }
}
