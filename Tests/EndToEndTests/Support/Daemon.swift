import Foundation
import Synchronization

/// The real built daemon, on a socket and a database of its own.
final class Daemon: Sendable {
  struct StartFailed: Error { let said: String }

  let folder: TemporaryFolder
  let pid: pid_t
  private let isReaped = Mutex(false)

  var socket: String { folder["q.sock"] }
  let database: String

  /// The folder that the build puts programs into.
  static let programs: String = {
    let path = (try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe")) ?? ""
    return (path as NSString).deletingLastPathComponent
  }()

  /// Starts it and waits until it says that it listens.
  /// - Parameter through: A command that ends in running what follows it, such as `unshare`; first its whole path.
  init(
    in folder: TemporaryFolder? = nil, arguments: [String] = [],
    environment: [String: String] = [:], through: [String] = [], database: String? = nil
  ) throws {
    let folder = try folder ?? TemporaryFolder()
    self.folder = folder
    self.database = database ?? folder["q.db"]
    var ends: [Int32] = [0, 0]
    guard pipe(&ends) == 0 else { throw POSIXError(.EIO) }
    let all =
      through + [
        "\(Self.programs)/qlaudd", "--socket", folder["q.sock"], "--database", self.database,
        "--ready-fd", "3",
      ] + arguments
    pid = try Spawn.start(all, environment: environment, readyPipe: ends[1], log: folder["log"])
    close(ends[1])
    defer { close(ends[0]) }
    var said: [UInt8] = []
    var byte: UInt8 = 0
    while read(ends[0], &byte, 1) == 1, byte != UInt8(ascii: "\n") { said.append(byte) }
    let line = String(decoding: said, as: UTF8.self)
    guard line == "ready" else {
      let log = (try? String(contentsOfFile: folder["log"], encoding: .utf8)) ?? ""
      kill(pid, SIGKILL)
      _ = reap()
      throw StartFailed(said: "\(line)\n\(log)")
    }
  }

  deinit {
    if !isReaped.withLock({ $0 }) {
      kill(pid, SIGKILL)
      reap()
    }
  }

  /// kill -9.
  func crash() {
    kill(pid, SIGKILL)
    reap()
  }

  /// Asks it to end and waits for that; the exit status.
  @discardableResult
  func stop(signal: Int32 = SIGTERM) -> Int32 {
    kill(pid, signal)
    return reap()
  }

  @discardableResult
  func reap() -> Int32 {
    isReaped.withLock { done in
      guard !done else { return 0 }
      done = true
      var status: Int32 = 0
      while waitpid(pid, &status, 0) == -1, errno == EINTR {}
      return (status & 0x7f) == 0 ? (status >> 8) & 0xff : -(status & 0x7f)
    }
  }

  var log: String { (try? String(contentsOfFile: folder["log"], encoding: .utf8)) ?? "" }
}

enum Spawn {
  /// Runs a program to its end; its exit status and all it wrote.
  static func run(_ arguments: [String], environment: [String: String] = [:]) throws -> (
    status: Int32, text: String
  ) {
    let folder = try TemporaryFolder()
    let unused = open("/dev/null", O_WRONLY | O_CLOEXEC)
    defer { close(unused) }
    let pid = try start(
      arguments, environment: environment, readyPipe: unused, log: folder["out"])
    var status: Int32 = 0
    while waitpid(pid, &status, 0) == -1, errno == EINTR {}
    let text = (try? String(contentsOfFile: folder["out"], encoding: .utf8)) ?? ""
    return ((status & 0x7f) == 0 ? (status >> 8) & 0xff : -(status & 0x7f), text)
  }

  /// Starts a program with descriptor 3 as its ready pipe; standard output and error go to a file.
  static func start(
    _ arguments: [String], environment: [String: String], readyPipe: Int32, log: String
  ) throws -> pid_t {
    var actions = posix_spawn_file_actions_t()
    posix_spawn_file_actions_init(&actions)
    defer { posix_spawn_file_actions_destroy(&actions) }
    posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0)
    posix_spawn_file_actions_addopen(&actions, 1, log, O_WRONLY | O_CREAT | O_APPEND, 0o600)
    posix_spawn_file_actions_adddup2(&actions, 1, 2)
    posix_spawn_file_actions_adddup2(&actions, readyPipe, 3)
    if readyPipe != 3 { posix_spawn_file_actions_addclose(&actions, readyPipe) }
    var variables = ProcessInfo.processInfo.environment
    variables.merge(environment) { $1 }
    var argv = arguments.map { strdup($0) } + [nil]
    var envp = variables.map { strdup("\($0.key)=\($0.value)") } + [nil]
    defer { for text in argv + envp { free(text) } }
    var pid: pid_t = 0
    let failure = posix_spawn(&pid, arguments[0], &actions, nil, &argv, &envp)
    guard failure == 0 else { throw POSIXError(POSIXErrorCode(rawValue: failure) ?? .EIO) }
    return pid
  }
}
