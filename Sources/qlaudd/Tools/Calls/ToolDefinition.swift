package import Domain
package import Wire

/// What a tool is, whatever its kind: what a model is told and what holds around every call.
package struct ToolDefinition: Sendable {
  /// Where the call goes.
  package enum Kind: String, WireEnum {
    case httpCall = "http-call"
    case webhook
    case builtin
    case mcp
    case client
    /// One of the daemon's own, by which a model finds and calls the others.
    case meta
  }
  package let id: ToolID
  package let kind: Kind
  /// Unique among the tools of one file; may hold `/`.
  package let name: String
  package let description: String
  package let schema: Schema
  package let locks: Locks
  package let hints: Hints

  /// What the policy of approvals starts from.
  package struct Hints: Sendable, Equatable {
    /// Changes nothing: may run again after a crash, and without being asked about.
    package let isReadOnly: Bool
    /// May destroy something.
    package let isDestructive: Bool
    /// Registered by hand by an admin, as against found on a server.
    package let isRegisteredByAdmin: Bool
    /// Hints of one tool.
    package init(
      isReadOnly: Bool = false, isDestructive: Bool = false, isRegisteredByAdmin: Bool = true
    ) {
      self.isReadOnly = isReadOnly
      self.isDestructive = isDestructive
      self.isRegisteredByAdmin = isRegisteredByAdmin
    }
  }

  /// Characters of the name of a tool that a server brought: the server's name, `/`, and its own.
  package static let foreignNameLength = 1...200
  /// Characters of a description.
  package static let descriptionLength = 1...4_096

  /// A tool as it is registered.
  /// - Throws: ``InvalidParams`` naming `name`, `description`, or the part of `input_schema`.
  package init(
    id: ToolID, kind: Kind, name: String, description: String, inputSchema: JSON,
    lockedFields: [String] = [], hints: Hints = Hints()
  ) throws(InvalidParams) {
    let length = kind == .mcp ? Self.foreignNameLength : Limits.nameLength
    guard length.contains(name.unicodeScalars.count),
      name.unicodeScalars.allSatisfy({ ScalarSet.isWord($0) || $0 == "-" || $0 == "/" || $0 == "." }
      )
    else {
      throw InvalidParams(
        "name",
        "must be \(length.lowerBound) to \(length.upperBound) letters, digits, _, -, . and /"
      )
    }
    guard Self.descriptionLength.contains(description.unicodeScalars.count) else {
      throw InvalidParams(
        "description", "must be a string of 1 to \(Self.descriptionLength.upperBound) characters")
    }
    guard let object = inputSchema.object else {
      throw InvalidParams("input_schema", "must be a JSON Schema object")
    }
    guard object["type"] == nil || object["type"] == "object" else {
      throw InvalidParams("input_schema.type", "must be \"object\"")
    }
    self.id = id
    self.kind = kind
    self.name = name
    self.description = description
    schema = try Schema(checking: inputSchema)
    locks = Locks(lockedFields, schema: schema)
    self.hints = hints
  }

  /// The tool as a model is offered it.
  package var offer: ModelCall.Tool {
    ModelCall.Tool(name: name, description: description, inputSchema: schema.json)
  }
}

/// One call of a tool by a model, or by a caller of `tool/execute`.
package struct ToolCall: Sendable {
  /// The model's id of the call; what a webhook may use to tell a repeat.
  package let toolUseID: String
  package let requestID: String
  package let threadID: ThreadID?
  package let endUser: EndUser
  /// As the model wrote it: nothing in it is trusted.
  package let input: JSON
  /// The opened secrets of the tool, by name.
  package let secrets: [String: Secret]
  /// A call.
  package init(
    toolUseID: String, requestID: String, threadID: ThreadID?, endUser: EndUser, input: JSON,
    secrets: [String: Secret]
  ) {
    self.toolUseID = toolUseID
    self.requestID = requestID
    self.threadID = threadID
    self.endUser = endUser
    self.input = input
    self.secrets = secrets
  }
}

/// What came of a call. Failures are results as well: the model is told of them in words.
package struct ToolResult: Sendable, Equatable {
  /// A string, any JSON, or content blocks where `isBlocks`.
  package let output: JSON
  package let isError: Bool
  /// Whether `output` is an array of content blocks in Anthropic's shape.
  package let isBlocks: Bool
  /// A result.
  package init(output: JSON, isError: Bool = false, isBlocks: Bool = false) {
    self.output = output
    self.isError = isError
    self.isBlocks = isBlocks
  }
  /// A failure, told in words.
  package static func failure(_ message: String) -> ToolResult {
    ToolResult(output: .string(message), isError: true)
  }
  /// The `content` member of the tool_result block.
  package var content: JSON {
    if isBlocks { return output }
    return .string(output.string ?? output.text)
  }
}

/// A kind of tool: only what is its own. Locks, validation and redaction stand around it in ``Dispatch``.
package protocol ToolKind: Sendable {
  var definition: ToolDefinition { get }
  /// Runs a call whose input is locked and valid. Never throws: what goes wrong is a result.
  func perform(_ call: ToolCall, input: JSON.Object, _ outside: Outside) async -> ToolResult
  /// Why it cannot be run on this machine; nil where it can.
  func obstacle(_ outside: Outside) async -> String?
  /// The request that such a call would send; nil for a kind that sends none.
  /// - Throws: ``InvalidParams`` where the call would not be made.
  func request(_ call: ToolCall, input: JSON.Object, _ outside: Outside) throws(InvalidParams)
    -> ToolRequest?
}

extension ToolKind {
  /// Most kinds need nothing of the machine.
  package func obstacle(_ outside: Outside) async -> String? { nil }
  /// Some kinds do not send requests.
  package func request(_ call: ToolCall, input: JSON.Object, _ outside: Outside)
    throws(InvalidParams) -> ToolRequest?
  { nil }
}
