import Domain
import Testing
import Wire

@testable import Upstream

@Suite struct CacheMarksTests {
  private static let tool = ModelCall.Tool(
    name: "f", description: "", inputSchema: ["type": "object"])
  private static let own: JSON = ["type": "ephemeral", "ttl": "1h"]
  private static let ours: JSON = ["type": "ephemeral"]

  private func call(_ messages: [ModelCall.Message], system: [Block] = [.text("s")]) -> ModelCall {
    ModelCall(
      model: "claude-x", maxTokens: 9, system: system, messages: messages, tools: [Self.tool],
      cachesPrompt: true)
  }
  private func said(_ role: Role, _ blocks: Block...) -> ModelCall.Message {
    ModelCall.Message(role: role, blocks: blocks)
  }
  private func marked(_ text: String, _ mark: JSON = own) -> Block {
    var block = Block.text(text)
    block["cache_control"] = mark
    return block
  }
  private func body(_ call: ModelCall) throws -> JSON {
    .object(try AnthropicDialect.request(call).0)
  }

  /// What carries a mark, in the order of the request.
  private func marks(_ body: JSON) -> [(String, JSON)] {
    var found: [(String, JSON)] = []
    func look(_ json: JSON) {
      guard let mark = json["cache_control"] else { return }
      found.append(
        (json["text"]?.string ?? json["name"]?.string ?? json["type"]?.string ?? "", mark))
    }
    for tool in body["tools"]?.array ?? [] { look(tool) }
    for block in body["system"]?.array ?? [] { look(block) }
    for message in body["messages"]?.array ?? [] {
      for block in message["content"]?.array ?? [] { look(block) }
    }
    return found
  }

  @Test func `tools, system and the ends of the two newest user messages are marked`() throws {
    let body = try body(
      call([
        said(.user, .text("1")), said(.assistant, .text("a")), said(.user, .text("2")),
        said(.assistant, .text("b")), said(.user, .text("3"), .text("4")),
      ]))
    #expect(marks(body).map(\.0) == ["f", "s", "2", "4"])
    #expect(marks(body).allSatisfy { $0.1 == Self.ours })
  }

  @Test func `without being asked for nothing is marked, and a caller's marks go as they came`()
    throws
  {
    var call = call([said(.user, marked("1"))])
    call.cachesPrompt = false
    call.tools = [
      ModelCall.Tool(
        name: "f", description: "", inputSchema: [:], strict: true, cacheControl: Self.own)
    ]
    let body = try body(call)
    #expect(marks(body).map(\.0) == ["f", "1"])
    #expect(marks(body).allSatisfy { $0.1 == Self.own })
    #expect(body["tools"]?[0]?["strict"] == true)
  }

  @Test func `ours come only behind a caller's own`() throws {
    let body = try body(
      call(
        [said(.user, .text("1")), said(.assistant, .text("a")), said(.user, .text("2"))],
        system: [marked("s")]))
    #expect(marks(body).map(\.0) == ["s", "1", "2"])
    #expect(marks(body).map(\.1) == [Self.own, Self.ours, Self.ours])
    let all = try self.body(call([said(.user, marked("1"))]))
    #expect(marks(all).map(\.0) == ["1"])
  }

  @Test func `there are never more than four, and the newest of a caller's stay`() throws {
    var messages: [ModelCall.Message] = []
    for number in 1...6 {
      messages.append(said(.user, marked("\(number)")))
      messages.append(said(.assistant, .text("a")))
    }
    messages.append(said(.user, .text("last")))
    #expect(marks(try body(call(messages))).map(\.0) == ["3", "4", "5", "6"])
  }

  @Test func `results of tools carry marks, thinking and what is no content does not`() throws {
    var thinking = Block(["type": "thinking", "thinking": "t", "signature": "s"])
    thinking.setOpaque(AnthropicDialect.family, ["model": "claude-x"])
    let body = try body(
      call([
        said(.user, .text("1")),
        said(.assistant, thinking, .toolUse(id: "c", name: "f", input: [:])),
        said(.user, .toolResult(id: "c", content: "ok", isError: false)),
      ]))
    #expect(marks(body).map(\.0) == ["f", "s", "1", "tool_result"])
  }

  @Test func `the marks of a call and the next one meet, and all else stays byte for byte`() throws
  {
    var messages = [said(.user, .text("1"))]
    var before: [JSON] = []
    for number in 2...9 {
      let body = try body(call(messages))
      #expect(marks(body).count == min(4, number + 1))
      let now = (body["messages"]?.array ?? []).map(Self.unmarked)
      #expect(now.prefix(before.count).map(\.text) == before.map(\.text))
      before = now
      messages += [said(.assistant, .text("a")), said(.user, .text("\(number)"))]
    }
  }

  static func unmarked(_ json: JSON) -> JSON {
    switch json {
    case .array(let elements): .array(elements.map(unmarked))
    case .object(let object):
      .object(
        JSON.Object(
          object.members.filter { $0.key != "cache_control" }.map {
            JSON.Object.Member(key: $0.key, value: unmarked($0.value))
          }))
    default: json
    }
  }
}
