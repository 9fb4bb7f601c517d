import Domain
import Store
import Wire

/// A host that a model call may go to, and what calls cost and may write there.
struct PlannedHost: Sendable {
  let route: Route
  let terms: Accountant.Terms
}

/// The hosts that a turn's model calls may go to, in order: those of its model, then those of its fallback models, the
/// send's own or else the settings'.
struct RoutePlan: Sendable {
  let core: Core
  let turn: Turn

  /// At least one.
  /// - Throws: ``QlaudError`` of the turn's own model where none of all leads anywhere.
  func hosts() async throws -> [PlannedHost] {
    var hosts: [PlannedHost] = []
    for route in try await routes() { hosts.append(try await host(route)) }
    return hosts
  }

  /// The host of the model that stands in while others are out of reach; nil where none is set.
  func localHost() async throws -> PlannedHost? {
    guard let slug = try await core.store.setting(SettingName.localModel)?.string else {
      return nil
    }
    return try await host(try await ModelRouter(store: core.store).route(slug))
  }

  private func host(_ route: Route) async throws -> PlannedHost {
    PlannedHost(route: route, terms: try await core.accountant.terms(route))
  }

  private func routes() async throws -> [Route] {
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
