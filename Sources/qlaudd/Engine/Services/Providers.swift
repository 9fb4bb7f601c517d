package import Domain
import Store
import Upstream
package import Wire

/// Upstreams and the models they serve.
package struct Providers: Sendable {
  let core: Core

  /// Sets a provider up, or changes one of that name. What a well-known name leaves open its preset fills in.
  /// - Throws: ``QlaudError`` `invalid_params` for a URL that is none.
  package func set(
    name: String, baseURL: String?, shape: Provider.Shape?, secretName: String?,
    headers: [HeaderField]
  ) async throws -> Provider {
    let preset = Preset.named(name)
    guard let url = baseURL ?? preset?.baseURL else {
      throw QlaudError.invalid(
        "base_url", "is required; only the presets know theirs: \(Self.presetNames)")
    }
    guard let shape = shape ?? preset?.shape else {
      throw QlaudError.invalid("shape", "must be \(Provider.Shape.expectation)")
    }
    let provider = Provider(
      name: name, baseURL: try Self.checked(url), shape: shape, secretName: secretName,
      headers: headers, updatedAt: core.source.now())
    try await core.store.setProvider(provider)
    core.reach.changed(name)
    core.work.ring()
    return provider
  }

  private static var presetNames: String { Preset.all.map(\.name).joined(separator: ", ") }

  /// https anywhere, http to this machine only: keys must not travel in the clear.
  private static func checked(_ url: String) throws -> String {
    var text = url
    while text.hasSuffix("/") { text.removeLast() }
    let hasScheme = text.hasPrefix("https://") || text.hasPrefix("http://")
    guard hasScheme, !text.contains(where: { $0.isWhitespace || $0 == "?" || $0 == "#" }),
      !text.contains("@"), !text.contains("{")
    else {
      throw QlaudError.invalid(
        "base_url",
        "must be http(s)://host[:port][/prefix] without user, query or fragment, with nothing left to fill in: \(url)"
      )
    }
    if text.hasSuffix("/v1") { text.removeLast(3) }
    return text
  }

  /// A provider that is known by its name.
  package struct Known: Sendable, Equatable {
    package let name: String
    package let displayName: String
    /// `{…}` stands for what the user must put in.
    package let baseURL: String
    package let shape: Provider.Shape
    package let needsKey: Bool
  }

  /// The providers that need no more than their name, and most of them a key.
  package func known() -> [Known] {
    Preset.all.map {
      Known(
        name: $0.name, displayName: $0.displayName, baseURL: $0.baseURL, shape: $0.shape,
        needsKey: $0.needsKey)
    }
  }

  /// All providers, by name.
  package func list() async throws -> [Provider] { try await core.store.providers() }

  /// Forgets a provider; turns that wait for it fail.
  package func delete(_ name: String) async throws {
    try await core.store.deleteProvider(name)
    core.reach.letThrough(name)
    core.work.ring()
  }

  /// What a provider answered to a look.
  package struct Probe: Sendable {
    package let provider: String
    package let latencyMs: Int64
    /// The models it lists, by its own names.
    package let models: [String]
  }

  /// Asks a provider for its models: shows that the address, the key and the shape are right.
  /// - Throws: ``QlaudError`` `offline`, `upstream_error`, `vault_locked`, `secret_missing`.
  package func test(_ name: String) async throws -> Probe {
    guard let provider = try await core.store.provider(named: name) else {
      throw QlaudError.notFound("provider", "\"\(name)\"")
    }
    let secret = try await core.keeper.secret(of: provider)
    let start = ContinuousClock.now
    do throws(UpstreamFailure) {
      let models = try await core.upstream.listModels(provider: provider, secret: secret)
      let latency = (ContinuousClock.now - start).milliseconds
      return Probe(provider: name, latencyMs: latency, models: models)
    } catch { throw QlaudError(upstream: error, provider: name) }
  }
}
