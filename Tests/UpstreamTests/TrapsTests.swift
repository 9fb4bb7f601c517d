import Foundation
import Testing

/// The known traps that concern providers (failures that users of comparable systems met), each with the tests that hold it. The
/// list is checked: a test that is renamed or taken away must be replaced here.
@Suite struct TrapsTests {
  static let held: [(trap: String, tests: [String])] = [
    (
      "usage: OpenAI's prompt_tokens include cached ones, Anthropic's do not; writes for 5 minutes and an hour differ",
      [
        "each costs what was computed by hand",
        "tokens are counted so that no two numbers overlap",
        "usage may come after the finish reason and its parts do not overlap",
      ]
    ),
    (
      "usage: with server tools the breakdown of message_start is the first step's only",
      [
        "each costs what was computed by hand",
        "totals replace what the start said, a missing end mark is forgiven after the reason",
      ]
    ),
    (
      "usage: comes last, in every chunk, or never; a cut stream still costs",
      [
        "without any count the tokens are estimated and marked",
        "a reply without token counts is booked by an estimate",
        "a call that breaks off is recorded as an estimate",
      ]
    ),
    (
      "prices: tiers above a context size, for the reservation as well; absurd numbers; one bad row locks nobody out",
      [
        "each costs what was computed by hand",
        "the ceiling is never below what the same tokens can cost",
        "absurd numbers saturate instead of crashing",
        "a row that cannot be read is left out, and the others stand",
      ]
    ),
    (
      "one input_json_delta at least for each call, also when it comes whole",
      [
        "a call that comes whole in its start has a delta of input",
        "a reply gives its text, its call and its usage in the strict order",
        "each host's way of streaming is read",
      ]
    ),
    (
      "a thinking signature comes in a later delta than its text",
      [
        "text, thinking with its signature, and a tool call become blocks in order",
        "details of reasoning go back joined, signed and for good",
      ]
    ),
    (
      "Gemini's thought signatures must come back, on the same parts",
      [
        "every part that was signed goes back as it came",
        "thought signatures of a reply stand in the next request on the parts they came with",
        "a foreign call gets the documented stand-in where a signature is demanded",
      ]
    ),
    (
      "OpenAI encrypts reasoning anew in each event: the last payload's blob is kept",
      ["encrypted reasoning of the last payload is the one that is kept"]
    ),
    (
      "empty thinking blocks break a resumed conversation",
      [
        "empty text and empty messages are left out",
        "only thinking that this model can read is sent",
        "a reply that was cut while it thought is no trouble for the next",
      ]
    ),
    (
      "calls without an id, or with the same one in every reply",
      [
        "calls without ids get some that no other call of the conversation has",
        "ids are new in the whole conversation and the same for the same bytes",
        "any order of models and turns is accepted by each",
      ]
    ),
    (
      "translation between families loses arguments or signatures",
      [
        "Claude to GPT to Gemini to DeepSeek and back to Claude",
        "a loop that one model began is finished by another",
        "nothing of another family is sent",
      ]
    ),
    (
      "Anthropic: padded data, an empty first delta, pings anywhere, block types to come",
      [
        "each host's way of streaming is read",
        "events of a stream reach the client as they were",
        "what is not known does no harm",
      ]
    ),
    (
      "retry-after on ordinary replies means nothing",
      [
        "a wish to wait on a good reply means nothing",
        "the wish to wait counts only where waiting helps",
      ]
    ),
    (
      "azure, cerebras, perplexity, zai, avian, openrouter, mistral, groq, huggingface, snowflake, cloudflare, openai: their own ways of streaming",
      [
        "each host's way of streaming is read",
        "a second finish reason and content after it are taken in",
        "an end mark alone ends a reply, a connection that ends does not",
        "pieces of calls find together",
        "messages that repeat everything add only what is new",
      ]
    ),
    (
      "reasoning_content, reasoning, reasoning_details, parts of the content",
      [
        "reasoning goes back in its own field while the tools run",
        "parts of a thinking content go back as parts",
        "a host that wants its reasoning back gets it with every message of the model",
      ]
    ),
    (
      "bodies of errors differ by host, and 400 may be a bad key",
      [
        "every form of an error is read", "an error in any form inside a stream is a failure",
        "an error in OpenAI's shape is an error here too",
        "a status that is no success is a failure with the provider's words",
      ]
    ),
    (
      "the official SDKs: httpx and httpx2 over the socket, Bearer and x-api-key, cut streams they do not notice",
      [
        "each generation of the official SDKs works over the socket",
        "a reply that breaks off ends the stream with an error in the caller's shape",
      ]
    ),
    (
      "llama.cpp closes a kept connection after a streamed reply",
      [
        "a kept connection that dies unanswered is replaced once",
        "of many kept connections that would all die only one is tried",
      ]
    ),
  ]

  @Test func `each trap of the providers is held by tests that are there`() throws {
    let tests = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
      .deletingLastPathComponent()
    let files = try #require(
      FileManager.default.enumerator(at: tests, includingPropertiesForKeys: nil))
    var names: Set<String> = []
    for case let file as URL in files where file.pathExtension == "swift" {
      let text = try String(contentsOf: file, encoding: .utf8)
      for match in text.matches(of: #/func\s+`([^`]+)`/#) { names.insert(String(match.1)) }
    }
    for (trap, held) in Self.held {
      #expect(!held.isEmpty)
      for name in held { #expect(names.contains(name), "\(trap): no test \"\(name)\"") }
    }
  }
}
