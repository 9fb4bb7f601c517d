package import Wire

/// Whose words they are.
package enum Role: String, WireEnum { case user, assistant }

/// One stored message.
package struct Message: Sendable, Equatable {
  package let threadID: ThreadID
  package var seq: MessageSeq
  package let role: Role
  /// As it was given or received: a string or an array of content blocks in Anthropic's shape. Blocks may carry
  /// ``Block/opaqueKey``, which clients are not shown.
  package let content: JSON
  /// The upstream's id of the reply; nil on user messages.
  package let requestID: String?
  package let turnID: TurnID?
  package let model: String?
  package let stopReason: String?
  package let usage: Usage?
  package let createdAt: Milliseconds
  /// A message's row.
  package init(
    threadID: ThreadID, seq: MessageSeq, role: Role, content: JSON, requestID: String? = nil,
    turnID: TurnID? = nil,
    model: String? = nil, stopReason: String? = nil, usage: Usage? = nil, createdAt: Milliseconds
  ) {
    self.threadID = threadID
    self.seq = seq
    self.role = role
    self.content = content
    self.requestID = requestID
    self.turnID = turnID
    self.model = model
    self.stopReason = stopReason
    self.usage = usage
    self.createdAt = createdAt
  }
  /// The content as blocks; a string is one text block.
  package var blocks: [Block] { Block.list(content) }
}

/// A message before it has a place in a thread.
package struct MessageDraft: Sendable, Equatable {
  package let role: Role
  package let content: JSON
  package var requestID: String?
  package var model: String?
  package var stopReason: String?
  package var usage: Usage?
  /// A message to be stored.
  package init(
    role: Role, content: JSON, requestID: String? = nil, model: String? = nil,
    stopReason: String? = nil,
    usage: Usage? = nil
  ) {
    self.role = role
    self.content = content
    self.requestID = requestID
    self.model = model
    self.stopReason = stopReason
    self.usage = usage
  }
}

/// A content block in Anthropic's shape, kept as it came: unknown kinds and members pass through untouched.
package struct Block: Sendable, Equatable {
  /// The whole block.
  package var object: JSON.Object
  /// A block that is already in shape.
  package init(_ object: JSON.Object) { self.object = object }

  /// Where a provider's own data stands that it must get back later, by family:
  /// `{"gemini": {"thought_signature": …}}`. Stored, sent back to that family only, and never shown to clients.
  package static let opaqueKey = "_opaque"

  /// `text`, `image`, `document`, `tool_use`, `tool_result`, `thinking`, `redacted_thinking`, or what a provider sent.
  package var type: String { object["type"]?.string ?? "" }
  /// The member of that name.
  package subscript(key: String) -> JSON? {
    get { object[key] }
    set { object[key] = newValue }
  }
  /// What a family left on the block.
  package func opaque(_ family: String) -> JSON? { object[Block.opaqueKey]?[family] }
  /// Leaves something of a family on the block.
  package mutating func setOpaque(_ family: String, _ value: JSON) {
    var all = object[Block.opaqueKey]?.object ?? [:]
    all[family] = value
    object[Block.opaqueKey] = .object(all)
  }
  /// The block as JSON, opaque data included: for the store.
  package var json: JSON { .object(object) }
  /// The block as clients see it.
  package var publicJSON: JSON {
    var object = object
    object[Block.opaqueKey] = nil
    object[Block.invalidInputKey] = nil
    return .object(object)
  }

  /// A text block.
  package static func text(_ text: String) -> Block {
    Block(["type": "text", "text": .string(text)])
  }
  /// A call of a tool.
  package static func toolUse(id: String, name: String, input: JSON) -> Block {
    Block(["type": "tool_use", "id": .string(id), "name": .string(name), "input": input])
  }
  /// The answer to a call of a tool; `content` is a string or blocks.
  package static func toolResult(id: String, content: JSON, isError: Bool) -> Block {
    Block(
      JSON.record([
        "type": "tool_result", "tool_use_id": .string(id), "content": content,
        "is_error": isError ? true : nil,
      ]).object ?? [:])
  }

  /// The blocks of a `content` member: a string is one text block, elements that are no objects are left out.
  package static func list(_ content: JSON) -> [Block] {
    switch content {
    case .string(let text): text.isEmpty ? [] : [.text(text)]
    case .array(let elements): elements.compactMap { $0.object.map(Block.init) }
    default: []
    }
  }
}
