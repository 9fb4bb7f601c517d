import Foundation
import TestSupport
import Wire

/// What a host does to a request.
enum Upset: String, CaseIterable, Sendable {
  case refuse, hang, resetMidHeader, resetMidChunk, resetAfterLastByte, halfClose
  case tooMany, internalError, overloaded, errorInStream
}

/// A model's host that answers each question as its plan says, and notes what it has delivered. A question with ``askMark``
/// in it makes it ask for a call of the tool `note`, which it serves as well, and answers when the result is there.
final class FaultyHost: Sendable {
  /// One request as it was answered.
  struct Delivery: Sendable {
    let tag: String
    let upset: Upset?
    /// It asks for the call of a tool.
    let isAsk: Bool
    /// The whole reply went out, to the last byte that matters.
    var isWhole: Bool { upset == nil || !isAsk && upset == .resetAfterLastByte }
  }

  /// What makes it use its tool.
  static let askMark = "use the tool"

  let standIn: StandIn
  private let tool: LoopbackServer
  private let made: Shared<[String: Int]>
  private let plans: Shared<[String: [Upset]]>
  private let log: Shared<[Delivery]>

  init(address: String = "127.0.0.1") throws {
    let (plans, log) = (Shared<[String: [Upset]]>([:]), Shared<[Delivery]>([]))
    (self.plans, self.log) = (plans, log)
    let made = Shared<[String: Int]>([:])
    self.made = made
    tool = try LoopbackServer(address: address) { request, connection in
      let tag = Self.marked(request.text)
      made.with { $0[tag, default: 0] += 1 }
      try connection.respond(body: "noted")
    }
    standIn = try StandIn(address: address) { body, connection in
      let (tag, isAsk) = Self.tag(body)
      let upset = plans.with { plans -> Upset? in
        guard plans[tag]?.isEmpty == false else { return nil }
        return plans[tag]?.removeFirst()
      }
      log.with { $0.append(Delivery(tag: tag, upset: upset, isAsk: isAsk)) }
      try Self.answer(tag, isAsk, upset, connection)
    }
  }

  /// What becomes of the next requests of a question; further ones are answered.
  func plan(_ tag: String, _ upsets: [Upset]) { plans.with { $0[tag] = upsets } }
  /// From now on all is answered.
  func heal() { plans.with { $0 = [:] } }
  var deliveries: [Delivery] { log.with { $0 } }
  /// How often the tool was run for a question.
  func runs(_ tag: String) -> Int { made.with { $0[tag] ?? 0 } }
  /// Where the tool is.
  var toolURL: String { tool.origin }
  deinit { tool.stop() }

  /// The question that is asked, and whether its answer is the call of a tool.
  private static func tag(_ body: JSON) -> (String, isAsk: Bool) {
    let messages = body["messages"]?.array ?? []
    let text = messages.last { $0["role"] == "user" }?["content"]?.text ?? ""
    let tag = marked(text)
    let isAsked = text.contains("«\(tag)» \(askMark)")
    return (tag, isAsked && StandIn.results(body).isEmpty)
  }

  /// What is between the marks that stand last: a question that failed before may stand before it.
  private static func marked(_ text: String) -> String {
    guard let start = text.lastIndex(of: "«"), let end = text.lastIndex(of: "»"), start < end else {
      return "?"
    }
    return String(text[text.index(after: start)..<end])
  }

  private static func answer(
    _ tag: String, _ isAsk: Bool, _ upset: Upset?, _ connection: LoopbackConnection
  ) throws {
    let words = ["re: ", tag, " and", " more", " words"]
    let stream = [("content-type", "text/event-stream")]
    switch upset {
    case nil where isAsk:
      try StandIn.call([ScriptedCall("call-\(tag)", "note", #"{"x":"«\#(tag)»"}"#)], to: connection)
    case nil: try StandIn.say(words, to: connection)
    case .refuse: connection.close()
    case .hang:
      // Nobody opens it: the host is silent for a while, then gone.
      do { try Gate().waitBlocking(seconds: 1) } catch { connection.reset() }
    case .resetMidHeader:
      try connection.raw("HTTP/1.1 200 OK\r\nContent-Ty")
      connection.reset()
    case .resetAfterLastByte where isAsk, .resetMidChunk:
      try connection.startChunked(status: 200, headers: stream)
      try connection.chunk(StandIn.piece(["content": .string(words[0])]))
      try connection.raw("80\r\ndata: {\"id\":")
      connection.reset()
    case .resetAfterLastByte:
      try connection.startChunked(status: 200, headers: stream)
      for word in words { try connection.chunk(StandIn.piece(["content": .string(word)])) }
      try StandIn.finishWithoutEnd(connection, tokens: words.count)
      connection.close()
    case .halfClose:
      try connection.startChunked(status: 200, headers: stream)
      try connection.chunk(StandIn.piece(["content": .string(words[0])]))
      try connection.closeWriting()
      try connection.waitForPeerToClose()
    case .tooMany: try refuse(429, connection)
    case .internalError: try refuse(500, connection)
    case .overloaded: try refuse(529, connection)
    case .errorInStream:
      try connection.startChunked(status: 200, headers: stream)
      try connection.chunk(
        #"data: {"error":{"message":"overloaded","type":"server_error"}}"# + "\n\n")
      try connection.end()
    }
  }

  private static func refuse(_ status: Int, _ connection: LoopbackConnection) throws {
    try connection.respond(
      status: status, headers: [("retry-after", "0"), ("content-type", "application/json")],
      body: #"{"error":{"message":"not now"}}"#)
  }
}
