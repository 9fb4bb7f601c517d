package import Domain
import Store
import Upstream

/// Where a model's name leads.
package struct Route: Sendable, Equatable {
  package let provider: Provider
  /// The name the provider knows the model by.
  package let upstreamModel: String
  /// The name as it was asked for.
  package let slug: String
}

/// Finds the provider of a model: `provider/model`; a slug or alias that the user has set; a slug of the
/// shipped list, at the cheapest of its hosts that is set up.
struct ModelRouter: Sendable {
  let store: LocalDatabase

  /// - Throws: ``QlaudError`` `not_found` for a model that is not known and for a provider that is
  ///   not set up.
  func route(_ slug: String) async throws -> Route {
    if let slash = slug.firstIndex(of: "/") {
      let name = String(slug[..<slash])
      let model = String(slug[slug.index(after: slash)...])
      if !model.isEmpty, let provider = try await store.provider(named: name) {
        return Route(provider: provider, upstreamModel: model, slug: slug)
      }
    }
    if let row = try await store.model(slug.lowercased()) {
      guard let provider = try await store.provider(named: row.provider) else {
        throw QlaudError.notFound(
          "provider", "\"\(row.provider)\" of model \"\(slug)\"; set it with provider/set")
      }
      return Route(provider: provider, upstreamModel: row.upstreamName, slug: slug)
    }
    let setUp = try await store.providers()
    for host in Catalog.shipped.hosts(of: slug) where host.mode == .chat {
      let match = setUp.first { $0.name == host.provider || Preset.serving($0.baseURL)?.name == host.provider }
      guard let provider = match else { continue }
      return Route(provider: provider, upstreamModel: host.model, slug: slug)
    }
    let hosts = Catalog.shipped.hosts(of: slug).map(\.provider)
    guard hosts.isEmpty else {
      throw QlaudError.notFound(
        "provider", "for model \"\(slug)\"; set up one of \(hosts.joined(separator: ", "))")
    }
    let known = setUp.map(\.name).joined(separator: ", ")
    let hint = known.isEmpty ? "no provider is set up; use provider/set" : "providers: \(known)"
    throw QlaudError.notFound("model", "\"\(slug)\"; name it provider/model (\(hint))")
  }
}
