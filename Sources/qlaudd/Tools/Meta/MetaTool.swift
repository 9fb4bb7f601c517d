import Domain
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
  /// Characters of what is searched for.
  package static let intentLength = 1_000

  /// The tool as it stands among others.
  package var definition: ToolDefinition {
    get throws(InvalidParams) {
      let all = try Self.definitions.get()
      guard let found = all[self] else { throw InvalidParams("name", "is no meta-tool") }
      return found
    }
  }

  private static let definitions: Result<[MetaTool: ToolDefinition], InvalidParams> = {
    do throws(InvalidParams) {
      var all: [MetaTool: ToolDefinition] = [:]
      for tool in allCases {
        all[tool] = try ToolDefinition(
          id: ToolID(rawValue: "meta/\(tool.rawValue)"), kind: .meta, name: tool.rawValue,
          description: tool.description, inputSchema: tool.inputSchema)
      }
      return .success(all)
    } catch { return .failure(error) }
  }()

  /// Every word here is paid for with each model call, so there are few.
  private var description: String {
    switch self {
    case .searchTools: "Find tools for what you want to do. Then get the schemas of those you need."
    case .getToolSchemas: "Input schemas of tools, by name."
    case .multiExecute: "Call one or more tools by name, in parallel. Results keep the order."
    case .manageConnections:
      "The user's accounts that tools use. Give the user the connect_url; never ask for passwords or keys."
    }
  }

  private var inputSchema: JSON {
    switch self {
    case .searchTools:
      [
        "type": "object",
        "properties": ["intent": ["type": "string"], "limit": ["type": "integer"]],
        "required": ["intent"],
      ]
    case .getToolSchemas:
      [
        "type": "object",
        "properties": ["tools": ["type": "array", "items": ["type": "string"]]],
        "required": ["tools"],
      ]
    case .multiExecute:
      [
        "type": "object",
        "properties": [
          "calls": [
            "type": "array", "maxItems": .integer(Self.callLimit),
            "items": [
              "type": "object",
              "properties": ["tool": ["type": "string"], "args": ["type": "object"]],
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
          "tool": ["type": "string"],
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
    try definition.schema.check(input)
    switch self {
    case .searchTools:
      let limit = Int(clamping: input["limit"]?.int ?? Int64(Self.searchLimit.standard))
      guard (1...Self.searchLimit.most).contains(limit) else {
        throw InvalidParams("input.limit", "must be from 1 to \(Self.searchLimit.most)")
      }
      let intent = input["intent"]?.string ?? ""
      guard (1...Self.intentLength).contains(intent.unicodeScalars.count) else {
        throw InvalidParams("input.intent", "must have 1 to \(Self.intentLength) characters")
      }
      return .search(intent: intent, limit: limit)
    case .getToolSchemas:
      let names = input["tools"].flatMap { [String](wire: $0) } ?? []
      guard (1...Self.schemaLimit).contains(names.count) else {
        throw InvalidParams("input.tools", "must be 1 to \(Self.schemaLimit) names")
      }
      return .schemas(names)
    case .multiExecute: return .execute(try Self.calls(input["calls"]?.array ?? []))
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

  private static func calls(_ given: [JSON]) throws(InvalidParams) -> [Call] {
    guard (1...callLimit).contains(given.count) else {
      throw InvalidParams("input.calls", "must be 1 to \(callLimit) calls")
    }
    let calls = given.map { call in
      Call(tool: call["tool"]?.string ?? "", args: call["args"]?.object ?? [:])
    }
    if let own = calls.firstIndex(where: { MetaTool(rawValue: $0.tool) != nil }) {
      throw InvalidParams("input.calls[\(own)].tool", "must not be a meta-tool itself")
    }
    return calls
  }

  /// A model's input as events may show it: without what must not be in it.
  package func shown(_ input: JSON) -> JSON {
    guard self == .manageConnections, input["credentials"] != nil, var object = input.object else {
      return input
    }
    object["credentials"] = "***"
    return .object(object)
  }
}
