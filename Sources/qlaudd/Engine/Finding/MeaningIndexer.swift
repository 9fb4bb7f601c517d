import Domain
import Logging
import Search
import ServiceLifecycle
import Store
import Wire

/// Embeds what is indexed, in the background: what is still to be done is what stands behind the model's place in the file,
/// so it goes on where it stopped, after a crash, an offline endpoint or a change of the model.
package struct MeaningIndexer: Service {
  let core: Core

  /// Messages that are embedded at once.
  static let batch = 64
  /// The same while others write.
  static let shortBatch = 16
  /// Texts of one call of an endpoint.
  static let endpointBatch = 32
  /// Codes that are read at once at the start.
  static let page = 1_024
  /// How long an endpoint that does not answer is left alone.
  static let pauseAfterFailure: Duration = .seconds(15)

  package func run() async throws {
    await cancelWhenGracefulShutdown {
      while !Task.isCancelled {
        let seen = core.indexed.generation
        var pause: Duration?
        do {
          let choice = try await EmbedderChoice.read(core.store)
          if core.meaning.active?.choice != choice { try await begin(choice) }
          try await catchUp(choice)
        } catch is CancellationError {
          return
        } catch {
          core.meaning.note("\((error as? QlaudError)?.message ?? "\(error)")")
          core.logger.notice("messages could not be embedded", metadata: ["error": "\(error)"])
          pause = Self.pauseAfterFailure
        }
        await core.indexed.wait(past: seen, for: pause)
      }
    }
  }

  /// Takes a model into use: its weights, and the codes of what it has seen.
  private func begin(_ choice: EmbedderChoice) async throws {
    core.meaning.use(nil)
    guard choice != .none else { return }
    var embedder: StaticEmbedder?
    if choice == .builtIn {
      do throws(EmbedderError) {
        embedder = try StaticEmbedder(folder: core.build.modelsFolder)
      } catch {
        return core.meaning.use(nil, problem: "\(error)")
      }
    }
    let model = try await core.store.vectorModel(named: choice.name)
    let codes = CodeIndex()
    var last: Int64 = 0
    while true {
      let page = try await core.store.codes(of: model, after: last, limit: Self.page)
      codes.insert(page.filter { !$0.isDeleted }.compactMap(CodeIndex.Entry.init))
      guard let end = page.last?.id else { break }
      last = end
    }
    core.meaning.use(
      MeaningIndex.Active(choice: choice, embedder: embedder, model: model, codes: codes))
    // What has read the codes keeps the last of their pages.
    if last > 0 { try core.store.giveBackMemory() }
  }

  private func catchUp(_ choice: EmbedderChoice) async throws {
    var pace = Pace(core.store)
    while !Task.isCancelled, let active = core.meaning.active, active.choice == choice {
      pace.begin()
      let limit =
        active.embedder == nil ? Self.endpointBatch : pace.isSlow ? Self.shortBatch : Self.batch
      // The place may have gone back with an erased thread.
      let model = try await core.store.vectorModel(named: choice.name)
      guard let unseen = try await core.store.unseenMessages(of: model, limit: limit) else {
        core.meaning.note(model)
        return core.meaning.note(nil)
      }
      let vectors = try await Embedding(core: core, active: active).vectors(
        of: unseen.messages.map { MessageWords($0.message).said })
      var stored: [StoredVector] = []
      for (message, vector) in zip(unseen.messages, vectors) {
        guard let quantized = vector.flatMap(QuantizedVector.init) else { continue }
        stored.append(
          StoredVector(id: message.id, vector: quantized.bytes, code: quantized.code.stored))
      }
      let dimension = vectors.lazy.compactMap { $0?.count }.first ?? 0
      let codes = try await core.store.storeVectors(
        stored, of: unseen, by: model, dimension: dimension)
      active.codes.insert(codes.compactMap(CodeIndex.Entry.init))
      await pace.rest()
    }
  }
}

/// Makes vectors with the model that is in use.
struct Embedding: Sendable {
  let core: Core
  let active: MeaningIndex.Active

  /// Characters of a text that an endpoint is given, and of one that it has refused.
  private static let endpointLength = 8_000
  private static let shortLength = 1_000

  /// The vectors of texts to be found; nil for one that has none.
  func vectors(of texts: [String]) async throws -> [[Float]?] {
    guard case .endpoint(let model, _, let prefix, _) = active.choice else {
      return texts.map { active.embedder?.vector(of: $0) }
    }
    guard !texts.isEmpty else { return [] }
    do {
      return try await ask(model, texts.map { prefix + $0.prefix(Self.endpointLength) })
    } catch let error as QlaudError where Self.isRefusal(error) {
      // One of them is more than the model takes; alone and cut it may pass, else it is found by its words.
      var vectors: [[Float]?] = []
      for text in texts {
        do {
          vectors += try await ask(model, [prefix + text.prefix(Self.shortLength)])
        } catch let error as QlaudError where Self.isRefusal(error) {
          vectors.append(nil)
        }
      }
      return vectors
    }
  }

  /// The vector of a question; nil where it has none. The built-in model weighs words by how much they tell.
  func vector(ofQuery text: String, words: [(text: String, weight: Double)]) async throws
    -> [Float]?
  {
    guard case .endpoint(_, let model, _, let prefix) = active.choice else {
      return active.embedder?.vector(ofQuery: words)
    }
    guard !text.isEmpty else { return nil }
    return try await ask(model, [prefix + text.prefix(Self.endpointLength)]).first ?? nil
  }

  /// What the endpoint says to be wrong with the texts, and not with itself.
  private static func isRefusal(_ error: QlaudError) -> Bool {
    guard error.kind == .upstreamError, let status = error.details["status"]?.int else {
      return error.kind == .invalidParams
    }
    return status == 400 || status == 413 || status == 422
  }

  private func ask(_ model: String, _ texts: [String]) async throws -> [[Float]?] {
    let call = EmbeddingCall(
      model: model, input: .array(texts.map(JSON.string)), encoding: .float, dimensions: nil,
      count: texts.count)
    let reply = try await Inference(core: core).embed(call, as: .local)
    return reply.vectors.map { vector in
      vector.array.map { $0.map { Float($0.double ?? 0) } }
    }
  }
}

extension BuildInfo {
  /// Where the weights of the built-in model lie: `models` beside the database.
  var modelsFolder: String {
    let folder = databasePath.lastIndex(of: "/").map { databasePath[..<$0] } ?? "."
    return folder + "/models"
  }
}
