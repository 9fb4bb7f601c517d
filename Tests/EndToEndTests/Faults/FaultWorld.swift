import Foundation
import TestSupport
import Wire

/// One daemon's life in a bad world: a host that fails, a disk that fails, links that go, kills; and what must hold after it.
final class FaultWorld {
  /// What can happen to the daemon here, besides what its host does and kills.
  enum Kind: CaseIterable { case plain, failingDisk, fullDisk, network }

  private struct Message {
    let tag: String
    let thread: Int
    /// Whether the model is to call a tool for it.
    let usesTool: Bool
    var turn: String?
    /// How often the daemon has ended since it was sent: each may make it ask again.
    var ends = 0
    var text: String { "«\(tag)»" + (usesTool ? " " + FaultyHost.askMark : "") }
  }

  private let kind: Kind
  private var random: SeededGenerator
  private let folder: TemporaryFolder
  private let host: FaultyHost
  private let disk: FailingDisk?
  private let keeper: Namespace?
  private let network: PrivateNetwork?
  private var daemon: Daemon
  private var sender: RPCClient
  private var watcher: RPCClient
  private var threads: [String] = []
  private var messages: [Message] = []
  /// Numbers that were seen, and the event that each was.
  private var seen: [Int64: String] = [:]
  private var cursor: Int64 = 0
  private var faults: [String] = []
  private var isUpset = false

  /// The kinds that this machine permits.
  static func permitted() -> [Kind] {
    Kind.allCases.filter { kind in
      switch kind {
      case .plain: true
      case .failingDisk: FailingDisk.library != nil
      case .fullDisk: Namespace.isPermitted
      case .network: isNetworkPermitted
      }
    }
  }

  private static var isNetworkPermitted: Bool {
    guard let network = try? PrivateNetwork() else { return false }
    network.close()
    return true
  }

  init(_ kind: Kind, seed: UInt64) async throws {
    self.kind = kind
    random = SeededGenerator(seed)
    folder = try TemporaryFolder()
    network = kind == .network ? try PrivateNetwork() : nil
    disk = kind == .failingDisk ? try FailingDisk(in: folder) : nil
    if kind == .fullDisk {
      mkdir(folder["disk"], 0o700)
      keeper = try Namespace(
        mount: "mount -t tmpfs -o size=6m,mode=700 tmpfs '\(folder["disk"])' && exec \"$@\"")
    } else {
      keeper = nil
    }
    host =
      try network.map { network in
        try network.run { try FaultyHost(address: PrivateNetwork.address) }
      } ?? FaultyHost()
    daemon = try Self.start(folder, disk, keeper, network)
    sender = try RPCClient(daemon)
    watcher = try RPCClient(daemon)
    try await sender.use(host.standIn)
    try await sender.registerHTTP(
      "note", host.toolURL, schema: ["type": "object", "properties": ["x": ["type": "string"]]])
    for _ in 0..<3 { threads.append(try await sender.newThread()) }
    try await watch()
  }

  private static func start(
    _ folder: TemporaryFolder, _ disk: FailingDisk?, _ keeper: Namespace?,
    _ network: PrivateNetwork?
  ) throws -> Daemon {
    let environment = disk?.environment() ?? [:]
    let database = keeper.map { _ in folder["disk/q.db"] }
    let enter = keeper?.enter ?? []
    guard let network else {
      return try Daemon(in: folder, environment: environment, through: enter, database: database)
    }
    return try network.run { try Daemon(in: folder, environment: environment) }
  }

  private func watch() async throws {
    _ = try await watcher.call("thread/subscribe", ["thread_id": "*", "after": .int(cursor)])
  }

  // MARK: - Scenarios

  /// Runs some scenarios, brings everything back, and says what did not hold.
  func run(_ scenarios: Int) async throws -> [String] {
    do {
      for _ in 0..<scenarios { try await scenario() }
      try await recover()
      try await untilAllEnded()
      try await check()
    } catch { throw Broken(error: error, said: String(daemon.log.suffix(2000))) }
    return faults
  }

  /// What ended a world, and what its daemon said last.
  private struct Broken: Error {
    let error: any Error
    let said: String
  }

  private func scenario() async throws {
    let isKilled = Int.random(in: 0..<4, using: &random) == 0
    let isStopped = !isKilled && Int.random(in: 0..<8, using: &random) == 0
    if kind != .plain, Bool.random(using: &random) { try upset() }
    for _ in 0..<Int.random(in: 1...3, using: &random) { await send() }
    await passTime()
    if isKilled { try await restart { $0.crash() } }
    if isStopped { try await restart { $0.stop() } }
    if isUpset { try calm() }
    for index in messages.indices where messages[index].turn == nil { await send(again: index) }
  }

  /// As many calls as are drawn: a span that is anywhere in the course of a turn.
  private func passTime() async {
    for _ in 0..<Int.random(in: 0...25, using: &random) {
      do { _ = try await sender.call("daemon/status") } catch { return }
    }
  }

  private func upset() throws {
    isUpset = true
    switch kind {
    case .plain: break
    case .failingDisk:
      let calls: [FailingDisk.Calls] = [.write, .sync, .any]
      disk?.fail(
        calls.randomElement(using: &random) ?? .write,
        with: [EIO, ENOSPC, EROFS, EACCES].randomElement(using: &random) ?? EIO,
        skip: Int32.random(in: 0...12, using: &random),
        times: Bool.random(using: &random) ? -1 : Int32.random(in: 1...6, using: &random))
    case .fullDisk: try keeper?.fill(folder["disk/ballast"])
    case .network: try network?.linkDown()
    }
  }

  private func calm() throws {
    isUpset = false
    disk?.heal()
    if kind == .fullDisk { try keeper?.remove(folder["disk/ballast"]) }
    if kind == .network { try network?.linkUp() }
  }

  private func send(again known: Int? = nil) async {
    let index = known ?? messages.count
    if known == nil {
      let tag = "\(kind)-\(index)"
      messages.append(
        Message(
          tag: tag, thread: index % threads.count,
          usesTool: Int.random(in: 0..<3, using: &random) == 0))
      if Bool.random(using: &random) {
        let count = Int.random(in: 1...2, using: &random)
        host.plan(tag, (0..<count).compactMap { _ in Upset.allCases.randomElement(using: &random) })
      }
    }
    // A message waits for those before it that were not taken yet: the order of a thread is the order of its sends.
    let thread = messages[index].thread
    guard !messages[..<index].contains(where: { $0.thread == thread && $0.turn == nil }) else {
      return
    }
    let tag = messages[index].tag
    do {
      messages[index].turn = try await sender.send(
        messages[index].text, to: threads[thread],
        more: ["idempotency_key": .string(tag), "tools": messages[index].usesTool ? ["note"] : []])
    } catch {
      // Not acknowledged: it comes again, under the same key.
    }
  }

  // MARK: - Ends and starts

  private func restart(_ end: (Daemon) -> Void) async throws {
    end(daemon)
    note(watcher.events)
    for index in messages.indices { messages[index].ends += 1 }
    do { daemon = try Self.start(folder, disk, keeper, network) } catch let error
      as Daemon.StartFailed
    {
      // On a disk that fails it may say so and end; a person would mend the disk and start it again.
      guard isUpset else { throw error }
      try calm()
      daemon = try Self.start(folder, disk, keeper, network)
    }
    sender = try RPCClient(daemon)
    watcher = try RPCClient(daemon)
    try await watch()
  }

  private func recover() async throws {
    host.heal()
    disk?.heal()
    for index in messages.indices where messages[index].turn == nil { await send(again: index) }
    for message in messages where message.turn == nil {
      faults.append("\(message.tag) is refused although all is well")
    }
    // Says that the host may be another by now, so that it is tried at once.
    try await sender.use(host.standIn)
  }

  /// Longer than any wait that the upsets can add up to.
  private static let patience = 100

  private func untilAllEnded() async throws {
    let (reader, turns) = (try RPCClient(daemon), messages.compactMap(\.turn))
    _ = try await reader.call("thread/subscribe", ["thread_id": "*", "after": 0])
    let isOver = await withTaskGroup(of: Bool.self) { group in
      group.addTask {
        for turn in turns { _ = await reader.untilDone(turn) }
        return !Task.isCancelled
      }
      group.addTask {
        do { try await Task.sleep(for: .seconds(Self.patience)) } catch { return true }
        reader.stream.hangUp()
        return false
      }
      let first = await group.next() ?? false
      group.cancelAll()
      return first
    }
    note(watcher.events)
    checkLog(reader.events)
    if isOver { return }
    for message in messages {
      guard let turn = message.turn else { continue }
      let row = try await sender.call("turn/get", ["turn_id": .string(turn)])
      if !["done", "failed"].contains(row["status"]?.string) {
        faults.append("\(message.tag) does not end: \(row.text)")
      }
    }
  }

  // MARK: - What must hold

  /// Notes what was seen live: a number is one event for ever.
  private func note(_ events: [JSON]) {
    for event in events {
      let seq = event["event_seq"]?.int ?? 0
      let text = (event["event"]?.string ?? "") + (event["turn_id"]?.string ?? "")
      if let known = seen[seq], known != text {
        faults.append("number \(seq) was \(known), is \(text)")
      }
      if seq <= cursor, seen[seq] == nil { faults.append("number \(seq) came behind \(cursor)") }
      seen[seq] = text
      cursor = max(cursor, seq)
    }
  }

  private func checkLog(_ events: [JSON]) {
    let seqs = events.compactMap { $0["event_seq"]?.int }
    if seqs != seqs.sorted() || Set(seqs).count != seqs.count { faults.append("the log repeats") }
    note(events)
    for message in messages {
      guard let turn = message.turn else { continue }
      let ends = events.filter { $0["turn_id"]?.string == turn && $0["event"] == "qlaud.done" }
      if ends.count != 1 { faults.append("\(message.tag) has \(ends.count) ends") }
    }
  }

  private func check() async throws {
    for (index, thread) in threads.enumerated() {
      let rows = try await sender.messages(thread)
      let mine = messages.filter { $0.thread == index }.map(\.text)
      let kept = rows.filter { $0["role"] == "user" }.compactMap { $0["content"]?.string }
      if kept != mine { faults.append("thread \(index) was sent \(mine), has \(kept)") }
      checkOrder(in: index)
      checkResults(rows, in: index)
    }
    for message in messages { try await checkCalls(of: message) }
    let report = try await sender.call("daemon/doctor")
    if report["ok"] != true { faults.append("the doctor: \(report["findings"]?.text ?? "")") }
    daemon.stop()
  }

  /// The questions of a thread are first asked in their order.
  private func checkOrder(in thread: Int) {
    let tags = messages.filter { $0.thread == thread }.map(\.tag)
    var asked: [String] = []
    for delivery in host.deliveries
    where tags.contains(delivery.tag) && !asked.contains(delivery.tag) {
      asked.append(delivery.tag)
    }
    if asked != tags { faults.append("thread \(thread) asked \(asked) for \(tags)") }
  }

  /// Each call of a tool that is kept has one result.
  private func checkResults(_ rows: [JSON], in thread: Int) {
    let blocks = rows.flatMap { $0["content"]?.array ?? [] }
    let asked = blocks.filter { $0["type"] == "tool_use" }.compactMap { $0["id"]?.string }
    let answered = blocks.filter { $0["type"] == "tool_result" }
      .compactMap { $0["tool_use_id"]?.string }
    if asked != answered { faults.append("thread \(thread) asked \(asked), got \(answered)") }
  }

  /// A reply that came whole is asked for again only where the daemon ended before it could be written, and a tool that is not
  /// said to be harmless never runs twice.
  private func checkCalls(of message: Message) async throws {
    guard let turn = message.turn else { return }
    let delivered = host.deliveries.filter { $0.tag == message.tag && $0.isWhole }
    let whole = delivered.count { !$0.isAsk }
    for count in [whole, delivered.count - whole] where count > 1 + message.ends {
      faults.append("\(message.tag) was answered \(count) times over \(message.ends) ends")
    }
    let runs = host.runs(message.tag)
    if runs > 1 { faults.append("the tool of \(message.tag) was run \(runs) times") }
    let status = try await sender.call("turn/get", ["turn_id": .string(turn)])["status"]
    if status == "done", whole == 0 { faults.append("\(message.tag) is done without an answer") }
  }
}
