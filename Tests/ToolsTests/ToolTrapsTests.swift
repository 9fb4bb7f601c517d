import Foundation
import Testing

/// The known traps that concern tools (failures that users of comparable systems met), each with the tests that hold it. The list
/// is checked: a test that is renamed or taken away must be replaced here.
@Suite struct ToolTrapsTests {
  static let held: [(trap: String, tests: [String])] = [
    (
      "approvals: where nobody is attached a call neither hangs for ever nor is it allowed",
      [
        "a question that nobody answers in time is a denial",
        "a client that does not answer in time is told of to the model",
        "without a terminal the question is said with its id, and the turn waits",
      ]
    ),
    (
      "approvals: questions that are orphaned by a crash are found, shown and can be answered",
      [
        "a question outlives kill -9 and is asked once",
        "a client may answer after the daemon was killed and started again",
      ]
    ),
    (
      "approvals: one that waits blocks nothing else",
      ["turns that wait for somebody take no place from those that could run"]
    ),
    (
      "approvals: a change of the permission holds for live threads at once",
      [
        "a change of the tool's policy settles the questions that wait, at once",
        "a policy that is changed during a turn holds from the turn's next step on",
        "an answer for the tool holds in every thread, until the tool is changed",
      ]
    ),
    (
      "approvals: asked for one by one, for a thread, for a tool",
      [
        "an approved call is made, a denied one is told to the model",
        "an answer for the thread holds for its further calls, and for no other thread's",
      ]
    ),
    (
      "loops: a loop that paused or crashed repeats no call that has its result",
      [
        "after kill -9 between a result and the next model call nothing is run again",
        "after kill -9 at random moments no call was made twice and each is answered once",
        "a webhook that kill -9 cut off is not called again, and one that answered is not either",
      ]
    ),
    (
      "loops: an upstream that keeps failing is not asked for ever in silence",
      [
        "a host in trouble is asked three times, then the turn is parked",
        "a reply that breaks off every time fails the turn and keeps its text",
        "a turn ends at max_iterations, and the next one finds every call answered",
      ]
    ),
    (
      "loops: each call is answered exactly once, also one that cannot be made or was cancelled",
      [
        "a call that cannot be made is told to the model and nothing is sent",
        "a turn that is cancelled during a call answers the call and is followed by others",
      ]
    ),
    (
      "definitions of tools do not eat the context",
      [
        "the injected definitions cost few tokens",
        "a model searches, reads schemas and executes, and each call inside goes the usual way",
      ]
    ),
    (
      "http-call: a path placeholder without a value is an error",
      ["a value in a URL stays one segment or one part of the query"]
    ),
    (
      "http-call: fields are locked before anything is rendered",
      [
        "a locked field holds what the thread says or nothing",
        "a required locked field without a trusted value is told as that",
        "a thread gives what locked fields need, and only to who sees it",
      ]
    ),
    (
      "http-call: secrets are taken out of error bodies and echoed answers",
      [
        "a remote that echoes the secret gets it past no one",
        "a cut through an echoed secret leaves no half of it",
        "errors of the network do not tell the URL's secret",
        "of all that is tried against tools nothing gets through",
      ]
    ),
  ]

  @Test func `each trap of tools is held by tests that are there`() throws {
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
