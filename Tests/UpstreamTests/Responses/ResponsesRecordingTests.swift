import Domain
import Testing
import Wire

@testable import Upstream

@Suite(.timeLimit(.minutes(1)))
struct ResponsesRecordingTests {
  static let recordings = RecordedReply.all(["openai-responses"])
  static let replies = recordings.filter { $0.status == 200 }

  /// What a recording says, read from its last object alone: the final response repeats everything.
  static func expected(_ recording: RecordedReply) throws -> Outcome {
    var outcome = Outcome()
    let last = try #require(try recording.objects().last)
    let response = last["response"] ?? last
    var thinking: [String] = []
    for item in response["output"]?.array ?? [] {
      for part in item["summary"]?.array ?? [] { thinking.append(part["text"]?.string ?? "") }
      for part in item["content"]?.array ?? [] {
        let text = part["text"]?.string ?? part["refusal"]?.string ?? ""
        if item["type"] == "reasoning" { thinking.append(text) } else { outcome.text += text }
      }
      if item["type"] == "function_call" {
        outcome.calls.append(
          .init(
            name: item["name"]?.string ?? "",
            input: try JSON(parsing: item["arguments"]?.string ?? "")))
      }
    }
    outcome.thinking = thinking.joined(separator: "\n\n")
    let isCut = response["incomplete_details"]?["reason"] == "max_output_tokens"
    outcome.stopReason =
      isCut ? "max_tokens" : outcome.calls.isEmpty ? "end_turn" : "tool_use"
    outcome.totalInput = Int(response["usage"]?["input_tokens"]?.int ?? -1)
    outcome.cacheRead =
      Int(response["usage"]?["input_tokens_details"]?["cached_tokens"]?.int ?? -1)
    outcome.output = Int(response["usage"]?["output_tokens"]?.int ?? -1)
    return outcome
  }

  @Test(arguments: replies)
  func `a recorded reply gives its text, calls, stop reason and usage, however it is cut`(
    _ recording: RecordedReply
  ) throws {
    let expected = try Self.expected(recording)
    let call = ModelCall.asking(model: recording.model)
    let first: [StreamEvent]
    if recording.isStream {
      let runs = try recording.cuts.map { pieces in
        try events(of: Dialect.openAIResponses.makeDecoder(call), pieces: pieces)
      }
      first = runs[0]
      #expect(runs.allSatisfy { $0 == first })
    } else {
      var decoder = Dialect.openAIResponses.makeDecoder(call)
      first = try decoder.whole(try JSON(parsing: recording.body))
    }
    #expect(GrammarChecker.violations(first) == [])
    #expect(Outcome(try reply(first)) == expected)
  }

  @Test(arguments: replies)
  func `a streamed reply and its final response read as a whole are the same`(
    _ recording: RecordedReply
  ) throws {
    guard recording.isStream else { return }
    let call = ModelCall.asking(model: recording.model)
    let streamed = try reply(
      try events(of: Dialect.openAIResponses.makeDecoder(call), pieces: recording.cuts[0]))
    let final = try #require(try recording.objects().last?["response"])
    var decoder = Dialect.openAIResponses.makeDecoder(call)
    let whole = try reply(try decoder.whole(final))
    #expect(streamed.blocks.map(\.type) == whole.blocks.map(\.type))
    #expect(streamed.blocks.map(\.publicJSON) == whole.blocks.map(\.publicJSON))
    #expect(streamed.usage == whole.usage)
  }

  @Test(arguments: replies)
  func `encrypted reasoning of a reply stands in the next request as the final payload had it`(
    _ recording: RecordedReply
  ) throws {
    let last = try #require(try recording.objects().last)
    let output = (last["response"] ?? last)["output"]?.array ?? []
    let answered = output.last?["type"] != "reasoning"
    let expected = answered ? output.compactMap { $0["encrypted_content"]?.string } : []
    let call = ModelCall.asking(model: recording.model)
    var decoder = Dialect.openAIResponses.makeDecoder(call)
    let answer = try reply(
      recording.isStream
        ? try events(of: decoder, pieces: recording.cuts[0])
        : try decoder.whole(try JSON(parsing: recording.body)))
    let next = try Dialect.openAIResponses.encode(call.after(answer), .of(.openAIResponses))
    let input = next.body["input"]?.array ?? []
    #expect(input.compactMap { $0["encrypted_content"]?.string } == expected)
    let kinds = input.dropFirst().dropLast(
      max(1, answer.blocks.filter { $0.type == "tool_use" }.count))
    let sent = output.filter { item in
      item["type"] != "reasoning" || item["encrypted_content"]?.nonNull != nil
        || item["content"]?.array?.isEmpty == false
    }
    if answered { #expect(kinds.map { $0["type"] } == sent.map { $0["type"] }) }
    let elsewhere = try Dialect.openAIResponses.encode(
      call.after(answer, model: "another"), .of(.openAIResponses))
    #expect(!elsewhere.body.text.contains("encrypted_content\":"))
  }

  @Test(arguments: recordings.filter { $0.status != 200 })
  func `a recorded error keeps its status and its words`(_ recording: RecordedReply) throws {
    let failure = UpstreamFailure(
      reported: ErrorBody(bytes: Array(recording.body.utf8)), status: recording.status)
    #expect(failure.kind == .rejected)
    #expect(failure.status == recording.status)
    #expect(failure.message == (try recording.objects()[0]["error"]?["message"]?.string))
  }

  // MARK: Requests

  /// Members that the API documents and no recorded request happens to use.
  /// Source: https://platform.openai.com/docs/api-reference/responses/create
  static let documented: Set<String> = [
    ".input[].content[].file_url:string", ".input[].output:array", ".input[].output[]:object",
    ".input[].output[].type:string", ".input[].output[].text:string",
    ".input[].output[].image_url:string", ".input[].phase:string", ".top_p:number",
    ".temperature:number",
  ]
  static let opaque: Set<String> = ["parameters", "schema", "arguments", "summary"]

  static let known = recordings.reduce(into: documented) {
    $0.formUnion(shapes($1.request, opaque: opaque))
  }

  @Test(arguments: recordings.filter { $0.request["input"] != nil })
  func `a request says what the recorded one said, in members the API knows`(
    _ recording: RecordedReply
  ) throws {
    let call = try ResponsesRequest(recording.request).call
    let encoded = try Dialect.openAIResponses.encode(call, .of(.openAIResponses))
    #expect(encoded.path == "/v1/responses")
    #expect(shapes(encoded.body, opaque: Self.opaque).subtracting(Self.known) == [])
    #expect(
      ResponsesRequest.gist(encoded.body["input"] ?? .null)
        == ResponsesRequest.gist(recording.request["input"] ?? .null))
    #expect(encoded.body["tools"]?.array?.count == (call.tools.isEmpty ? nil : call.tools.count))
    if let choice = recording.request["tool_choice"], !call.tools.isEmpty {
      #expect(encoded.body["tool_choice"]?["name"] == choice["name"])
      #expect(encoded.body["tool_choice"]?.string == choice.string)
    }
    if let format = recording.request["text"]?["format"] {
      #expect(encoded.body["text"]?["format"]?["schema"] == format["schema"])
      #expect(encoded.body["text"]?["format"]?["name"] == format["name"])
    }
  }
}

/// Reads a recorded request back into a call.
struct ResponsesRequest {
  var call: ModelCall

  init(_ body: JSON) throws {
    call = ModelCall(
      model: body["model"]?.string ?? "",
      maxTokens: Int(body["max_output_tokens"]?.int ?? 1_000), messages: [],
      stream: body["stream"] == true)
    if let text = body["instructions"]?.string { call.system = [.text(text)] }
    for tool in body["tools"]?.array ?? [] where tool["type"] == "function" {
      let function = tool["function"] ?? tool
      call.tools.append(
        .init(
          name: function["name"]?.string ?? "", description: function["description"]?.string ?? "",
          inputSchema: function["parameters"] ?? ["type": "object"]))
    }
    switch body["tool_choice"] {
    case .string(let choice)?:
      call.toolChoice = ["type": .string(choice == "required" ? "any" : choice)]
    case .object(let choice)?: call.toolChoice = ["type": "tool", "name": choice["name"] ?? ""]
    default: break
    }
    if let format = body["text"]?["format"] {
      var schema = format.object ?? [:]
      schema["type"] = nil
      call.responseFormat = ["type": format["type"] ?? "", "json_schema": .object(schema)]
    }
    call.temperature = body["temperature"]?.double
    if case .string(let text)? = body["input"] {
      call.messages = [.init(role: .user, blocks: [.text(text)])]
    }
    for item in body["input"]?.array ?? [] { try add(item) }
  }

  private mutating func add(_ item: JSON) throws {
    switch item["type"]?.string ?? "message" {
    case "function_call":
      let input = try JSON(parsing: item["arguments"]?.string ?? "")
      append(
        .assistant,
        [
          .toolUse(
            id: item["call_id"]?.string ?? "", name: item["name"]?.string ?? "", input: input)
        ])
    case "function_call_output":
      append(
        .user,
        [
          .toolResult(
            id: item["call_id"]?.string ?? "", content: item["output"] ?? "", isError: false)
        ])
    case "reasoning":
      var block = Block(["type": "redacted_thinking", "data": ""])
      var own = item.object ?? [:]
      own["type"] = nil
      own["model"] = .string(call.model)
      if item["encrypted_content"]?.nonNull != nil || item["content"] != nil {
        block.setOpaque("openai-responses", .object(own))
      }
      append(.assistant, [block])
    default:
      let content = item["content"] ?? .null
      let blocks = content.string.map { [Block.text($0)] } ?? (content.array ?? []).map(block)
      if item["role"] == "system" || item["role"] == "developer" {
        call.system += blocks
      } else {
        append(item["role"] == "assistant" ? .assistant : .user, blocks)
      }
    }
  }

  private func block(_ part: JSON) -> Block {
    func source(_ url: String) -> JSON {
      let parts = url.dropFirst("data:".count).split(separator: ";base64,", maxSplits: 1)
      guard url.hasPrefix("data:"), parts.count == 2 else {
        return ["type": "url", "url": .string(url)]
      }
      return [
        "type": "base64", "media_type": .string(String(parts[0])),
        "data": .string(String(parts[1])),
      ]
    }
    if let url = part["image_url"]?.string {
      return Block(["type": "image", "source": source(url)])
    }
    if let data = part["file_data"]?.string {
      return Block([
        "type": "document", "source": source(data), "title": part["filename"] ?? "file",
      ])
    }
    return .text(part["text"]?.string ?? "")
  }

  private mutating func append(_ role: Role, _ blocks: [Block]) {
    if let last = call.messages.last, last.role == role {
      call.messages[call.messages.count - 1] = .init(role: role, blocks: last.blocks + blocks)
    } else {
      call.messages.append(.init(role: role, blocks: blocks))
    }
  }

  /// What the items of an input say, whichever of the API's short forms they use.
  static func gist(_ input: JSON) -> [String] {
    if let text = input.string { return ["user: \(text)"] }
    return (input.array ?? []).flatMap { item -> [String] in
      switch item["type"]?.string ?? "message" {
      case "function_call":
        return ["call \(item["call_id"]?.text ?? "") \(item["name"]?.text ?? "")"]
      case "function_call_output":
        return ["output \(item["call_id"]?.text ?? "") \(item["output"]?.text ?? "")"]
      case "reasoning":
        guard let kept = item["encrypted_content"]?.nonNull ?? item["content"]?.nonNull else {
          return []
        }
        return ["reasoning \(kept.text)"]
      default:
        let role = item["role"]?.string ?? ""
        guard role != "system", role != "developer" else { return [] }
        let parts =
          item["content"]?.string.map { [["text": .string($0)]] } ?? item["content"]?.array
        return (parts ?? []).map { part in
          let said = part["text"] ?? part["image_url"] ?? part["file_data"] ?? .null
          return "\(role): \(said.string ?? "")"
        }
      }
    }
  }
}
