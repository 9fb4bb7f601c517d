import Domain
import Testing
import Wire

@testable import Upstream

@Suite(.timeLimit(.minutes(1)))
struct ChatRecordingTests {
  static let recordings = RecordedReply.all(["openai-chat"])
  static let replies = recordings.filter { $0.status == 200 && !$0.saysError }
  static let failures = recordings.filter { $0.status != 200 || $0.saysError }

  static func decode(_ recording: RecordedReply, _ pieces: [[UInt8]]) throws -> [StreamEvent] {
    let decoder = Dialect.openAIChat.makeDecoder(.asking(model: recording.model))
    if recording.isStream { return try events(of: decoder, pieces: pieces) }
    var whole = decoder
    return try whole.whole(try JSON(parsing: recording.body))
  }

  @Test(arguments: replies)
  func `a recorded reply gives its text, calls, stop reason and usage, however it is cut`(
    _ recording: RecordedReply
  ) throws {
    let runs = try recording.cuts.map { try Self.decode(recording, $0) }
    #expect(runs.allSatisfy { $0 == runs[0] })
    #expect(GrammarChecker.violations(runs[0]) == [])
    var reader = ChatReader()
    for object in try recording.objects() { try reader.read(object) }
    let answer = try reply(runs[0])
    var expected = try reader.outcome()
    if !reader.hasUsage {
      expected.totalInput = answer.usage.totalInput
      expected.output = answer.usage.output
      #expect(answer.usage.isEstimated && expected.totalInput > 0)
    }
    #expect(Outcome(answer) == expected)
    #expect(answer.usage.isEstimated == !reader.hasUsage)
    #expect(answer.id == reader.id)
  }

  @Test(arguments: replies)
  func `what a recorded reply says can be sent back`(_ recording: RecordedReply) throws {
    let call = ModelCall.asking(model: recording.model)
    let answer = try reply(try Self.decode(recording, recording.cuts[0]))
    let next = try Dialect.openAIChat.encode(call.after(answer), .of(.openAIChat))
    let sent = next.body["messages"]?.array?.first { $0["role"] == "assistant" }
    let outcome = Outcome(answer)
    guard !outcome.text.isEmpty || !outcome.calls.isEmpty else {
      #expect(sent == nil)
      return
    }
    #expect(sent?["tool_calls"]?.array?.count ?? 0 == outcome.calls.count)
    let ids = (sent?["tool_calls"]?.array ?? []).map { $0["id"]?.string }
    let results = (next.body["messages"]?.array ?? []).filter { $0["role"] == "tool" }
    #expect(results.map { $0["tool_call_id"]?.string } == ids)
    let details = try recording.objects().contains { $0.text.contains("\"reasoning_details\":[{") }
    #expect((sent?["reasoning_details"] != nil) == details)
  }

  @Test(arguments: failures)
  func `a recorded error is a failure with its kind, status and words`(_ recording: RecordedReply)
    throws
  {
    let failure: UpstreamFailure
    if recording.status == 200 {
      let thrown = #expect(throws: UpstreamFailure.self) {
        try Self.decode(recording, recording.cuts[2])
      }
      failure = try #require(thrown)
    } else {
      failure = UpstreamFailure(
        reported: ErrorBody(bytes: Array(recording.body.utf8)), status: recording.status)
    }
    let error =
      recording.body.isEmpty
      ? .null : try #require(try recording.objects().lazy.compactMap { $0["error"]?.nonNull }.first)
    if let words = error["message"]?.string {
      #expect(failure.message.hasPrefix(words))
    } else {
      #expect(failure.message == "HTTP status \(recording.status)")
    }
    let named = error["code"]?.int ?? error["status"]?.int
    let status = recording.status == 200 ? named.map { Int($0) } : recording.status
    #expect(failure.status == status)
    let kinds: [Int: UpstreamFailure.Kind] = [429: .rateLimited, 502: .server, 500: .server]
    #expect(failure.kind == kinds[status ?? 0] ?? .rejected)
  }

  @Test func `every provider passes`() throws {
    var table: [String: (all: Int, good: Int)] = [:]
    for recording in Self.replies {
      let kind = recording.isStream ? "stream" : "whole"
      let provider = recording.file.split(separator: "/").first ?? ""
      let key = "\(provider) openai-chat \(kind)"
      let isGood = GrammarChecker.violations(try Self.decode(recording, recording.cuts[1])).isEmpty
      table[key, default: (0, 0)].all += 1
      table[key, default: (0, 0)].good += isGood ? 1 : 0
    }
    for (key, row) in table.sorted(by: { $0.key < $1.key }) {
      print("\(key): \(row.good)/\(row.all)")
      #expect(row.good == row.all)
    }
  }

  // MARK: Requests

  /// Members that the API documents and no recorded request happens to use.
  /// Source: https://platform.openai.com/docs/api-reference/chat/create
  static let documented: Set<String> = [
    ".messages[].content:null", ".messages[].reasoning:string", ".stop:array", ".stop[]:string",
    ".tool_choice:object", ".messages[].content[].file.filename:string",
  ]
  static let opaque: Set<String> = [
    "parameters", "schema", "reasoning_details", "response_format",
  ]
  static let known = recordings.reduce(into: documented) {
    $0.formUnion(shapes($1.request, opaque: opaque))
  }

  @Test(arguments: recordings.filter { ChatRequest.isExpressible($0.request) })
  func `a request says what the recorded one said, in members the API knows`(
    _ recording: RecordedReply
  ) throws {
    let call = ChatRequest(recording.request).call
    let encoded = try Dialect.openAIChat.encode(call, .of(.openAIChat))
    #expect(encoded.path == "/v1/chat/completions")
    #expect(shapes(encoded.body, opaque: Self.opaque).subtracting(Self.known) == [])
    #expect(ChatRequest.gist(encoded.body) == ChatRequest.gist(recording.request))
    #expect(encoded.body["tools"]?.array?.count ?? 0 == call.tools.count)
    if let choice = recording.request["tool_choice"]?.nonNull, !call.tools.isEmpty {
      #expect(encoded.body["tool_choice"]?["function"]?["name"] == choice["function"]?["name"])
    }
    for name in ["temperature", "top_p"] {
      guard let value = recording.request[name]?.double else { continue }
      #expect(encoded.body[name]?.double == value)
    }
  }
}

extension RecordedReply {
  /// Whether a reply of status 200 is an error all the same.
  var saysError: Bool {
    do {
      return try objects().contains { $0["error"]?.nonNull != nil }
    } catch {
      return false
    }
  }
}

/// Reads a recorded chat reply, whole or streamed, in the simplest way that is right for recordings.
struct ChatReader {
  private var text = ""
  private var thinking = ""
  private var calls: [(key: String, name: String, arguments: String)] = []
  private var finish: [String] = []
  private var usage: JSON.Object = [:]
  private(set) var id: String?

  var hasUsage: Bool { !usage.isEmpty }

  mutating func read(_ object: JSON) throws {
    let counts = object["usage"]?.object ?? object["x_groq"]?["usage"]?.object
    for member in counts?.members ?? [] where !member.value.isNull {
      usage[member.key] = member.value
    }
    guard let choice = object["choices"]?[0] else { return }
    if id == nil { id = object["id"]?.string ?? "" }
    if let reason = choice["finish_reason"]?.string { finish.append(reason) }
    let delta = choice["delta"] ?? choice["message"] ?? .null
    let isWhole = object["object"] == "chat.completion" && choice["delta"]?["content"] == ""
    let said = isWhole ? choice["message"] ?? delta : delta
    let details = (said["reasoning_details"]?.array ?? []).compactMap {
      $0["text"]?.string ?? $0["summary"]?.string
    }
    thinking +=
      said["reasoning_content"]?.string ?? said["reasoning"]?.string ?? details.joined()
    text += said["content"]?.string ?? ""
    for part in said["content"]?.array ?? [] {
      text += part["text"]?.string ?? ""
      thinking += (part["thinking"]?.array ?? []).compactMap { $0["text"]?.string }.joined()
    }
    text += said["refusal"]?.string ?? ""
    for call in said["tool_calls"]?.array ?? [] {
      // A piece with an id starts a call; the others continue the last one of their index.
      let function = call["function"]
      let key = call["index"]?.text ?? ""
      if call["id"]?.string != nil, function?["name"]?.string != nil {
        calls.append((key, function?["name"]?.string ?? "", function?["arguments"]?.string ?? ""))
      } else if let place = calls.lastIndex(where: { $0.key == key }) {
        calls[place].arguments += function?["arguments"]?.string ?? ""
      }
    }
  }

  func outcome() throws -> Outcome {
    var outcome = Outcome()
    outcome.text = text
    outcome.thinking = thinking
    for call in calls {
      let text = call.arguments.isEmpty ? "{}" : call.arguments
      outcome.calls.append(.init(name: call.name, input: try JSON(parsing: text)))
    }
    outcome.stopReason =
      finish.contains("length") ? "max_tokens" : calls.isEmpty ? "end_turn" : "tool_use"
    func count(_ json: JSON?) -> Int { Int(json?.int ?? 0) }
    let prompt = count(usage["prompt_tokens"])
    outcome.cacheRead = count(
      usage["prompt_tokens_details"]?["cached_tokens"]?.nonNull ?? usage["cached_tokens"]
        ?? usage["prompt_cache_hit_tokens"])
    outcome.totalInput = max(prompt, outcome.cacheRead)
    outcome.output = count(usage["completion_tokens"])
    // Reasoning that is not part of the completion is output all the same.
    let reasoning = count(usage["completion_tokens_details"]?["reasoning_tokens"])
    if count(usage["total_tokens"]) == prompt + outcome.output + reasoning
      || reasoning > outcome.output
    {
      outcome.output += reasoning
    }
    return outcome
  }
}

/// Reads a recorded chat request back into a call.
struct ChatRequest {
  var call: ModelCall

  /// Whether it can be said in the canonical shape.
  static func isExpressible(_ body: JSON) -> Bool { obstacle(body) == nil }

  /// What in it cannot be said in the canonical shape: audio, and what the API itself refused.
  static func obstacle(_ body: JSON) -> String? {
    guard let messages = body["messages"]?.array, !messages.isEmpty else {
      return "without messages"
    }
    let known: Set = ["text", "image_url", "file", "thinking"]
    let kinds = messages.flatMap { $0["content"]?.array ?? [] }.map { $0["type"]?.string ?? "" }
    return kinds.first { !known.contains($0) }.map { "with \($0)" }
  }

  init(_ body: JSON) {
    call = ModelCall(
      model: body["model"]?.string ?? "", maxTokens: Int(body["max_tokens"]?.int ?? 1_000),
      messages: [], stream: body["stream"] == true)
    call.temperature = body["temperature"]?.double
    call.topP = body["top_p"]?.double
    call.responseFormat = body["response_format"]?.nonNull
    for tool in body["tools"]?.array ?? [] where tool["type"] == "function" {
      call.tools.append(
        .init(
          name: tool["function"]?["name"]?.string ?? "",
          description: tool["function"]?["description"]?.string ?? "",
          inputSchema: tool["function"]?["parameters"] ?? [:]))
    }
    switch body["tool_choice"] {
    case .string(let word)?:
      call.toolChoice = ["type": .string(["required": "any"][word] ?? word)]
    case .object(let choice)?:
      call.toolChoice = ["type": "tool", "name": choice["function"]?["name"] ?? ""]
    default: break
    }
    for message in body["messages"]?.array ?? [] { add(message) }
  }

  private mutating func add(_ message: JSON) {
    let content = message["content"]
    var blocks = Block.list(content ?? .null).compactMap(Self.block)
    switch message["role"]?.string {
    case "system", "developer": call.system += blocks
    case "tool":
      let id = message["tool_call_id"]?.string ?? ""
      call.messages.append(
        .init(
          role: .user, blocks: [.toolResult(id: id, content: content ?? "", isError: false)]))
    case "assistant":
      if let details = message["reasoning_details"] {
        var block = Block(["type": "thinking", "thinking": "", "signature": ""])
        block.setOpaque("openai-chat", ["model": .string(call.model), "details": details])
        blocks.insert(block, at: 0)
      }
      for tool in message["tool_calls"]?.array ?? [] {
        let text = tool["function"]?["arguments"]?.string ?? "{}"
        var input: JSON = [:]
        do throws(JSONError) { input = try JSON(parsing: text) } catch { input = [:] }
        blocks.append(
          .toolUse(
            id: tool["id"]?.string ?? "", name: tool["function"]?["name"]?.string ?? "",
            input: input))
      }
      call.messages.append(.init(role: .assistant, blocks: blocks))
    default: call.messages.append(.init(role: .user, blocks: blocks))
    }
  }

  private static func block(_ part: Block) -> Block? {
    switch part.type {
    case "text": part
    case "image_url": media("image", part["image_url"]?["url"]?.string ?? "", nil)
    case "file":
      media("document", part["file"]?["file_data"]?.string ?? "", part["file"]?["filename"])
    default: nil
    }
  }

  private static func media(_ type: JSON, _ url: String, _ title: JSON?) -> Block {
    var source: JSON = ["type": "url", "url": .string(url)]
    if url.hasPrefix("data:"), let comma = url.firstIndex(of: ",") {
      let kind = url[..<comma].dropFirst(5).split(separator: ";").first ?? ""
      source = [
        "type": "base64", "media_type": .string(String(kind)),
        "data": .string(String(url[url.index(after: comma)...])),
      ]
    }
    return Block(JSON.record(["type": type, "source": source, "title": title]).object ?? [:])
  }

  /// What the messages say: role, words, media, calls. Neighbours of one side are one.
  static func gist(_ body: JSON) -> [String] {
    var lines: [(role: String, words: [String])] = []
    for message in body["messages"]?.array ?? [] {
      var role = message["role"]?.string ?? ""
      if role == "developer" { role = "system" }
      var words = message["content"]?.string.map { [$0] } ?? []
      for part in message["content"]?.array ?? [] {
        words.append(
          part["text"]?.string ?? part["image_url"]?["url"]?.string
            ?? part["file"]?["file_data"]?.string ?? "")
      }
      for call in message["tool_calls"]?.array ?? [] {
        let arguments = call["function"]?["arguments"]?.string ?? ""
        var input = arguments
        do throws(JSONError) { input = try JSON(parsing: arguments).text } catch { input = "{}" }
        words.append(
          "\(call["id"]?.string ?? "") \(call["function"]?["name"]?.string ?? "") \(input)")
      }
      words.append(message["tool_call_id"]?.string ?? "")
      words.append(message["reasoning_details"]?.text ?? "")
      words = words.map { $0.split(whereSeparator: \.isWhitespace).joined(separator: " ") }
        .filter { !$0.isEmpty }
      if role != "tool", let last = lines.last, last.role == role {
        lines[lines.count - 1].words += words
      } else if !words.isEmpty {
        lines.append((role, words))
      }
    }
    // System words come first in ours, and texts of one message are one.
    let ordered = lines.filter { $0.role == "system" } + lines.filter { $0.role != "system" }
    return ordered.map { "\($0.role): " + $0.words.joined(separator: " ") }
  }
}
