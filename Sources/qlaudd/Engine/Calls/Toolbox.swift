import Domain
import Logging
import Store
import Tools
import Wire

/// The tools of one turn: what the model is offered, and what stands behind each name.
struct Toolbox: Sendable {
  /// One tool.
  struct Entry: Sendable {
    let definition: ToolDefinition
    /// What runs it; nil for a tool that the client runs.
    let kind: (any ToolKind)?
    /// Where the vault keeps its secrets, by the tool's own names for them.
    let secretNames: [String: String]
    /// Whether it may be called without asking.
    let policy: ToolPolicy

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
  static func of(_ request: TurnRequest, _ core: Core) async throws -> Toolbox {
    var entries: [Entry] = []
    for (index, json) in request.clientTools.enumerated() {
      do throws(InvalidParams) {
        let definition = try SendTools.clientTool(json, place: index)
        entries.append(Entry(definition: definition, kind: nil, secretNames: [:], policy: .auto))
      } catch { throw QlaudError(error) }
    }
    let wanted = Set(request.tools)
    let isAll = request.toolsMode == .tenant
    guard isAll || !wanted.isEmpty else { return Toolbox(entries) }
    for row in try await core.store.tools() where isAll || wanted.contains(row.id) {
      do throws(InvalidParams) {
        let entry = try ToolMaker(builtIns: try core.builtIns).entry(row)
        if let obstacle = await entry.kind?.obstacle(core.outside) {
          core.logger.warning(
            "a tool is not offered", metadata: ["tool": "\(row.id)", "why": "\(obstacle)"])
          continue
        }
        entries.append(entry)
      } catch {
        core.logger.error(
          "a registered tool cannot be used",
          metadata: ["tool": "\(row.id)", "field": "\(error.field)"])
      }
    }
    return Toolbox(entries)
  }

  /// What the model is told of.
  var offers: [ModelCall.Tool] { entries.map(\.definition.offer) }

  subscript(name: String) -> Entry? { byName[name] }

  /// What a model is told that asked for a tool which is not there.
  func unknown(_ name: String) -> String {
    let near = NearestNames.of(name, among: entries.map(\.definition.name))
    let shown = name.prefix(200)
    guard !entries.isEmpty else { return "there is no tool \"\(shown)\": no tools are offered" }
    return "there is no tool \"\(shown)\"; the nearest are: \(near.joined(separator: ", "))"
  }
}
