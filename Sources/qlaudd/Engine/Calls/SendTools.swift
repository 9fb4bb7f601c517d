import Domain
import Store
import Tools
import Wire

/// The tool parameters of a send: checked when it comes, so that a turn never fails for them later.
enum SendTools {
  /// Tools that one send may name, and tools of the client's own.
  static let most = 128
  /// Names that are the daemon's own.
  static let reservedPrefix = "qlaud_"

  /// The request with its tools named by their ids.
  /// - Throws: ``QlaudError`` `invalid_params` naming the parameter.
  static func checked(_ request: JSON.Object, _ core: Core) async throws -> JSON.Object {
    var request = request
    let names = request["tools"].flatMap { [String](wire: $0) }
    let mode = try await mode(of: request, core)
    request["tools_mode"] = mode?.json
    guard (names?.count ?? 0) <= most else {
      throw QlaudError.invalid("tools", "must be at most \(most) tools")
    }
    var offered: [ToolRow] = []
    if mode == .tenant { offered = try await core.store.tools().filter { !$0.isPerUser } }
    for (index, name) in (names ?? []).enumerated() {
      let row = try await find(name, core.store, field: "tools[\(index)]")
      if !offered.contains(where: { $0.id == row.id }) { offered.append(row) }
    }
    if names != nil { request["tools"] = .array(offered.map(\.id.json)) }
    var known = Set(offered.map(\.name))
    if mode == .dynamic { known.formUnion(MetaTool.allCases.map(\.rawValue)) }
    try checkClientTools(request["client_tools"]?.array ?? [], adding: &known)
    try checkChoice(request["tool_choice"], among: known)
    return request
  }

  /// What the send says; else, without `tools`, the tools that there are can be found (dynamic), unless the setting says
  /// otherwise.
  private static func mode(of request: JSON.Object, _ core: Core) async throws -> ToolsMode? {
    let hasTools = request["tools"]?.nonNull != nil
    if let mode = request["tools_mode"].flatMap(ToolsMode.init(wire:)) {
      try checkMode(mode, hasTools: hasTools)
      return mode
    }
    guard !hasTools, try await core.store.hasTools() else { return nil }
    let standard = try await core.store.setting(SettingName.toolsMode)
    return standard.flatMap(ToolsMode.init(wire:)) ?? .dynamic
  }

  /// A choice names a tool that is offered, and forces a call only where there is one.
  private static func checkChoice(_ choice: JSON?, among names: Set<String>) throws {
    guard let choice = choice?.nonNull else { return }
    let types = ["auto", "any", "tool", "none"]
    guard let type = choice["type"]?.string, types.contains(type) else {
      throw QlaudError.invalid(
        "tool_choice.type", "must be one of \(types.joined(separator: ", "))")
    }
    if type == "any", names.isEmpty {
      throw QlaudError.invalid("tool_choice.type", "must not be any: no tools are offered")
    }
    guard type == "tool" else { return }
    let name = choice["name"]?.string ?? ""
    guard names.contains(name) else {
      let near = NearestNames.of(name, among: names.sorted()).joined(separator: ", ")
      throw QlaudError.invalid(
        "tool_choice.name",
        "must be a tool that is offered, not \"\(name.prefix(64))\" "
          + (near.isEmpty ? "(none is)" : "(the nearest are: \(near))"))
    }
  }

  private static func checkMode(_ mode: ToolsMode, hasTools: Bool) throws {
    switch mode {
    case .dynamic where hasTools:
      throw QlaudError.invalid("tools_mode", "must not be dynamic together with tools")
    case .tenant where hasTools:
      throw QlaudError.invalid("tools_mode", "must not be tenant together with tools")
    case .dynamic, .tenant, .explicit: return
    }
  }

  /// The tool of that name or id.
  /// - Throws: ``QlaudError`` `invalid_params` with the nearest names.
  static func find(_ name: String, _ store: LocalDatabase, field: String) async throws
    -> ToolRow
  {
    if let row = try await store.tool(named: name) { return row }
    do { return try await store.tool(ToolID(rawValue: name)) } catch let error as QlaudError {
      guard error.kind == .notFound else { throw error }
    }
    let near = NearestNames.of(name, among: try await store.tools().map(\.name))
    let hint =
      near.isEmpty ? "none is registered" : "the nearest are: \(near.joined(separator: ", "))"
    throw QlaudError.invalid(
      field, "must be the id or name of a registered tool, not \"\(name.prefix(64))\" (\(hint))")
  }

  private static func checkClientTools(_ tools: [JSON], adding taken: inout Set<String>) throws {
    guard tools.count <= most else {
      throw QlaudError.invalid("client_tools", "must be at most \(most) tools")
    }
    for (index, json) in tools.enumerated() {
      let definition: ToolDefinition
      do throws(InvalidParams) { definition = try clientTool(json, place: index) } catch {
        throw QlaudError(error)
      }
      guard taken.insert(definition.name).inserted else {
        throw QlaudError.invalid(
          "client_tools[\(index)].name", "\"\(definition.name)\" is the name of another tool")
      }
    }
  }

  /// A tool that the client runs.
  /// - Throws: ``InvalidParams`` naming the part: `client_tools[0].input_schema.type`.
  static func clientTool(_ json: JSON, place: Int) throws(InvalidParams) -> ToolDefinition {
    let field = "client_tools[\(place)]"
    guard let object = json.object else { throw InvalidParams(field, "must be an object") }
    let known = ["name", "description", "input_schema"]
    for member in object.members where !known.contains(member.key) {
      throw InvalidParams("\(field).\(member.key.prefix(64))", "is not a member of a tool")
    }
    let name = object["name"]?.string ?? ""
    guard !name.hasPrefix(reservedPrefix) else {
      throw InvalidParams("\(field).name", "must not begin with \(reservedPrefix)")
    }
    do throws(InvalidParams) {
      return try ToolDefinition(
        id: ToolID(rawValue: "client/\(place)"), kind: .client, name: name,
        description: object["description"]?.string ?? "",
        inputSchema: object["input_schema"] ?? .null)
    } catch { throw InvalidParams("\(field).\(error.field)", error.problem) }
  }
}
