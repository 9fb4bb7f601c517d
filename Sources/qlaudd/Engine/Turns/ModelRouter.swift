package import Domain
import Store
import Upstream
import Wire

/// Where a model's name leads.
package struct Route: Sendable, Equatable {
  package let provider: Provider
  /// The name the provider knows the model by.
  package let upstreamModel: String
  /// The name as it was asked for.
  package let slug: String
}

/// Finds the hosts of a model: those that the setting `model_hosts` names for it; `provider/model`; a slug or alias that
/// the user has set; a slug of the shipped list, at those of its hosts that are set up: in the order of the setting
/// `provider_order`, or without one at the cheapest only.
struct ModelRouter: Sendable {
  let store: LocalDatabase

  /// The first of a model's hosts.
  /// - Throws: as ``routes(_:for:)``.
  func route(_ slug: String, for mode: CatalogModel.Mode = .chat) async throws -> Route {
    let routes = try await routes(slug, for: mode)
    guard let first = routes.first else { throw QlaudError.notFound("model", "\"\(slug)\"") }
    return first
  }

  /// A model's hosts in their order; at least one.
  /// - Throws: ``QlaudError`` `not_found` for a model that is not known and for a provider that is
  ///   not set up.
  func routes(_ slug: String, for mode: CatalogModel.Mode = .chat) async throws -> [Route] {
    let setUp = try await store.providers()
    let ordered = try await ordered(slug, setUp)
    guard ordered.isEmpty else { return ordered }
    if let slash = slug.firstIndex(of: "/") {
      let name = String(slug[..<slash])
      let model = String(slug[slug.index(after: slash)...])
      if !model.isEmpty, let provider = setUp.first(where: { $0.name == name }) {
        return [Route(provider: provider, upstreamModel: model, slug: slug)]
      }
    }
    if let row = try await store.model(slug.lowercased()) {
      guard let provider = setUp.first(where: { $0.name == row.provider }) else {
        throw QlaudError.notFound(
          "provider", "\"\(row.provider)\" of model \"\(slug)\"; set it with provider/set")
      }
      return [Route(provider: provider, upstreamModel: row.upstreamName, slug: slug)]
    }
    let listed = Catalog.shipped.hosts(of: slug).filter { $0.mode == mode }.compactMap { host in
      Self.provider(of: host, setUp).map {
        Route(provider: $0, upstreamModel: host.model, slug: slug)
      }
    }
    let names = try await store.setting(SettingName.providerOrder).flatMap { [String](wire: $0) }
    let wanted = (names ?? []).compactMap { name in listed.first { $0.provider.name == name } }
    guard wanted.isEmpty else { return wanted }
    if let cheapest = listed.first { return [cheapest] }
    let hosts = Catalog.shipped.hosts(of: slug).map(\.provider)
    guard hosts.isEmpty else {
      throw QlaudError.notFound(
        "provider", "for model \"\(slug)\"; set up one of \(hosts.joined(separator: ", "))")
    }
    let known = setUp.map(\.name).joined(separator: ", ")
    let hint = known.isEmpty ? "no provider is set up; use provider/set" : "providers: \(known)"
    throw QlaudError.notFound("model", "\"\(slug)\"; name it provider/model (\(hint))")
  }

  /// The hosts that the settings name for this one model: `provider/model`, or `provider` where the name is the same.
  private func ordered(_ slug: String, _ setUp: [Provider]) async throws -> [Route] {
    let all = try await store.setting(SettingName.modelHosts)?.object?.members ?? []
    let own = all.first { $0.key.lowercased() == slug.lowercased() }?.value
    return (own.flatMap { [String](wire: $0) } ?? []).compactMap { entry in
      let name = String(entry.prefix { $0 != "/" })
      guard let provider = setUp.first(where: { $0.name == name }) else { return nil }
      let rest = String(entry.dropFirst(name.count + 1))
      guard rest.isEmpty else {
        return Route(provider: provider, upstreamModel: rest, slug: slug)
      }
      let host = Catalog.shipped.hosts(of: slug).first {
        Self.provider(of: $0, [provider]) != nil
      }
      return Route(provider: provider, upstreamModel: host?.model ?? slug, slug: slug)
    }
  }

  private static func provider(of host: CatalogModel, _ setUp: [Provider]) -> Provider? {
    setUp.first {
      $0.name == host.provider || Preset.serving($0.baseURL)?.name == host.provider
    }
  }
}
