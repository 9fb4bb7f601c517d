package import Domain
import GRDB
package import Wire

/// A model that an administrator has set; the built-in catalog is data of another room.
package struct ModelRow: Sendable, Equatable {
  /// Lower-case.
  package let slug: String
  /// A provider's name; it need not be set up yet.
  package let provider: String
  /// The name the provider knows it by.
  package let upstreamName: String
  /// Further names, lower-case; none is a slug or another model's alias.
  package let aliases: [String]
  /// What lies over the catalog's entry: prices, context window.
  package let details: JSON.Object
  package let updatedAt: Milliseconds
  /// A model's row; slug and aliases are lower-cased.
  package init(
    slug: String, provider: String, upstreamName: String, aliases: [String] = [],
    details: JSON.Object = [:], updatedAt: Milliseconds
  ) {
    self.slug = slug.lowercased()
    self.provider = provider
    self.upstreamName = upstreamName
    self.aliases = Set(aliases.map { $0.lowercased() }).sorted()
    self.details = details
    self.updatedAt = updatedAt
  }
}

extension LocalDatabase {
  /// Stores a provider over an older one of its name. The secret that it names need not be there yet.
  package func setProvider(_ provider: Provider) async throws {
    try await configure { try ProviderTable.set($0.db, provider) }
  }
  /// The provider of that name; nil where there is none.
  package func provider(named name: String) async throws -> Provider? {
    try look { try ProviderTable.get($0, name) }
  }
  /// All providers, by name.
  package func providers() async throws -> [Provider] {
    try look { try ProviderTable.all($0) }
  }
  /// Forgets a provider. Turns that wait for it stay and fail when they run.
  /// - Throws: `not_found`.
  package func deleteProvider(_ name: String) async throws {
    try await configure { transaction in
      guard try ProviderTable.delete(transaction.db, name) else {
        throw QlaudError.notFound("provider", "\"\(name)\"")
      }
    }
  }

  /// Stores a model over an older one of its slug, aliases included.
  /// - Throws: `conflict` where one of its names means another model.
  package func setModel(_ model: ModelRow) async throws {
    try await configure { transaction in
      let db = transaction.db
      if let other = try ModelTable.slug(db, alias: model.slug) {
        throw QlaudError.conflict("\"\(model.slug)\" is an alias of model \"\(other)\"")
      }
      try ModelTable.set(db, model)
      try ModelTable.deleteAliases(db, of: model.slug)
      for alias in model.aliases {
        let other = try ModelTable.slug(db, alias: alias) ?? ModelTable.get(db, alias)?.slug
        if let other { throw QlaudError.conflict("alias \"\(alias)\" means model \"\(other)\"") }
        try ModelTable.addAlias(db, alias, of: model.slug)
      }
    }
  }
  /// The model of that slug or alias, in any case; nil where there is none.
  package func model(_ name: String) async throws -> ModelRow? {
    let name = name.lowercased()
    return try look { db in
      try ModelTable.get(db, try ModelTable.slug(db, alias: name) ?? name)
    }
  }
  /// All models, by slug.
  package func models() async throws -> [ModelRow] { try await read { try ModelTable.all($0) } }
  /// Forgets a model and its aliases.
  /// - Throws: `not_found`.
  package func deleteModel(_ slug: String) async throws {
    try await configure { transaction in
      guard try ModelTable.delete(transaction.db, slug.lowercased()) else {
        throw QlaudError.notFound("model", "\"\(slug)\"")
      }
    }
  }
}
