import Domain
import Foundation
import GRDB
import Synchronization
import Testing
import Wire

@testable import Store

typealias Thread = Domain.Thread

/// A folder that goes with its last holder.
final class Folder: Sendable {
  let path: String
  init() {
    path = NSTemporaryDirectory() + "store-" + UUID().uuidString
    do {
      try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
    } catch { Issue.record(error) }
  }
  deinit { do { try FileManager.default.removeItem(atPath: path) } catch { Issue.record(error) } }
  var file: String { path + "/qlaud.db" }
}

/// A clock that a test moves.
final class TestClock: Sendable {
  private let time = Atomic<Int64>(1_750_000_000_000)
  var now: Milliseconds { time.load(ordering: .sequentiallyConsistent) }
  func advance(_ span: Milliseconds) { time.add(span, ordering: .sequentiallyConsistent) }
  var source: Source { Source(now: { self.now }, randomBytes: Source.system.randomBytes) }
}

/// An open database in a folder of its own.
struct Fixture: Sendable {
  let folder = Folder()
  let clock = TestClock()
  let rings = Counter()
  let store: LocalDatabase

  init() async throws {
    let rings = rings
    store = try await LocalDatabase.open(at: folder.file, source: clock.source) { rings.add() }
  }

  func reopen() async throws -> LocalDatabase {
    try await LocalDatabase.open(at: folder.file, source: clock.source) {}
  }

  @discardableResult
  func thread(_ id: String, key: KeyID = .local, endUser: String? = nil) async throws -> Thread {
    let thread = Thread(
      id: ThreadID(rawValue: id), keyID: key, endUserID: endUser, createdAt: clock.now,
      lastActiveAt: clock.now)
    try await store.createThread(thread)
    return thread
  }

  @discardableResult
  func submit(
    _ id: String, in thread: String?, text: String = "hello", key: KeyID = .local,
    idempotencyKey: String? = nil, hash: String = "h", beginningAt now: Milliseconds? = nil
  ) async throws -> SubmittedTurn {
    try await store.submit(
      TurnSubmission(
        turnID: TurnID(rawValue: id), threadID: thread.map(ThreadID.init(rawValue:)), keyID: key,
        request: TurnRequest(["model": "m"]),
        userMessage: thread == nil ? nil : MessageDraft(role: .user, content: .string(text)),
        idempotencyKey: idempotencyKey, bodyHash: hash, visibleTo: nil), beginningAt: now)
  }

  @discardableResult
  func finish(_ id: String, _ status: Turn.Status = .done, reply: String? = "hi") async throws
    -> FinishedTurn
  {
    try await store.finishTurn(
      TurnID(rawValue: id), status: status,
      reply: reply.map { MessageDraft(role: .assistant, content: .string($0)) }, usage: nil,
      error: nil, iterations: 1
    ) { finished in [draft("qlaud.done", thread: nil, turn: finished.turn.id.rawValue)] }
  }

  func claim() async throws -> String? {
    try await store.claimNextTurn(now: clock.now)?.id.rawValue
  }

  func allEvents(_ filter: EventFilter = EventFilter()) async throws -> [Event] {
    var cursor: EventSeq = 0
    var events: [Event] = []
    while true {
      let page = try await store.events(after: cursor, matching: filter, limit: 128)
      if page.events.isEmpty { return events }
      events += page.events
      cursor = page.through
    }
  }

  /// A value of a `PRAGMA` on the writer's connection.
  func pragma(_ name: String) async throws -> String {
    try await store.pool.writeWithoutTransaction { db in
      try Row.fetchOne(db, sql: "PRAGMA \(name)").map { "\($0[0] as DatabaseValue)" } ?? ""
    }
  }
}

final class Counter: Sendable {
  private let value = Atomic<Int>(0)
  func add() { value.add(1, ordering: .sequentiallyConsistent) }
  var count: Int { value.load(ordering: .sequentiallyConsistent) }
}

final class Recorder: Sendable {
  private let values = Mutex<[EventSeq]>([])
  func add(_ value: EventSeq) { values.withLock { $0.append(value) } }
  var all: [EventSeq] { values.withLock { $0 } }
}

func draft(_ name: String, thread: String? = nil, turn: String? = nil, key: KeyID? = nil)
  -> EventDraft
{
  EventDraft(
    threadID: thread.map(ThreadID.init(rawValue:)), turnID: turn.map(TurnID.init(rawValue:)),
    keyID: key, name: name, data: ["type": .string(name)])
}

/// Runs something that must throw a ``QlaudError`` of a kind, and gives its message.
@discardableResult
func refusal<T>(
  _ kind: QlaudError.Kind, sourceLocation: SourceLocation = #_sourceLocation,
  _ body: () async throws -> T
) async -> String {
  do {
    _ = try await body()
    Issue.record("was not refused", sourceLocation: sourceLocation)
    return ""
  } catch let error as QlaudError {
    #expect(error.kind == kind, "\(error.message)", sourceLocation: sourceLocation)
    return error.message
  } catch {
    Issue.record("threw \(error), not a QlaudError", sourceLocation: sourceLocation)
    return ""
  }
}

func mode(_ path: String) throws -> Int {
  let attributes = try FileManager.default.attributesOfItem(atPath: path)
  return (attributes[.posixPermissions] as? NSNumber)?.intValue ?? 0
}

extension ThreadID: ExpressibleByStringLiteral {
  package init(stringLiteral value: String) { self.init(rawValue: value) }
}
extension TurnID: ExpressibleByStringLiteral {
  package init(stringLiteral value: String) { self.init(rawValue: value) }
}
extension KeyID: ExpressibleByStringLiteral {
  package init(stringLiteral value: String) { self.init(rawValue: value) }
}
