import Domain
import Engine
import Foundation
import Testing
import Upstream
import Wire

@testable import API

/// What clients of real hosts asked, from `../shared/data/streams` beside the repository, put to our stateless endpoints: each
/// request is taken and goes on to a provider of the same family saying what it said, or it is refused for a stated reason.
@Suite(.timeLimit(.minutes(1)))
struct RecordedRequestTests {
  /// Why requests are refused: the words that such a refusal ends with, and the reason that stands in the table. A refusal that is
  /// none of these is a request that we should take.
  static let reasons: [(end: String, why: String)] = [
    ("must be custom: tools that the provider runs are not passed on", "tools of the provider's"),
    ("tools[0].type: must be function", "tools of the provider's"),
    ("web_search_options: is not a parameter of chat/completions", "tools of the provider's"),
    ("there are no logprobs", "logprobs, which most families lack"),
    ("n: must be 1", "several replies to one call"),
    ("must be one of text, image_url, file", "audio, which the inner shape lacks"),
    ("].type: is required", "no request of the API's: its own host refused it too"),
    ("is not a parameter of chat/completions", "a member of one host's own"),
    ("is not a parameter of embeddings/create", "a member of one host's own"),
  ]

  /// One recorded request.
  struct Asked {
    let file: String
    let provider: String
    let api: String
    let body: JSON.Object
  }

  private enum Outcome: Equatable {
    case built
    case refused(String)
    /// What it said is not all in what is built.
    case changed(String)
  }

  @Test func `each recorded request is built again or refused for a stated reason`() throws {
    let all = try Self.all()
    guard !all.isEmpty else { return }
    var table: [String: (built: Int, all: Int, refused: [String: Int])] = [:]
    for asked in all {
      let key = "\(asked.provider) × \(asked.api)"
      table[key, default: (0, 0, [:])].all += 1
      switch Self.outcome(asked) {
      case .built: table[key]?.built += 1
      case .refused(let words):
        let reason = Self.reasons.first { words.hasSuffix($0.end) }?.why
        #expect(reason != nil, "\(asked.file): \(words)")
        table[key]?.refused[reason ?? words, default: 0] += 1
      case .changed(let words):
        Issue.record("\(asked.file) says something else: \(words)")
      }
    }
    print("provider × api × requests that our endpoints take and build again / all")
    for (key, row) in table.sorted(by: { $0.key < $1.key }) {
      print("\(key) × \(row.built) / \(row.all)")
      for (reason, count) in row.refused.sorted(by: { $0.key < $1.key }) {
        print("  \(count) refused: \(reason)")
      }
    }
    let built = table.values.reduce(0) { $0 + $1.built }
    print("in all \(built) / \(all.count)")
  }

  private static func outcome(_ asked: Asked) -> Outcome {
    do throws(InvalidParams) {
      let built = Set(texts(try build(asked), under: { _ in true }))
      let lost = words(asked.body).first { word in
        !built.contains(word) && !built.contains { $0.contains(word) }
      }
      return lost.map { .changed($0) } ?? .built
    } catch { return .refused(error.description) }
  }

  /// Reads a request as our endpoint does and writes it for the same host.
  private static func build(_ asked: Asked) throws(InvalidParams) -> JSON {
    let call: ModelCall
    let shape: Provider.Shape
    switch asked.api {
    case "openai-embeddings": return try EmbeddingRequest.read(asked.body).input
    case "openai-chat":
      call = try ChatRequest(asked.body).request.call
      shape = .openAIChat
    default:
      call = try AnthropicRequest(asked.body).request.call
      shape = .anthropic
    }
    let host = Preset.named(asked.provider)?.baseURL ?? "https://host.example"
    let provider = Provider(
      name: "p", baseURL: host, shape: shape, secretName: nil, updatedAt: 0)
    return try Dialect.of(shape).encode(call, provider).body
  }

  /// All that is said in a request but for a model's reasoning, without the white space around it.
  private static func words(_ body: JSON.Object) -> [String] {
    let said: Set = ["text", "content", "system", "input"]
    return texts(.object(body), under: said.contains)
      .map { $0.trimmingCharacters(in: .whitespacesAndNewlines) }.filter { !$0.isEmpty }
  }

  /// The texts that stand under some members.
  private static func texts(
    _ json: JSON, member: String = "", under isSought: (String) -> Bool
  ) -> [String] {
    switch json {
    case .object(let object):
      object.members.filter { $0.key != "thinking" }
        .flatMap { texts($0.value, member: $0.key, under: isSought) }
    case .array(let elements):
      elements.flatMap { texts($0, member: member, under: isSought) }
    case .string(let text): isSought(member) ? [text] : []
    default: []
    }
  }

  // MARK: The recordings

  private static func all() throws -> [Asked] {
    let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
      .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
      .appendingPathComponent("shared/data/streams")
    let index: String
    do {
      index = try String(contentsOf: root.appendingPathComponent("INDEX.tsv"), encoding: .utf8)
    } catch {
      print("no recorded requests, that part is skipped: \(error)")
      return []
    }
    var all: [Asked] = []
    for line in index.split(whereSeparator: \.isNewline).dropFirst() {
      let columns = line.split(separator: "\t", omittingEmptySubsequences: false).map(String.init)
      guard columns.count > 3 else { continue }
      let data = try Data(contentsOf: root.appendingPathComponent(columns[0]))
      let recording = try JSON(parsing: Array(data))
      guard var body = recording["request"]?["body"]?.object else { continue }
      let path = recording["request"]?["url_path"]?.string ?? ""
      // One is of another API under a similar path, one of Ollama's own, older API.
      if path.contains("/threads/") || path == "/api/embeddings" { continue }
      switch columns[3] {
      // Azure's older paths name the model.
      case "openai-chat" where body["model"] == nil: body["model"] = recording["model"]
      case "openai-chat", "openai-embeddings", "anthropic-messages": break
      case "anthropic-vertex":
        // There the model stands in the path and the version in the body.
        body["model"] = recording["model"]
        body["anthropic_version"] = nil
      default: continue
      }
      all.append(Asked(file: columns[0], provider: columns[1], api: columns[3], body: body))
    }
    return all
  }
}
