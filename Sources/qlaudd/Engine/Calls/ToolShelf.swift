import Domain
import Logging
import Store
import Tools
import Wire

/// All registered tools as one owner of accounts may reach them: found by words, described, made ready for calls.
struct ToolShelf: Sendable {
  let core: Core
  let rows: [ToolRow]
  private let connections: [ToolID: ConnectionRow]

  /// The tools as they are registered now, but for those that this machine cannot run.
  static func load(_ core: Core, for owner: AccountOwner) async throws -> ToolShelf {
    let rows = try await offered(core)
    let hasPerUser = rows.contains(where: \.isPerUser)
    return ToolShelf(
      core: core, rows: rows,
      connections: hasPerUser ? try await core.store.connections(of: owner) : [:])
  }

  private static func offered(_ core: Core) async throws -> [ToolRow] {
    var rows = try await core.store.tools()
    do throws(InvalidParams) {
      for builtIn in try core.builtIns {
        guard rows.contains(where: { $0.definition["provider"]?.string == builtIn.provider }),
          let obstacle = await builtIn.obstacle(core.outside)
        else { continue }
        core.logger.warning(
          "a tool is not offered", metadata: ["why": "\(obstacle)", "what": "\(builtIn.provider)"])
        rows.removeAll { $0.definition["provider"]?.string == builtIn.provider }
      }
    } catch { throw QlaudError(error) }
    return rows
  }

  /// The tool of that name or id.
  func row(_ name: String) -> ToolRow? {
    rows.first { $0.name == name } ?? rows.first { $0.id.rawValue == name }
  }

  /// The tools that pass, ready for calls.
  func entries(where isWanted: (ToolRow) -> Bool) -> [Toolbox.Entry] {
    rows.filter(isWanted).compactMap(entry)
  }

  /// A tool, ready for calls; nil where it cannot be used, which is logged.
  func entry(_ row: ToolRow) -> Toolbox.Entry? {
    do throws(InvalidParams) {
      return try ToolMaker(builtIns: try core.builtIns).entry(row, connections[row.id])
    } catch {
      core.logger.error(
        "a registered tool cannot be used",
        metadata: ["tool": "\(row.id)", "field": "\(error.field)"])
      return nil
    }
  }

  /// Whether an account is there for a tool that needs one; nil for other tools.
  func isConnected(_ row: ToolRow) -> Bool? {
    row.isPerUser ? connections[row.id] != nil : nil
  }

  /// What a caller is told who asked for a tool that is not there.
  func unknown(_ name: String) -> String {
    Self.unknown(name, among: rows.map(\.name), what: "registered")
  }

  static func unknown(_ name: String, among names: [String], what: String) -> String {
    let near = NearestNames.of(name, among: names)
    let shown = name.prefix(200)
    guard !near.isEmpty else { return "there is no tool \"\(shown)\": no tools are \(what)" }
    return "there is no tool \"\(shown)\"; the nearest are: \(near.joined(separator: ", "))"
  }
}

extension ToolShelf {
  /// What `qlaud_search_tools` answers: the tools that fit best, without their schemas.
  func found(_ intent: String, limit: Int) throws -> JSON {
    let builtIns = try core.builtIns
    // What is always denied is not worth finding.
    let rows = rows.filter { $0.policy != .deny }
    let documents = rows.map { row in
      let builtIn = builtIns.first { $0.provider == row.definition["provider"]?.string }
      return ToolSearch.Document(
        name: row.name, description: Self.description(row, builtIn),
        words: row.kind == ToolDefinition.Kind.builtin.rawValue
          ? builtIn?.searchWords ?? [] : Self.hostWords(row))
    }
    let found = ToolSearch(documents).rank(intent, limit: limit).map { place in
      JSON.record([
        "name": .string(rows[place].name), "kind": .string(rows[place].kind),
        "description": .string(Self.short(documents[place].description)),
        "status": isConnected(rows[place]).map(Self.status),
      ])
    }
    return ["results": .array(found), "available_connectors": []]
  }

  /// What `qlaud_get_tool_schemas` answers; for an unknown name an error in its place.
  func schemas(_ names: [String]) -> JSON {
    let schemas = names.map { name -> JSON in
      guard let row = row(name), let entry = entry(row) else {
        return ["name": .string(String(name.prefix(200))), "error": .string(unknown(name))]
      }
      return [
        "name": .string(row.name), "description": .string(entry.definition.description),
        "input_schema": entry.definition.schema.json,
      ]
    }
    return ["schemas": .array(schemas)]
  }

  static func status(_ isConnected: Bool) -> JSON { isConnected ? "connected" : "not_connected" }

  private static func description(_ row: ToolRow, _ builtIn: BuiltIn?) -> String {
    row.definition["description"]?.string ?? builtIn?.description ?? ""
  }

  /// The first words: the whole comes with the schema.
  private static func short(_ description: String) -> String {
    let most = 240
    guard description.unicodeScalars.count > most else { return description }
    let head = description.unicodeScalars.prefix(most)
    let end = head.lastIndex(of: " ") ?? head.endIndex
    return String(String.UnicodeScalarView(head[..<end])) + "…"
  }

  /// The name of the host that a tool calls says whose it is: `api.linear.app` is Linear's.
  private static func hostWords(_ row: ToolRow) -> [String] {
    let config = row.definition["config"]
    guard let url = (row.definition["webhook_url"] ?? config?["url"])?.string else { return [] }
    let host = url.split(separator: "/", omittingEmptySubsequences: false).dropFirst(2).first ?? ""
    let common: Set<Substring> = [
      "api", "www", "com", "org", "net", "io", "app", "dev", "localhost",
    ]
    return host.prefix { $0 != ":" }.split(separator: ".")
      .filter { !common.contains($0) && $0.contains(where: \.isLetter) && !$0.contains("{") }
      .map(String.init)
  }
}
