import Domain
import Search
import Store
import Wire

/// What makes vectors of texts, as the settings say.
enum EmbedderChoice: Sendable, Equatable {
  /// Messages are found by their words only.
  case none
  /// The model whose weights lie beside the database.
  case builtIn
  /// A model of a provider, by OpenAI's embeddings; some want other names or other beginnings for questions than for what
  /// is searched.
  case endpoint(model: String, queryModel: String, prefix: String, queryPrefix: String)

  /// Reads the settings; the built-in model is taken where nothing is said.
  static func read(_ store: LocalDatabase) async throws -> EmbedderChoice {
    switch try await store.setting(SettingName.embedder)?.string ?? "builtin" {
    case "none": return .none
    case "builtin": return .builtIn
    case let model:
      return .endpoint(
        model: model,
        queryModel: try await store.setting(SettingName.embedderQueryModel)?.string ?? model,
        prefix: try await store.setting(SettingName.embedderPrefix)?.string ?? "",
        queryPrefix: try await store.setting(SettingName.embedderQueryPrefix)?.string ?? "")
    }
  }

  /// The name under which its vectors are kept: vectors of two names are never compared.
  var name: String {
    switch self {
    case .none: "none"
    case .builtIn: StaticEmbedder.model
    case .endpoint(let model, _, "", _): model
    case .endpoint(let model, _, let prefix, _): "\(model) after \"\(prefix)\""
    }
  }
}
