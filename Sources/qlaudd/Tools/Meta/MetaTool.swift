package import Domain
package import Wire

/// The four tools that a model is offered in dynamic mode: what they are called, what they take, and how their input is
/// read. What they do is the engine's, since it needs the store.
package enum MetaTool: String, Sendable, CaseIterable {
  case searchTools = "qlaud_search_tools"
  case getToolSchemas = "qlaud_get_tool_schemas"
  case multiExecute = "qlaud_multi_execute"
  case manageConnections = "qlaud_manage_connections"

  /// Results of one search: when nothing is said, and at most.
  package static let searchLimit = (standard: 10, most: 50)
  /// Tools whose schemas one request may ask for.
  package static let schemaLimit = 50
  /// Calls of one request.
  package static let callLimit = 20

  /// The tool as a model is offered it.
  package var offer: ModelCall.Tool {
    ModelCall.Tool(name: rawValue, description: description, inputSchema: inputSchema)
  }

  private var description: String {
    switch self {
    case .searchTools:
      "Find tools by what you want to do. Returns names and descriptions; get the schemas of those you want next."
    case .getToolSchemas: "Get the input schemas of tools by their names, before calling them."
    case .multiExecute:
      "Call one tool or several at once. Results come in the order of the calls; a call that fails does not stop the others."
    case .manageConnections:
      "Connect, check, list or disconnect the user's accounts at outside services. Never ask the user for passwords or keys: give them the connect_url."
    }
  }

  private var inputSchema: JSON {
    switch self {
    case .searchTools:
      [
        "type": "object",
        "properties": [
          "intent": ["type": "string", "minLength": 1, "maxLength": 1_000],
          "limit": ["type": "integer", "minimum": 1, "maximum": .integer(Self.searchLimit.most)],
        ],
        "required": ["intent"],
      ]
    case .getToolSchemas:
      [
        "type": "object",
        "properties": [
          "tools": [
            "type": "array", "items": ["type": "string", "maxLength": 200], "minItems": 1,
            "maxItems": .integer(Self.schemaLimit),
          ]
        ],
        "required": ["tools"],
      ]
    case .multiExecute:
      [
        "type": "object",
        "properties": [
          "calls": [
            "type": "array", "minItems": 1, "maxItems": .integer(Self.callLimit),
            "items": [
              "type": "object",
              "properties": [
                "tool": ["type": "string", "maxLength": 200], "args": ["type": "object"],
              ],
              "required": ["tool"],
            ],
          ]
        ],
        "required": ["calls"],
      ]
    case .manageConnections:
      [
        "type": "object",
        "properties": [
          "action": ["type": "string", "enum": ["connect", "status", "list", "disconnect"]],
          "tool": ["type": "string", "maxLength": 200],
        ],
        "required": ["action"],
      ]
    }
  }

  /// What a call asks for.
  package enum Request: Sendable, Equatable {
    case search(intent: String, limit: Int)
    case schemas([String])
    case execute([Call])
    case connections(ConnectionAction, tool: String?)
  }
  /// One call inside `qlaud_multi_execute`.
  package struct Call: Sendable, Equatable {
    package let tool: String
    package let args: JSON.Object
  }
  /// What is done with a connection.
  package enum ConnectionAction: String, WireEnum { case connect, status, list, disconnect }

  /// Reads a model's input. `credentials` are never taken from a model: their presence is an error, told without them.
  /// - Throws: ``InvalidParams`` naming the field.
  package func read(_ input: JSON) throws(InvalidParams) -> Request {
    if self == .manageConnections, input["credentials"] != nil {
      throw InvalidParams(
        "input.credentials", "are never taken from a model; give the user the connect_url")
    }
    try Schema(checking: inputSchema).check(input)
    switch self {
    case .searchTools:
      let limit = input["limit"]?.int.map(Int.init) ?? Self.searchLimit.standard
      return .search(intent: input["intent"]?.string ?? "", limit: limit)
    case .getToolSchemas: return .schemas(input["tools"].flatMap { [String](wire: $0) } ?? [])
    case .multiExecute:
      let calls = (input["calls"]?.array ?? []).map { call in
        Call(tool: call["tool"]?.string ?? "", args: call["args"]?.object ?? [:])
      }
      if let own = calls.firstIndex(where: { MetaTool(rawValue: $0.tool) != nil }) {
        throw InvalidParams("input.calls[\(own)].tool", "must not be a meta-tool itself")
      }
      return .execute(calls)
    case .manageConnections:
      guard let action = input["action"].flatMap(ConnectionAction.init(wire:)) else {
        throw InvalidParams("input.action", "must be \(ConnectionAction.expectation)")
      }
      if action != .list, input["tool"]?.string == nil {
        throw InvalidParams("input.tool", "is required for \(action.rawValue)")
      }
      return .connections(action, tool: input["tool"]?.string)
    }
  }
}
