import Domain
import Logging
import Store
import Wire

/// Summarises a thread's beginning before a model call whose input has grown past a share of the model's window. Off
/// unless the setting `compact_at_percent` is there.
struct AutoCompaction: Sendable {
  let core: Core
  let turn: Turn
  let route: Route

  /// - Returns: whether there is a new summary. What goes wrong is logged and leaves the call to the window.
  func run(_ input: HistoryReader.Input) async throws -> Bool {
    guard let thread = turn.threadID, let window = input.budget.window,
      let percent = try await core.store.setting(SettingName.compactAtPercent)?.int,
      input.uncut > window / 100 * Int(clamping: percent)
    else { return false }
    let model = try await core.store.setting(SettingName.compactModel)?.string ?? route.slug
    let principal = Principal(keyID: turn.keyID, scope: .standard)
    let before = try await core.store.compaction(thread)
    do {
      let after = try await Compactor(core: core, principal: principal)
        .compact(thread, model: model)
      return after != before
    } catch let error as QlaudError {
      core.logger.warning(
        "a thread could not be summarised",
        metadata: ["thread": "\(thread)", "model": "\(model)", "kind": "\(error.kind.rawValue)"])
      return false
    }
  }
}
