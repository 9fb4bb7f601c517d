import Subprocess
import Synchronization
import Wire

#if canImport(System)
  import System
#else
  import SystemPackage
#endif

/// Runs programs of a model shut in; where a program cannot be shut in, it is not run. Nothing is started before the first
/// use. When a run returns the kernel has been told to end every process of the program, and its files are gone with them.
package final class Sandbox: Sendable {
  private struct State {
    var running = 0
    var isProven = false
  }
  private let state = Mutex(State())
  private let left = Bell()

  /// Programs that run at once; further ones wait for a place.
  private static let places = 4

  /// A sandbox in which nothing runs.
  package init() {}

  /// Why no program can be run on this machine; nil where one can. The first answer takes as long as a program does; that it
  /// works is remembered.
  package func obstacle() async -> String? {
    if state.withLock(\.isProven) { return nil }
    guard ProcessTree.isTold else {
      return
        "the sandbox does not work on this machine: its kernel does not say whose child a process is"
    }
    do throws(SandboxFailure) {
      let outcome = try await run(Self.proof, clock: ContinuousClock())
      guard outcome.ending == .exited(0), outcome.output.bytes == Array("shut in\n".utf8) else {
        let words = String(decoding: outcome.error.bytes, as: UTF8.self)
        let reason = words.split(separator: "\n").first ?? "its walls do not hold"
        return "the sandbox does not work on this machine: \(reason.prefix(200))"
      }
    } catch { return error.description }
    state.withLock { $0.isProven = true }
    return nil
  }

  /// Says its word only where the walls hold: no network, nothing to write to, the limits set.
  private static let proof = SandboxProgram(
    .sh,
    """
    [ "$(grep -c : /proc/net/dev)" = 1 ] || exit 1
    (: >/usr/proof) 2>/dev/null && exit 2
    (: >/proof) 2>/dev/null && exit 3
    [ -e /home ] || [ -e /root ] || [ -e /etc/passwd ] && exit 4
    [ "$(ulimit -n)" = \(SandboxCommand.files) ] || exit 5
    grep -q "^Seccomp:.2" /proc/self/status || exit 7
    [ "$(ls -d /proc/[0-9]* | wc -l)" -lt 10 ] || exit 6
    echo shut in
    """)

  /// Runs a program to its end, or to its limits.
  /// - Throws: ``SandboxFailure`` where it was not run, or the calling task was cancelled.
  package func run(_ program: SandboxProgram, clock: any Clock<Duration>)
    async throws(SandboxFailure) -> SandboxOutcome
  {
    let command = try SandboxCommand(program.language, program.limits)
    try await enter()
    defer { leave() }
    let outcome: SandboxOutcome
    do {
      outcome = try await Self.launch(command, program, clock)
    } catch {
      throw SandboxFailure("the sandbox could not be started: \(error)")
    }
    guard !Task.isCancelled else { throw SandboxFailure("the call was cancelled") }
    return outcome
  }

  private func enter() async throws(SandboxFailure) {
    while true {
      guard !Task.isCancelled else { throw SandboxFailure("the call was cancelled") }
      let seen = left.generation
      let isIn = state.withLock { state in
        guard state.running < Self.places else { return false }
        state.running += 1
        return true
      }
      if isIn { return }
      await left.wait(past: seen)
    }
  }

  private func leave() {
    state.withLock { $0.running -= 1 }
    left.ring()
  }
}

extension Sandbox {
  private typealias Running = Execution<ArrayInput, SequenceOutput, SequenceOutput>

  private static func launch(
    _ command: SandboxCommand, _ program: SandboxProgram, _ clock: any Clock<Duration>
  ) async throws -> SandboxOutcome {
    var options = PlatformOptions()
    options.createSession = true
    let configuration = Configuration(
      executable: .path(FilePath(command.executable)), arguments: Arguments(command.arguments),
      environment: .custom([:] as [Environment.Key: String]), workingDirectory: "/",
      platformOptions: options)
    let limits = program.limits
    let ended = try await Subprocess.run(
      configuration, input: .array(Array(program.code.utf8)), output: .sequence, error: .sequence
    ) { await watch($0, limits, clock) }
    var outcome = ended.closureResult
    if outcome.ending == .exited(0) { outcome.ending = .exited(status(ended.terminationStatus)) }
    return outcome
  }

  private static func status(_ status: TerminationStatus) -> Int {
    switch status {
    case .exited(let code): Int(code)
    case .signaled(let signal): 128 + Int(signal)
    }
  }

  private enum Part: Sendable {
    case output(SandboxOutcome.Output)
    case error(SandboxOutcome.Output)
    case deadline(isPast: Bool)
    case memory(isOver: Bool)
  }

  /// How often the memory of a program is looked at: what can be filled in between is little more.
  private static let look = Duration.milliseconds(20)

  /// Reads both outputs until they end, the time is over or the memory is full. Their ends come with the last process: when bubblewrap is killed,
  /// the kernel kills the first process of the sandbox and with it all others.
  private static func watch(
    _ running: Running, _ limits: SandboxProgram.Limits, _ clock: any Clock<Duration>
  ) async -> SandboxOutcome {
    await withTaskGroup(of: Part.self) { group in
      group.addTask { .output(await read(running.standardOutput, limits.outputBytes, running)) }
      group.addTask { .error(await read(running.standardError, limits.outputBytes, running)) }
      group.addTask {
        do { try await clock.sleep(for: .seconds(limits.seconds)) } catch {
          return .deadline(isPast: false)
        }
        kill(running)
        return .deadline(isPast: true)
      }
      group.addTask {
        let tree = ProcessTree(root: running.processIdentifier.value)
        while !Task.isCancelled {
          if tree.holds(moreThan: limits.memory << 20) {
            kill(running)
            return .memory(isOver: true)
          }
          await Bell.pause(for: look)
        }
        return .memory(isOver: false)
      }
      var outcome = SandboxOutcome(ending: .exited(0), output: .init(), error: .init())
      var unread = 2
      for await part in group {
        switch part {
        case .output(let output): outcome.output = output
        case .error(let output): outcome.error = output
        case .deadline(let isPast):
          if isPast { outcome.ending = .timedOut }
          continue
        case .memory(let isOver):
          if isOver { outcome.ending = .heldTooMuch }
          continue
        }
        unread -= 1
        if unread == 0 { group.cancelAll() }
      }
      if outcome.output.isCutOff || outcome.error.isCutOff { outcome.ending = .wroteTooMuch }
      // Cancelled before its end: nothing waits for it any more.
      if Task.isCancelled { kill(running) }
      return outcome
    }
  }

  private static func read(_ pieces: SubprocessOutputSequence, _ limit: Int, _ running: Running)
    async -> SandboxOutcome.Output
  {
    var output = SandboxOutcome.Output()
    do {
      for try await piece in pieces {
        let room = limit - output.bytes.count
        piece.withUnsafeBytes { output.bytes += $0.prefix(room) }
        guard piece.count <= room else {
          output.isCutOff = true
          kill(running)
          return output
        }
      }
    } catch {
      // The pipe broke, or the run was cancelled: either way it is over.
      kill(running)
    }
    return output
  }

  private static func kill(_ running: Running) {
    do { try running.send(signal: .kill, toProcessGroup: true) } catch {
      // It has ended by itself.
      return
    }
  }
}
