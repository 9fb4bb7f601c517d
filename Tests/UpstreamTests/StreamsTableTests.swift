import Domain
import Testing
import Wire

@testable import Upstream

/// Every recording there is, by provider and API: what came is read, and what would be sent has the members and types of the
/// recorded request. The suites of the dialects say more of each; this one says that none is left out.
@Suite(.timeLimit(.minutes(1)))
struct StreamsTableTests {
  static let apis: Set<String> = [
    "anthropic-messages", "anthropic-vertex", "openai-chat", "openai-responses",
    "gemini-generate", "openai-embeddings", "models-list",
  ]

  /// One line of the table.
  private struct Row {
    var all = 0
    var replies = 0
    var requests = 0
    /// Why a request is not built, and how often.
    var unbuilt: [String: Int] = [:]
  }

  @Test func `each recording passes, by provider and api`() throws {
    let all = RecordedReply.all(Self.apis)
    var table: [String: Row] = [:]
    for recording in all {
      let provider = recording.file.split(separator: "/").first ?? ""
      let key = "\(provider) × \(recording.api)"
      let reply = Self.problem { try Self.reply(recording) }
      #expect(reply == nil, "\(recording.file): reply")
      var row = table[key, default: Row()]
      row.all += 1
      row.replies += reply == nil ? 1 : 0
      if let reason = Self.unbuilt(recording) {
        row.unbuilt[reason, default: 0] += 1
      } else {
        let request = Self.problem { try Self.request(recording) }
        #expect(request == nil, "\(recording.file): request")
        row.requests += request == nil ? 1 : 0
      }
      table[key] = row
    }
    guard !all.isEmpty else { return }
    print("provider × api × pass (replies, requests, of all; requests that are not built, and why)")
    for (key, row) in table.sorted(by: { $0.key < $1.key }) {
      let unbuilt = row.unbuilt.sorted { $0.key < $1.key }.map { "; \($0.value) \($0.key)" }
      print("\(key) × \(row.replies) \(row.requests) / \(row.all)\(unbuilt.joined())")
    }
    let rows = table.values
    let unbuilt = rows.reduce(0) { $0 + $1.unbuilt.values.reduce(0, +) }
    let passed = (rows.reduce(0) { $0 + $1.replies }, rows.reduce(0) { $0 + $1.requests })
    print("all × \(passed.0) \(passed.1) / \(all.count); \(unbuilt) not built")
    #expect(passed.1 + unbuilt == all.count)
    #expect(all.count == RecordedReply.indexCount, "an api of the index is not looked at")
  }

  private struct Wrong: Error { let what: String }

  private static func problem(_ body: () throws -> Void) -> String? {
    do {
      try body()
      return nil
    } catch { return "\(error)" }
  }

  // MARK: Replies

  /// A reply of success in the strict order, an error as a failure with words.
  private static func reply(_ recording: RecordedReply) throws {
    guard recording.status == 200 else {
      let failure = UpstreamFailure(
        reported: ErrorBody(bytes: Array(recording.body.utf8)), status: recording.status)
      guard failure.status == recording.status, !failure.message.isEmpty else {
        throw Wrong(what: "\(failure)")
      }
      return
    }
    switch recording.api {
    case "openai-embeddings": try vectors(recording)
    case "models-list": try models(recording)
    default: try stream(recording)
    }
  }

  private static func stream(_ recording: RecordedReply) throws {
    // One is of another API under a similar path.
    if recording.urlPath.contains("/threads/") { return }
    let call = ModelCall.asking(model: recording.model)
    var decoder = recording.dialect.makeDecoder(call)
    let broken = recording.saysError || GeminiRecordingTests.isBroken(recording)
    do throws(UpstreamFailure) {
      let seen: [StreamEvent]
      if recording.isStream {
        seen = try events(of: decoder, pieces: recording.cuts[1])
      } else {
        seen = try decoder.whole(recording.whole)
      }
      let problems = GrammarChecker.violations(seen)
      if broken { throw UpstreamFailure(.malformed, "the error was not seen") }
      if !problems.isEmpty {
        throw UpstreamFailure(.malformed, problems.joined(separator: "; "))
      }
    } catch {
      if !broken || error.message == "the error was not seen" { throw Wrong(what: error.message) }
    }
  }

  private static func vectors(_ recording: RecordedReply) throws {
    // Ollama's own, older endpoint answers one text without a list.
    if recording.urlPath == "/api/embeddings" { return }
    let json = try JSON(parsing: recording.body)
    let input = recording.request["input"] ?? .null
    let isText = recording.request["encoding_format"] == "base64"
    let call = EmbeddingCall(
      model: recording.model, input: input, encoding: isText ? .base64 : .float, dimensions: nil,
      count: input.array?.count ?? 1)
    let reply = try ModelClient.read(json, of: call)
    guard reply.vectors.count == call.count, !reply.usage.isEstimated else {
      throw Wrong(what: "\(reply.vectors.count) vectors, \(reply.usage)")
    }
  }

  private static func models(_ recording: RecordedReply) throws {
    let json = try JSON(parsing: recording.body)
    // A single model, looked up by its name.
    if json["data"] == nil, json["models"] == nil { return }
    // A page of Google's may hold models of images alone.
    let talks = recording.dialect.shape != .gemini || recording.body.contains("\"generateContent\"")
    guard recording.dialect.models.names(json).isEmpty != talks else {
      throw Wrong(what: "no names")
    }
  }

  // MARK: Requests

  /// Why there is nothing to build for a recording; nil where there is.
  private static func unbuilt(_ recording: RecordedReply) -> String? {
    let body = recording.request
    switch recording.api {
    case "models-list": return "has no body"
    case "openai-chat": return ChatRequest.obstacle(body)
    case "openai-responses": return body["input"] == nil ? "of another API" : nil
    case "gemini-generate": return body["contents"] == nil ? "of another API" : nil
    case "openai-embeddings":
      return recording.urlPath == "/api/embeddings" ? "of Ollama's older API" : nil
    default: return body["messages"] == nil ? "of another API" : nil
    }
  }

  private static func request(_ recording: RecordedReply) throws {
    let body = recording.request
    let unknown: Set<String>
    switch recording.api {
    case "openai-chat":
      let sent = try Dialect.openAIChat.encode(ChatRequest(body).call, .of(.openAIChat)).body
      unknown = shapes(sent, opaque: ChatRecordingTests.opaque)
        .subtracting(ChatRecordingTests.known)
    case "openai-responses":
      let call = try ResponsesRequest(body).call
      let sent = try Dialect.openAIResponses.encode(call, .of(.openAIResponses)).body
      unknown = shapes(sent, opaque: ResponsesRecordingTests.opaque)
        .subtracting(ResponsesRecordingTests.known)
    case "gemini-generate":
      let shape = recording.dialect.shape
      let call = GeminiRequest(body, model: recording.model, family: shape.rawValue).call
      let sent = try recording.dialect.encode(call, .of(shape)).body
      unknown = shapes(sent, opaque: GeminiRecordingTests.opaque)
        .subtracting(GeminiRecordingTests.known)
    case "openai-embeddings":
      let input = body["input"] ?? .null
      let call = EmbeddingCall(
        model: recording.model, input: input,
        encoding: body["encoding_format"] == "base64" ? .base64 : .float,
        dimensions: body["dimensions"]?.int.map { Int($0) }, count: input.array?.count ?? 1)
      let sent = ModelClient.body(of: call)
      guard sent["input"] == input else { throw Wrong(what: "another input") }
      let known = shapes(body, opaque: []).union([".dimensions:number"])
      unknown = shapes(sent, opaque: []).subtracting(known)
    default:
      let call = AnthropicRecordingTests.call(body, model: recording.model)
      let sent = try recording.dialect.encode(call, .of(recording.dialect.shape)).body
      let known = AnthropicRecordingTests.known.union([".anthropic_version:string"])
      unknown = shapes(sent, opaque: AnthropicRecordingTests.opaque).subtracting(known)
    }
    if !unknown.isEmpty { throw Wrong(what: unknown.sorted().joined(separator: " ")) }
  }
}

extension RecordedReply {
  /// How its provider is spoken to.
  var dialect: Dialect {
    switch api {
    case "anthropic-messages": .anthropic
    case "anthropic-vertex": .vertex
    case "openai-responses": .openAIResponses
    case "gemini-generate": file.hasPrefix("google-vertex") ? .vertex : .gemini
    case "models-list":
      file.hasPrefix("anthropic") ? .anthropic : file.hasPrefix("google") ? .gemini : .openAIChat
    default: .openAIChat
    }
  }

  /// The body as one value; `null` where it is none.
  var whole: JSON {
    do throws(JSONError) { return try JSON(parsing: body) } catch { return .null }
  }
}
