import TestSupport
import Testing
import Wire

@Suite(.timeLimit(.minutes(1))) struct ThreadTransferTests {
  @Test func `a thread that was exported and imported elsewhere is exported as the same lines`()
    async throws
  {
    let daemon = try Daemon()
    let client = try RPCClient(daemon)
    let thread = try await client.call(
      "thread/create",
      [
        "title": "A title", "end_user_id": "u", "metadata": ["plan": "pro"], "system": "Be brief.",
        "default_model": "up/m", "offline": "fail",
      ])
    let id = thread["id"] ?? .null
    _ = try await client.call(
      "message/append",
      [
        "thread_id": id,
        "messages": [
          // Line separators of Unicode end no line of JSON Lines.
          ["role": "user", "content": "one\u{2028}two\u{85}three\r\nfour"],
          ["role": "assistant", "content": [["type": "text", "text": "five"]]],
        ],
      ])
    let lines = try await client.call("thread/export", ["thread_id": id])["jsonl"] ?? .null
    let (elsewhere, elsewhereToo) = (try Daemon(), try Daemon())
    let other = try RPCClient(elsewhere)
    let copy = try await other.call("thread/import", ["jsonl": lines])
    #expect(copy["id"] == id && copy["offline"] == "fail" && copy["system"] == "Be brief.")
    #expect(try await other.call("thread/export", ["thread_id": id])["jsonl"] == lines)
    let windows = lines.string?.split(separator: "\n").joined(separator: "\r\n") ?? ""
    let third = try RPCClient(elsewhereToo)
    _ = try await third.call("thread/import", ["jsonl": .string(windows)])
    #expect(try await third.call("thread/export", ["thread_id": id])["jsonl"] == lines)
  }

  @Test func `a line that is wrong is named, and nothing is imported`() async throws {
    let daemon = try Daemon()
    let client = try RPCClient(daemon)
    for (lines, named) in [
      (#"{"type":"thread","offline":"never"}"#, "line 1"),
      (#"{"type":"thread"}"# + "\n" + #"{"type":"message","role":"user","content":7}"#, "line 2"),
      (#"{"type":"thread"}"# + "\n{", "line 2"),
    ] {
      await #expect { try await client.call("thread/import", ["jsonl": .string(lines)]) } throws: {
        "\($0)".contains(named)
      }
    }
    #expect(try await client.call("thread/list")["data"]?.array?.isEmpty == true)
  }
}
