import Domain
import Testing
import Wire

@testable import Upstream

@Suite(.timeLimit(.minutes(1)))
struct AnthropicRecordingTests {
  static let recordings = RecordedReply.all(["anthropic-messages", "anthropic-vertex"])
  /// One recording is of another API under a similar path.
  static let replies = recordings.filter { $0.status == 200 && !$0.urlPath.contains("/threads/") }

  static func decode(_ recording: RecordedReply, _ pieces: [[UInt8]]) throws -> [StreamEvent] {
    let decoder = Dialect.anthropic.makeDecoder(.asking(model: recording.model))
    if recording.isStream { return try events(of: decoder, pieces: pieces) }
    var whole = decoder
    return try whole.whole(try JSON(parsing: recording.body))
  }

  @Test(arguments: replies)
  func `a recorded reply gives its blocks, stop reason and usage, however it is cut`(
    _ recording: RecordedReply
  ) throws {
    let runs = try recording.cuts.map { try Self.decode(recording, $0) }
    #expect(runs.allSatisfy { $0 == runs[0] })
    #expect(GrammarChecker.violations(runs[0]) == [])
    let answer = try reply(runs[0])
    let expected = try AnthropicReader.read(try recording.objects())
    #expect(answer.blocks.map(\.publicJSON) == expected.blocks)
    #expect(answer.stopReason == expected.message["stop_reason"]?.string)
    #expect(answer.stopSequence == expected.message["stop_sequence"]?.string)
    #expect(answer.id == expected.message["id"]?.string)
    #expect(answer.model == expected.message["model"]?.string)
    func count(_ key: String) -> Int { Int(expected.usage[key]?.int ?? 0) }
    #expect(answer.usage.input == count("input_tokens"))
    #expect(answer.usage.output == count("output_tokens"))
    #expect(answer.usage.cacheRead == count("cache_read_input_tokens"))
    let written = answer.usage.cacheWrite + answer.usage.cacheWriteHour
    #expect(written == count("cache_creation_input_tokens"))
  }

  @Test(arguments: replies)
  func `events of a stream reach the client as they were`(_ recording: RecordedReply) throws {
    guard recording.isStream else { return }
    let ours = try Self.decode(recording, recording.cuts[1]).compactMap(\.wire?.data)
    let theirs = try recording.objects()
    func deltas(_ events: [JSON]) -> [JSON] {
      events.filter { ($0["type"]?.string ?? "").hasPrefix("content_block_") }
    }
    #expect(deltas(ours) == deltas(theirs))
  }

  @Test(arguments: replies)
  func `what a recorded reply says can be sent back`(_ recording: RecordedReply) throws {
    let call = ModelCall.asking(model: recording.model)
    let answer = try reply(try Self.decode(recording, recording.cuts[0]))
    let next = try Dialect.anthropic.encode(call.after(answer), .of(.anthropic))
    let sent = next.body["messages"]?[1]?["content"]?.array ?? []
    let expected = answer.blocks.filter { block in
      block.type != "text" || block["text"]?.string?.allSatisfy(\.isWhitespace) == false
    }
    #expect(sent == expected.map(\.publicJSON))
    #expect(!next.body.text.contains("_opaque"))
    // Another family's model must not be given the signatures, nor another Claude.
    let other = try Dialect.anthropic.encode(call.after(answer, model: "glm-4.6"), .of(.anthropic))
    #expect(!other.body.text.contains("\"signature\""))
    let claude = try Dialect.anthropic.encode(
      call.after(answer, model: "claude-next"), .of(.anthropic))
    #expect(!claude.body.text.contains("\"signature\""))
  }

  @Test func `every provider passes`() throws {
    var table: [String: (all: Int, good: Int)] = [:]
    for recording in Self.replies {
      let kind = recording.isStream ? "stream" : "whole"
      let provider = recording.file.split(separator: "/").first ?? ""
      let key = "\(provider) anthropic \(kind)"
      let isGood = GrammarChecker.violations(try Self.decode(recording, recording.cuts[1])).isEmpty
      table[key, default: (0, 0)].all += 1
      table[key, default: (0, 0)].good += isGood ? 1 : 0
    }
    for (key, row) in table.sorted(by: { $0.key < $1.key }) {
      print("\(key): \(row.good)/\(row.all)")
      #expect(row.good == row.all)
    }
  }

  @Test(arguments: recordings.filter { $0.status != 200 })
  func `a recorded error keeps its status, type and words`(_ recording: RecordedReply) throws {
    let failure = UpstreamFailure(
      reported: ErrorBody(bytes: Array(recording.body.utf8)), status: recording.status)
    let error = try #require(try recording.objects()[0]["error"])
    #expect(failure.kind == .rejected)
    #expect(failure.status == recording.status)
    #expect(failure.message == error["message"]?.string)
    #expect(failure.type == error["type"]?.string)
  }

  // MARK: Requests

  /// Members that the API documents and no recorded request happens to use.
  /// Source: https://docs.anthropic.com/en/api/messages
  static let documented: Set<String> = [".system:array", ".system[]:object", ".top_k:number"]
  static let opaque: Set<String> = ["input_schema", "schema", "input"]
  static let known = recordings.reduce(into: documented) {
    $0.formUnion(shapes($1.request, opaque: opaque))
  }

  @Test(arguments: recordings.filter { $0.request["messages"] != nil })
  func `a request says what the recorded one said, in members the API knows`(
    _ recording: RecordedReply
  ) throws {
    let body = recording.request
    let call = Self.call(body, model: body["model"]?.string ?? "")
    let encoded = try Dialect.anthropic.encode(call, .of(.anthropic))
    #expect(encoded.path == "/v1/messages")
    #expect(encoded.headers == [HeaderField("anthropic-version", "2023-06-01")])
    #expect(shapes(encoded.body, opaque: Self.opaque).subtracting(Self.known) == [])
    #expect(Self.gist(encoded.body) == Self.gist(body))
    #expect(encoded.body["thinking"] == body["thinking"])
    if !call.tools.isEmpty { #expect(encoded.body["tool_choice"] == body["tool_choice"]) }
  }

  /// A recorded request as a call.
  static func call(_ body: JSON, model: String) -> ModelCall {
    var call = ModelCall(
      model: model, maxTokens: Int(body["max_tokens"]?.int ?? 0),
      messages: [], stream: body["stream"] == true)
    call.system = Block.list(body["system"] ?? .null)
    call.messages = (body["messages"]?.array ?? []).map { message in
      .init(
        role: message["role"] == "user" ? .user : .assistant,
        blocks: Block.list(message["content"] ?? .null))
    }
    call.tools = (body["tools"]?.array ?? []).filter { $0["input_schema"] != nil }.map { tool in
      .init(
        name: tool["name"]?.string ?? "", description: tool["description"]?.string ?? "",
        inputSchema: tool["input_schema"] ?? [:])
    }
    call.toolChoice = body["tool_choice"]
    call.thinking = body["thinking"]
    return call
  }

  /// The blocks of each side in order, with neighbours of one side as one.
  static func gist(_ body: JSON) -> [String] {
    var lines: [(role: String, blocks: [String])] = []
    for message in body["messages"]?.array ?? [] {
      let role = message["role"]?.string ?? ""
      let blocks = Block.list(message["content"] ?? .null).map(\.json.text)
      if let last = lines.last, last.role == role {
        lines[lines.count - 1].blocks += blocks
      } else {
        lines.append((role, blocks))
      }
    }
    return lines.map { $0.role + $0.blocks.joined() }
  }
}

/// Reads a recorded Anthropic reply by adding up its deltas.
enum AnthropicReader {
  static func read(_ objects: [JSON]) throws -> (message: JSON, blocks: [JSON], usage: JSON.Object)
  {
    var message: JSON.Object = [:]
    var blocks: [JSON.Object] = []
    var inputs: [Int: String] = [:]
    var usage: JSON.Object = [:]
    for event in objects {
      if event["type"] == "message" || event["type"] == "message_start" {
        message = (event["message"] ?? event).object ?? [:]
        usage = message["usage"]?.object ?? [:]
        blocks = (message["content"]?.array ?? []).compactMap(\.object)
      }
      if event["type"] == "content_block_start", let block = event["content_block"]?.object {
        blocks.append(block)
      }
      if event["type"] == "content_block_delta", let delta = event["delta"]?.object {
        let index = Int(event["index"]?.int ?? 0)
        if let piece = delta["partial_json"]?.string { inputs[index, default: ""] += piece }
        for key in ["text", "thinking", "signature"] {
          guard let piece = delta[key]?.string else { continue }
          blocks[index][key] = .string((blocks[index][key]?.string ?? "") + piece)
        }
        if delta["type"] == "compaction_delta", let piece = delta["content"]?.string {
          blocks[index]["content"] = .string((blocks[index]["content"]?.string ?? "") + piece)
        }
        if let citation = delta["citation"] {
          blocks[index]["citations"] = .array(
            (blocks[index]["citations"]?.array ?? []) + [citation])
        }
      }
      if event["type"] == "message_delta" {
        message.merge(event["delta"]?.object ?? [:])
        for member in event["usage"]?.object?.members ?? [] where !member.value.isNull {
          usage[member.key] = member.value
        }
      }
    }
    for (index, text) in inputs where !text.isEmpty {
      blocks[index]["input"] = try JSON(parsing: text)
    }
    return (.object(message), blocks.map(JSON.object), usage)
  }
}
