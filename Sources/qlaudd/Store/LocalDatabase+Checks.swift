package import Domain
import GRDB
import Wire

/// How the file is: what the doctor asks the store. None of these throws for what it finds.
extension LocalDatabase {
  /// Pages, indexes and references; takes about a second a gigabyte, on a connection of its own.
  package func fileFindings() async throws -> [Finding] {
    if let problem = watch.look().problem {
      return [Finding("file", .error, problem.message, fix: problem.fix)]
    }
    let complaints: [String]
    do { complaints = try await integrityCheck() } catch let error as QlaudError
      where error.kind == .storageCorrupt
    {
      complaints = [error.message]
    }
    guard complaints.isEmpty else {
      return [
        Finding(
          "file", .error, complaints.prefix(5).joined(separator: "; "),
          fix: "qlaud stop, then qlaud restore with the newest backup; the damaged file is kept")
      ]
    }
    let statistics = try await statistics()
    return [
      Finding("file", .ok, "\(path): pages, indexes and references are sound"),
      Finding("log", .ok, "the write-ahead log has \(statistics.walBytes) bytes"),
    ]
  }

  /// Rows that nothing refers to, and turns that are marked as running while nothing runs them.
  package func orphanFindings(isRunning: @escaping @Sendable (TurnID) -> Bool) async throws
    -> [Finding]
  {
    let events = try await readAside { try EventTable.orphans($0) }
    // Two looks: between a row's change and its run there is a moment on either side.
    let first = try await unrun(isRunning)
    let turns = first.isEmpty ? [] : first.intersection(try await unrun(isRunning)).sorted()
    var findings: [Finding] = []
    if events > 0 {
      findings.append(
        Finding(
          "orphans", .warning, "\(events) events belong to threads that are gone",
          fix: "they are shown to nobody; report it"))
    }
    if !turns.isEmpty {
      findings.append(
        Finding(
          "orphans", .error,
          "marked as running, but not run: \(turns.joined(separator: ", "))",
          fix: "restart the daemon: what was running is queued again"))
    }
    return findings.isEmpty ? [Finding("orphans", .ok, "none")] : findings
  }

  private func unrun(_ isRunning: @escaping @Sendable (TurnID) -> Bool) async throws -> Set<String>
  {
    let marked = try await read { try TurnTable.inStatus($0, .running).map(\.turn.id) }
    return Set(marked.filter { !isRunning($0) }.map(\.rawValue))
  }

  /// Who may read the files, and how much room is left on their disk.
  package func diskFindings() -> [Finding] {
    var findings: [Finding] = []
    for suffix in ["", "-wal", "-shm", ".key"] {
      let name = path + suffix
      if let problem = DatabaseFile.rightsProblem(name) {
        findings.append(
          Finding(
            "permissions", .error, "\(name) \(problem)",
            fix: "chown it to the account of the daemon and chmod 600 it"))
      }
    }
    if findings.isEmpty {
      findings = [Finding("permissions", .ok, "the files are for their owner only")]
    }
    return findings + [space()]
  }

  /// Room below which a warning is given.
  private static let lowSpace: Int64 = 256 << 20

  private func space() -> Finding {
    guard let free = DatabaseFile.freeBytes(beside: path) else {
      return Finding("disk", .warning, "the room on the disk of \(path) cannot be seen")
    }
    let text = "\(free >> 20) MiB are free on the disk of \(path)"
    guard free < Self.lowSpace else { return Finding("disk", .ok, text) }
    return Finding(
      "disk", .warning, text, fix: "free some: on a full disk new messages are refused")
  }

  /// The clock against the newest thing that was written.
  package func clockFinding() async throws -> Finding {
    let now = source.now()
    let newest = try await read { try EventTable.newestMoment($0) } ?? 0
    // Minutes: a step by which clocks are set right now and then is no finding.
    guard newest <= now + 120_000 else {
      return Finding(
        "clock", .warning, "the clock is \((newest - now) / 1000) s behind what was written last",
        fix: "set it right; order and retries do not depend on it, but times shown and spans do")
    }
    return Finding("clock", .ok, "agrees with what was written last")
  }
}
