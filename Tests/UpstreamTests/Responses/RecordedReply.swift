import Domain
import Foundation
import Outbound
import Testing
import Wire

@testable import Upstream

/// One recorded exchange with a provider, from `../shared/data/streams` beside the repository.
struct RecordedReply: Sendable, CustomTestStringConvertible {
  let file: String
  let api: String
  let model: String
  let urlPath: String
  let request: JSON
  let status: Int
  private(set) var body: String
  let chunkLengths: [Int]

  var testDescription: String { file }
  var isStream: Bool {
    let start = body.drop { $0.isWhitespace }
    return ["data:", "event:", ":"].contains { start.hasPrefix($0) }
  }

  /// The recordings of some APIs; empty, with a note, where there are none on this machine.
  static func all(_ apis: Set<String>) -> [RecordedReply] {
    do {
      return try index().compactMap { line in
        let columns = line.split(separator: "\t", omittingEmptySubsequences: false)
        guard columns.count > 3, apis.contains(String(columns[3])) else { return nil }
        let file = String(columns[0])
        return try RecordedReply(
          file, String(columns[3]), Data(contentsOf: root.appendingPathComponent(file)))
      }
    } catch {
      print("no recordings to replay, that part is skipped: \(error)")
      return []
    }
  }

  private static let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
    .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
    .deletingLastPathComponent().appendingPathComponent("shared/data/streams")

  private static func index() throws -> [Substring] {
    let text = try String(contentsOf: root.appendingPathComponent("INDEX.tsv"), encoding: .utf8)
    return Array(text.split(whereSeparator: \.isNewline).dropFirst())
  }

  /// How many there are of all APIs; 0 where there are none on this machine.
  static var indexCount: Int {
    do { return try index().count } catch { return 0 }
  }

  private init(_ file: String, _ api: String, _ data: Data) throws {
    let json = try JSON(parsing: Array(data))
    self.file = file
    self.api = api
    model = json["model"]?.string ?? ""
    urlPath = json["request"]?["url_path"]?.string ?? ""
    request = json["request"]?["body"] ?? .null
    status = Int(json["response"]?["status"]?.int ?? 0)
    body = json["response"]?["body"]?.string ?? ""
    chunkLengths = (json["response"]?["chunk_lengths"]?.array ?? []).compactMap {
      $0.int.map { Int($0) }
    }
  }

  /// The body cut as it came, in one piece, and byte by byte.
  var cuts: [[[UInt8]]] {
    let bytes = Array(body.utf8)
    var recorded: [[UInt8]] = []
    var at = 0
    for length in chunkLengths where at < bytes.count {
      recorded.append(Array(bytes[at..<min(at + length, bytes.count)]))
      at += length
    }
    if at < bytes.count { recorded.append(Array(bytes[at...])) }
    return [[bytes], recorded, bytes.map { [$0] }]
  }

  /// The same exchange with another text at each place in the reply where one stands; nil where it stands nowhere.
  func replacing(_ text: String, by other: String) -> RecordedReply? {
    guard body.contains(text) else { return nil }
    var copy = self
    copy.body = body.replacing(text, with: other)
    return copy
  }

  /// The objects of the stream's `data` lines, or the whole body as the only one; read without any of the code under
  /// test but the JSON parser.
  func objects() throws -> [JSON] {
    guard isStream else {
      let json = try JSON(parsing: body)
      return json.array ?? [json]
    }
    return try body.split(whereSeparator: \.isNewline).compactMap { line in
      guard line.hasPrefix("data:") else { return nil }
      let text = line.dropFirst("data:".count).drop { $0 == " " }
      if text == "[DONE]" { return JSON?.none }
      return try JSON(parsing: String(text))
    }
  }
}

/// Runs a decoder over the pieces of a body.
func events(
  of decoder: any ReplyDecoder, pieces: [[UInt8]]
) throws(UpstreamFailure) -> [StreamEvent] {
  var decoder = decoder
  var framing = SSEDecoder()
  var events: [StreamEvent] = []
  for piece in pieces {
    do throws(SSEDecoder.Overflow) { try framing.append(piece) } catch {
      throw UpstreamFailure(.malformed, error.description)
    }
    while let event = framing.next() { events += try decoder.take(event) }
  }
  if let event = framing.finish() { events += try decoder.take(event) }
  return events + (try decoder.finish())
}

/// Runs a decoder over JSON texts, one event each.
func events(
  of decoder: any ReplyDecoder, data: [JSON], finished: Bool = true
) throws(UpstreamFailure) -> [StreamEvent] {
  var decoder = decoder
  var events: [StreamEvent] = []
  for json in data {
    events += try decoder.take(SSEEvent(name: json["type"]?.string, data: json.text))
  }
  return finished ? events + (try decoder.finish()) : events
}

/// Puts events together.
func reply(_ events: [StreamEvent]) throws -> Reply {
  var assembler = ReplyAssembler()
  for event in events { try assembler.take(event) }
  return assembler.reply
}

/// What a reply says, in terms that a recording can be read in as well.
struct Outcome: Equatable {
  struct Call: Equatable {
    let name: String
    let input: JSON
  }
  var text = ""
  var thinking = ""
  var calls: [Call] = []
  var stopReason = ""
  var totalInput = 0
  var cacheRead = 0
  var output = 0

  init() {}

  init(_ reply: Reply) {
    for block in reply.blocks {
      switch block.type {
      case "text": text += block["text"]?.string ?? ""
      case "thinking": thinking += block["thinking"]?.string ?? ""
      case "tool_use":
        calls.append(Call(name: block["name"]?.string ?? "", input: block["input"] ?? .null))
      default: break
      }
    }
    stopReason = reply.stopReason ?? ""
    totalInput = reply.usage.totalInput
    cacheRead = reply.usage.cacheRead
    output = reply.usage.output
  }
}

/// Every member of a JSON value as `path:type`, array positions left out; below `opaque` names nothing is looked at.
func shapes(_ json: JSON, opaque: Set<String>, path: String = "") -> Set<String> {
  switch json {
  case .object(let object):
    var all: Set<String> = ["\(path):object"]
    for member in object.members {
      let path = "\(path).\(member.key)"
      if opaque.contains(member.key) {
        all.insert("\(path):opaque")
      } else {
        all.formUnion(shapes(member.value, opaque: opaque, path: path))
      }
    }
    return all
  case .array(let elements):
    return elements.reduce(into: ["\(path):array"]) {
      $0.formUnion(shapes($1, opaque: opaque, path: "\(path)[]"))
    }
  case .string: return ["\(path):string"]
  case .int, .number: return ["\(path):number"]
  case .bool: return ["\(path):bool"]
  case .null: return ["\(path):null"]
  }
}

extension Provider {
  static func of(_ shape: Shape, baseURL: String = "https://host.example") -> Provider {
    Provider(name: "p", baseURL: baseURL, shape: shape, secretName: nil, updatedAt: 0)
  }
}

extension ModelCall {
  /// A call that asks one thing.
  static func asking(_ text: String = "hello", model: String, stream: Bool = true) -> ModelCall {
    ModelCall(
      model: model, maxTokens: 100, messages: [.init(role: .user, blocks: [.text(text)])],
      stream: stream)
  }
  /// The call after a reply: what was said before, the reply, and the answers to its calls.
  func after(_ reply: Reply, model: String? = nil) -> ModelCall {
    var next = self
    next.model = model ?? self.model
    next.messages.append(.init(role: .assistant, blocks: reply.blocks))
    let answers = reply.blocks.filter { $0.type == "tool_use" }.map { block in
      Block.toolResult(id: block["id"]?.string ?? "", content: "done", isError: false)
    }
    next.messages.append(.init(role: .user, blocks: answers.isEmpty ? [.text("go on")] : answers))
    return next
  }
}
