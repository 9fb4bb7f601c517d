import Domain
import Engine
import Wire

extension Shape where Value == Domain.Thread {
  static let thread = Shape(
    .field("id", \.id, "The thread's id."),
    .constant("object", "thread"),
    .nullable("end_user_id", \.endUserID, "Your own id of the person it belongs to."),
    .field("metadata", \.metadata, "What you stored with it."),
    .nullable("title", \.title, "Its title."),
    .nullable("default_model", \.defaultModel, "The model of sends that name none."),
    .nullable("system", \.system, "System prompt of sends that bring none."),
    .nullable(
      "offline", \.offline, "What becomes of sends that do not say so while the upstream is away."),
    .field("created_at", \.createdAt, "Milliseconds since the epoch."),
    .field("last_active_at", \.lastActiveAt, "When its last message was stored."))
}

extension Shape where Value == Message {
  static let message = Shape(
    .field("seq", \.seq, "Its place in the thread, from 1."),
    .field("role", \.role, "user or assistant."),
    .field("content", \.publicContent, "A string or content blocks."),
    .nullable("request_id", \.requestID, "The upstream's id of the reply; null on user messages."),
    .nullable("turn_id", \.turnID, "The turn it belongs to."),
    .nullable("model", \.model, "The model that wrote it."),
    .nullable("stop_reason", \.stopReason, "Why the model stopped."),
    .nullable("usage", \.usageJSON, "Tokens of the call."),
    .field("created_at", \.createdAt, "Milliseconds since the epoch."))
}

extension Message {
  /// The content as clients see it: without what only providers need back.
  var publicContent: JSON {
    guard case .array(let elements) = content else { return content }
    return .array(
      elements.map { element in element.object.map { Block($0).publicJSON } ?? element })
  }
  var usageJSON: JSON? { usage?.json }
}

extension Shape where Value == Threads.MessagePage {
  static let messagePage = Shape(
    .constant("object", "list"),
    .field("data", \.rows, "Messages."),
    .field("has_more", \.hasMore, "Whether there are more in this direction."),
    .nullable("next_after_seq", \.nextAfter, "Pass as after_seq for the next page."),
    .nullable("next_before_seq", \.nextBefore, "Pass as before_seq for the next page."),
    .nullable("compaction", \.compactionJSON, "The summary of the thread's beginning."))
}
extension Threads.MessagePage {
  var rows: [JSON] { messages.map(Shape<Message>.message.write) }
  var compactionJSON: JSON? { compaction?.json }
}

extension Compaction {
  /// The summary as clients see it.
  var json: JSON {
    [
      "summarized_through_seq": .int(through), "summary": .string(summary), "model": .string(model),
      "created_at": .int(createdAt),
    ]
  }
}

extension Shape where Value == Compaction? {
  static let compaction = Shape(schema: [
    "type": "object",
    "properties": [
      "object": ["const": "thread.compaction"],
      "compaction": [
        "type": ["object", "null"],
        "properties": [
          "summarized_through_seq": ["type": "integer"], "summary": ["type": "string"],
          "model": ["type": "string"], "created_at": ["type": "integer"],
        ],
      ],
    ],
  ]) { compaction in
    ["object": "thread.compaction", "compaction": compaction?.json ?? .null]
  }
}

extension Shape {
  /// The list that all pages of rows share.
  static func list<Element: Sendable>(of element: Shape<Element>) -> Shape<Page<Element>>
  where Value == Page<Element> {
    Shape<Page<Element>>(schema: [
      "type": "object",
      "properties": [
        "object": ["const": "list"], "data": ["type": "array", "items": element.schema],
        "has_more": ["type": "boolean"], "next_cursor": ["type": ["string", "null"]],
      ],
    ]) { page in
      [
        "object": "list", "data": .array(page.items.map(element.write)),
        "has_more": .bool(page.hasMore), "next_cursor": page.nextCursor.map(JSON.string) ?? .null,
      ]
    }
  }

  /// A list that is always whole.
  static func wholeList<Element: Sendable>(of element: Shape<Element>) -> Shape<[Element]>
  where Value == [Element] {
    let page = Shape<Page<Element>>.list(of: element)
    return Shape<[Element]>(schema: page.schema) { page.write(Page(items: $0, nextCursor: nil)) }
  }
}

/// The answer of methods that have nothing else to say.
struct Done: Sendable {}
extension Shape where Value == Done {
  static let done = Shape(.constant("ok", true))
}
