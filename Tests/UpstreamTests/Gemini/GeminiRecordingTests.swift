import Domain
import Testing
import Wire

@testable import Upstream

@Suite(.timeLimit(.minutes(1)))
struct GeminiRecordingTests {
  static let recordings = RecordedReply.all(["gemini-generate"])
  /// Replies that Google finished but could not read itself.
  static func isBroken(_ recording: RecordedReply) -> Bool {
    ["UNEXPECTED_TOOL_CALL", "MALFORMED_FUNCTION_CALL"].contains {
      recording.body.contains("\"\($0)\"")
    }
  }
  static let replies = recordings.filter { $0.status == 200 && !isBroken($0) }

  static func dialect(_ recording: RecordedReply) -> Dialect {
    recording.file.hasPrefix("google-vertex") ? .vertex : .gemini
  }

  static func events(_ recording: RecordedReply, pieces: [[UInt8]]) throws -> [StreamEvent] {
    let decoder = dialect(recording).makeDecoder(.asking(model: recording.model))
    return try run(decoder, recording, pieces)
  }

  private static func run(
    _ decoder: any ReplyDecoder, _ recording: RecordedReply, _ pieces: [[UInt8]]
  ) throws -> [StreamEvent] {
    if recording.isStream { return try UpstreamTests.events(of: decoder, pieces: pieces) }
    var decoder = decoder
    return try decoder.whole(try JSON(parsing: recording.body))
  }

  /// What a recording says, read part by part.
  static func expected(_ recording: RecordedReply) throws -> Outcome {
    var outcome = Outcome()
    var usage: JSON = [:]
    var reason = ""
    for chunk in try recording.objects() {
      let candidate = chunk["candidates"]?[0]
      for part in candidate?["content"]?["parts"]?.array ?? [] {
        if let text = part["text"]?.string {
          if part["thought"] == true { outcome.thinking += text } else { outcome.text += text }
        }
        if let call = part["functionCall"] {
          outcome.calls.append(
            .init(name: call["name"]?.string ?? "", input: call["args"] ?? [:]))
        }
      }
      if let found = chunk["usageMetadata"], found["promptTokenCount"] != nil { usage = found }
      reason = candidate?["finishReason"]?.string ?? reason
    }
    func count(_ name: String) -> Int { Int(usage[name]?.int ?? 0) }
    outcome.stopReason =
      reason == "MAX_TOKENS" ? "max_tokens" : outcome.calls.isEmpty ? "end_turn" : "tool_use"
    outcome.totalInput = count("promptTokenCount") + count("toolUsePromptTokenCount")
    outcome.cacheRead = count("cachedContentTokenCount")
    outcome.output = count("totalTokenCount") - outcome.totalInput
    // One host leaves the thoughts out of the total until they are all there; its parts are right.
    if count("thoughtsTokenCount") + count("candidatesTokenCount") > outcome.output {
      outcome.output = count("thoughtsTokenCount") + count("candidatesTokenCount")
    }
    return outcome
  }

  @Test(arguments: replies)
  func `a recorded reply gives its text, calls, stop reason and usage, however it is cut`(
    _ recording: RecordedReply
  ) throws {
    let runs = try recording.cuts.map { try Self.events(recording, pieces: $0) }
    #expect(runs.allSatisfy { $0 == runs[0] })
    #expect(GrammarChecker.violations(runs[0]) == [])
    #expect(Outcome(try reply(runs[0])) == (try Self.expected(recording)))
  }

  @Test(arguments: replies)
  func `thought signatures of a reply stand in the next request on the parts they came with`(
    _ recording: RecordedReply
  ) throws {
    let dialect = Self.dialect(recording)
    let call = ModelCall.asking(model: recording.model)
    let answer = try reply(try Self.events(recording, pieces: recording.cuts[0]))
    let next = try dialect.encode(call.after(answer), .of(dialect.shape))
    let sent = next.body["contents"]?[1]?["parts"]?.array ?? []
    let came = try recording.objects().flatMap {
      $0["candidates"]?[0]?["content"]?["parts"]?.array ?? []
    }
    func kind(_ part: JSON) -> String {
      let signature = part["thoughtSignature"]?.string ?? ""
      let call = part["functionCall"]
      return
        "\(part["text"]?.text ?? "") \(call?["name"]?.text ?? "") \(call?["id"]?.text ?? "") \(signature)"
    }
    let signed = came.filter { $0["thoughtSignature"] != nil }
    #expect(sent.filter { $0["thoughtSignature"] != nil }.map(kind) == signed.map(kind))
    // Another model, and the same model at the other host, must not see them.
    let another = try dialect.encode(
      call.after(answer, model: "gemini-2.5-other"), .of(dialect.shape))
    let other: Dialect = dialect.shape == .gemini ? .vertex : .gemini
    let elsewhere = try other.encode(call.after(answer), .of(other.shape))
    for body in [another.body.text, elsewhere.body.text] {
      #expect(
        signed.allSatisfy { !body.contains($0["thoughtSignature"]?.string ?? "") })
    }
  }

  @Test(arguments: recordings.filter { $0.status == 200 && isBroken($0) })
  func `a call that Google could not read fails and may be tried again`(
    _ recording: RecordedReply
  ) throws {
    let failure = #expect(throws: UpstreamFailure.self) {
      try Self.events(recording, pieces: recording.cuts[0])
    }
    #expect(failure?.isRetryable == true)
    #expect(failure?.type == "UNEXPECTED_TOOL_CALL")
  }

  @Test(arguments: recordings.filter { $0.status != 200 })
  func `a recorded error keeps its status and its words`(_ recording: RecordedReply) throws {
    let failure = UpstreamFailure(
      reported: ErrorBody(bytes: Array(recording.body.utf8)), status: recording.status)
    let error = try #require(try recording.objects()[0]["error"])
    #expect(failure.kind == (recording.status == 429 ? .rateLimited : .rejected))
    #expect(failure.status == recording.status)
    #expect(failure.message == error["message"]?.string)
    #expect(failure.type == error["status"]?.string)
    // The same object inside a stream.
    var decoder = Dialect.gemini.makeDecoder(.asking(model: "gemini-2.5-flash"))
    let inside = #expect(throws: UpstreamFailure.self) {
      try decoder.whole(try JSON(parsing: recording.body))
    }
    #expect(inside?.kind == failure.kind)
    #expect(inside?.status == failure.status)
  }

  // MARK: Anthropic's models at Vertex

  @Test(arguments: RecordedReply.all(["anthropic-vertex"]))
  func `a Claude model at Vertex is asked and read as Anthropic's own`(
    _ recording: RecordedReply
  ) throws {
    var call = ModelCall.asking(
      model: recording.model, stream: recording.urlPath.hasSuffix(":streamRawPredict"))
    call.temperature = recording.request["temperature"]?.double
    call.thinking = recording.request["thinking"]
    let provider = Provider.of(
      .vertex, baseURL: "https://h.example/v1/projects/PROJECT/locations/global")
    let encoded = try Dialect.vertex.encode(call, provider)
    let segments = recording.urlPath.split(separator: "/").drop { $0 != "publishers" }
    #expect(encoded.path == "/" + segments.joined(separator: "/"))
    #expect(encoded.body["model"] == nil)
    #expect(encoded.body["anthropic_version"] == recording.request["anthropic_version"])

    var decoder = Dialect.vertex.makeDecoder(call)
    let events =
      recording.isStream
      ? try UpstreamTests.events(of: decoder, pieces: recording.cuts[2])
      : try decoder.whole(try JSON(parsing: recording.body))
    #expect(GrammarChecker.violations(events) == [])
    let text = try recording.objects().flatMap { object -> [String] in
      if let delta = object["delta"]?["text"]?.string { return [delta] }
      return (object["content"]?.array ?? []).compactMap { $0["text"]?.string }
    }
    #expect(Outcome(try reply(events)).text == text.joined())
  }

  // MARK: Requests

  /// Members that the API documents and no recorded request happens to use.
  /// Sources: https://ai.google.dev/api/caching#FunctionDeclaration,
  /// https://ai.google.dev/api/generate-content#generationconfig
  static let documented: Set<String> = [
    ".tools[].functionDeclarations[].parametersJsonSchema:opaque",
    ".generationConfig.responseJsonSchema:opaque",
  ]
  static let opaque: Set<String> = [
    "parameters", "parametersJsonSchema", "responseSchema", "responseJsonSchema", "args",
    "response",
  ]

  static let known = recordings.reduce(into: documented) {
    $0.formUnion(shapes($1.request, opaque: opaque))
  }

  @Test(arguments: recordings.filter { $0.request["contents"] != nil })
  func `a request says what the recorded one said, in members the API knows`(
    _ recording: RecordedReply
  ) throws {
    let dialect = Self.dialect(recording)
    let request = GeminiRequest(
      recording.request, model: recording.model, family: dialect.shape.rawValue)
    let encoded = try dialect.encode(request.call, .of(dialect.shape))
    #expect(shapes(encoded.body, opaque: Self.opaque).subtracting(Self.known) == [])
    #expect(
      GeminiRequest.gist(encoded.body["contents"])
        == GeminiRequest.gist(recording.request["contents"]))
    let declared = recording.request["tools"]?.array?.compactMap { $0["functionDeclarations"] }
    #expect(
      encoded.body["tools"]?[0]?["functionDeclarations"]?.array?.map { $0["name"] }
        == declared?.first?.array?.map { $0["name"] })
    for name in ["maxOutputTokens", "temperature", "topP", "topK", "stopSequences"] {
      guard let value = recording.request["generationConfig"]?[name] else { continue }
      let ours = encoded.body["generationConfig"]?[name]
      #expect(ours == value || ours?.double == value.double)
    }
  }
}

/// Reads a recorded request back into a call.
struct GeminiRequest {
  var call: ModelCall
  private let family: String

  init(_ body: JSON, model: String, family: String) {
    self.family = family
    let config = body["generationConfig"]
    call = ModelCall(
      model: model, maxTokens: Int(config?["maxOutputTokens"]?.int ?? 1_000), messages: [])
    call.temperature = config?["temperature"]?.double
    call.topP = config?["topP"]?.double
    call.topK = config?["topK"]?.int.map { Int($0) }
    call.stopSequences = (config?["stopSequences"]?.array ?? []).compactMap(\.string)
    let system = body["systemInstruction"]?["parts"]
    call.system = (system?.array ?? system.map { [$0] } ?? []).compactMap {
      $0["text"]?.string.map(Block.text)
    }
    for tool in (body["tools"]?.array ?? []).flatMap({ $0["functionDeclarations"]?.array ?? [] }) {
      call.tools.append(
        .init(
          name: tool["name"]?.string ?? "", description: tool["description"]?.string ?? "",
          inputSchema: ["type": "object"]))
    }
    var number = 0
    for content in body["contents"]?.array ?? [] {
      let isModel = content["role"] == "model"
      var answers = number
      var blocks: [Block] = []
      for part in content["parts"]?.array ?? [] {
        blocks += block(part, isModel, &number, &answers)
      }
      call.messages.append(.init(role: isModel ? .assistant : .user, blocks: blocks))
    }
  }

  /// Calls are numbered; answers are taken to follow in the order of the calls.
  private func block(_ part: JSON, _ isModel: Bool, _ number: inout Int, _ answers: inout Int)
    -> [Block]
  {
    var block: Block
    var own: JSON.Object = ["model": .string(call.model)]
    own["thought_signature"] = part["thoughtSignature"]
    if let text = part["text"]?.string {
      block =
        part["thought"] == true
        ? Block(["type": "thinking", "thinking": .string(text), "signature": ""]) : .text(text)
    } else if let call = part["functionCall"] {
      block = .toolUse(
        id: "call-\(number)", name: call["name"]?.string ?? "", input: call["args"] ?? [:])
      own["call_id"] = call["id"]
      number += 1
    } else if let response = part["functionResponse"] {
      let count = self.call.messages.last?.blocks.filter { $0.type == "tool_use" }.count ?? 0
      block = .toolResult(
        id: "call-\(answers - count)", content: .string(response["response"]?.text ?? ""),
        isError: false)
      answers += 1
    } else if let data = part["inlineData"] ?? part["inline_data"] {
      block = Block([
        "type": "image",
        "source": [
          "type": "base64", "media_type": data["mimeType"] ?? data["mime_type"] ?? "",
          "data": data["data"] ?? "",
        ],
      ])
    } else if part["thoughtSignature"] != nil {
      block = Block(["type": "redacted_thinking", "data": ""])
      own["part"] = [:]
    } else {
      return []
    }
    if isModel { block.setOpaque(family, .object(own)) }
    return [block]
  }

  /// What the contents say; unsigned thoughts are not sent back, the form of an answer is the caller's.
  static func gist(_ contents: JSON?) -> [String] {
    (contents?.array ?? []).flatMap { content -> [String] in
      let role = content["role"]?.string ?? ""
      return (content["parts"]?.array ?? []).compactMap { part in
        let data = part["inlineData"] ?? part["inline_data"]
        let signature = part["thoughtSignature"]?.string
        if part["thought"] == true, signature == nil { return String?.none }
        let call = part["functionCall"] ?? part["functionResponse"]
        let words = [
          part["text"]?.string, call?["name"]?.string, call?["id"]?.string,
          data?["data"]?.string, signature,
        ]
        if words.allSatisfy({ $0?.isEmpty != false }) { return String?.none }
        return "\(role): " + words.compactMap { $0 }.joined(separator: " ")
      }
    }
  }
}
