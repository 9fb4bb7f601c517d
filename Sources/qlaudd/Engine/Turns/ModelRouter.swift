package import Domain
import Store

/// Where a model's name leads.
package struct Route: Sendable, Equatable {
  package let provider: Provider
  /// The name the provider knows the model by.
  package let upstreamModel: String
  /// The name as it was asked for.
  package let slug: String
}

/// Finds the provider of a model: `provider/model`, or a slug or alias of the catalog.
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
    let known = try await store.providers().map(\.name).joined(separator: ", ")
    let hint = known.isEmpty ? "no provider is set up; use provider/set" : "providers: \(known)"
    throw QlaudError.notFound("model", "\"\(slug)\"; name it provider/model (\(hint))")
  }
}
