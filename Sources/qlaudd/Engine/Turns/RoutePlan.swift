import Domain
import Store
import Wire

/// The hosts that a turn's model calls may go to, in order: those of its model, then those of its fallback models, the
/// send's own or else the settings'.
struct RoutePlan: Sendable {
  let core: Core
  let turn: Turn

  /// At least one.
  /// - Throws: ``QlaudError`` of the turn's own model where none of all leads anywhere.
  func routes() async throws -> [Route] {
    let router = ModelRouter(store: core.store)
    var routes: [Route] = []
    var failure: QlaudError?
    for slug in [turn.request.model] + (try await fallback()) {
      do { routes += try await router.routes(slug) } catch let error as QlaudError {
        guard error.kind == .notFound else { throw error }
        failure = failure ?? error
      }
    }
    guard routes.isEmpty else { return routes.uniqued }
    throw failure ?? QlaudError.notFound("model", "\"\(turn.request.model)\"")
  }

  private func fallback() async throws -> [String] {
    if let own = turn.request.fallback { return own }
    guard let set = try await core.store.setting(SettingName.fallback),
      let names = [String](wire: set)
    else { return [] }
    guard let allowed = try await core.store.key(turn.keyID)?.models else { return names }
    let known = Set(allowed.map { $0.lowercased() })
    return names.filter { known.contains($0.lowercased()) }
  }
}

extension [Route] {
  /// Each host and model once.
  fileprivate var uniqued: [Route] {
    var seen: Set<[String]> = []
    return filter { seen.insert([$0.provider.name, $0.upstreamModel]).inserted }
  }
}
