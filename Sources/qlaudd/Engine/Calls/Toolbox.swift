import Domain
import Logging
import Store
import Tools
import Wire

/// The tools of one turn: what the model is offered, and what stands behind each name.
struct Toolbox: Sendable {
  /// What a call of a tool leads to.
  enum Runner: Sendable {
    case tool(any ToolKind)
    /// The client runs it and answers.
    case client
    /// The engine answers itself.
    case meta(MetaTool)
    /// It works with accounts of end-users, and this one has lent none.
    case notConnected
  }

  /// One tool.
  struct Entry: Sendable {
    let definition: ToolDefinition
    let runner: Runner
    /// Where the vault keeps its secrets, by the tool's own names for them.
    let secretNames: [String: String]
    /// Whether it may be called without asking.
    let policy: ToolPolicy

    init(
      _ definition: ToolDefinition, _ runner: Runner, secretNames: [String: String] = [:],
      policy: ToolPolicy = .auto
    ) {
      self.definition = definition
      self.runner = runner
      self.secretNames = secretNames
      self.policy = policy
    }

    /// What runs it here; nil for what somebody else runs or nobody can.
    var kind: (any ToolKind)? { if case .tool(let kind) = runner { kind } else { nil } }

    /// Whether it may run again after a crash.
    var isReadOnly: Bool { definition.hints.isReadOnly }
  }

  private let entries: [Entry]
  private let byName: [String: Entry]

  /// A toolbox of these; of two with one name the first counts.
  init(_ entries: [Entry]) {
    let named = Dictionary(
      entries.map { ($0.definition.name, $0) }, uniquingKeysWith: { first, _ in first })
    byName = named
    self.entries = entries.filter { named[$0.definition.name]?.definition.id == $0.definition.id }
  }

  /// The tools that a turn asked for, as they are registered now. One that was deleted meanwhile is left out.
  static func of(_ request: TurnRequest, in thread: Thread, _ core: Core) async throws -> Toolbox {
    var entries: [Entry] = []
    do throws(InvalidParams) {
      for (index, json) in request.clientTools.enumerated() {
        entries.append(Entry(try SendTools.clientTool(json, place: index), .client))
      }
      if request.toolsMode == .dynamic {
        for tool in MetaTool.allCases { entries.append(Entry(try tool.definition, .meta(tool))) }
      }
    } catch { throw QlaudError(error) }
    let wanted = Set(request.tools)
    let isAll = request.toolsMode == .tenant
    guard isAll || !wanted.isEmpty else { return Toolbox(entries) }
    let shelf = try await ToolShelf.load(core, for: thread.accountOwner)
    entries += shelf.entries { isAll ? !$0.isPerUser : wanted.contains($0.id) }
    return Toolbox(entries)
  }

  /// What the model is told of.
  var offers: [ModelCall.Tool] { entries.map(\.definition.offer) }

  /// Whether the model finds further tools by itself.
  var isDynamic: Bool { byName[MetaTool.multiExecute.rawValue] != nil }

  subscript(name: String) -> Entry? { byName[name] }

  /// What a model is told that asked for a tool which is not there.
  func unknown(_ name: String) -> String {
    ToolShelf.unknown(name, among: entries.map(\.definition.name), what: "offered")
      + (isDynamic ? "; tools that were found are called by \(MetaTool.multiExecute.rawValue)" : "")
  }
}

extension Thread {
  /// Whose accounts the tools of its turns use.
  var accountOwner: AccountOwner { endUserID.map(AccountOwner.endUser) ?? .key(keyID) }
}

extension ToolRow {
  /// Whether each end-user lends an account of their own.
  var isPerUser: Bool { definition["auth_mode"] == BuiltIn.AuthMode.perUser.json }
  var policy: ToolPolicy { definition["policy"].flatMap(ToolPolicy.init(wire:)) ?? .auto }
}
