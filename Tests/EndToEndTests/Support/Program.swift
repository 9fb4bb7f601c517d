import Foundation

/// Runs a program to its end. Not by Foundation's `Process`: on Linux that waits for every process the program leaves behind.
enum Program {
  struct Outcome {
    let status: Int32
    /// What it said, to both outputs.
    let said: String
  }

  static func run(
    _ arguments: [String], environment: [String: String] = [:], in folder: TemporaryFolder
  ) async throws -> Outcome {
    let path = folder["said-\(UUID().uuidString)"]
    let pid = try start(arguments, environment, log: path)
    let status = await withCheckedContinuation { (ended: CheckedContinuation<Int32, Never>) in
      let thread = Foundation.Thread {
        var status: Int32 = 0
        while waitpid(pid, &status, 0) == -1, errno == EINTR {}
        ended.resume(returning: status)
      }
      thread.start()
    }
    return Outcome(status: status, said: try String(contentsOfFile: path, encoding: .utf8))
  }

  private static func start(
    _ arguments: [String], _ environment: [String: String], log: String
  ) throws -> pid_t {
    var actions = posix_spawn_file_actions_t()
    posix_spawn_file_actions_init(&actions)
    defer { posix_spawn_file_actions_destroy(&actions) }
    posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0)
    posix_spawn_file_actions_addopen(&actions, 1, log, O_WRONLY | O_CREAT | O_APPEND, 0o600)
    posix_spawn_file_actions_adddup2(&actions, 1, 2)
    var variables = ProcessInfo.processInfo.environment
    variables.merge(environment) { $1 }
    // What outlives it must not hold a copy of other tests' connections: their ends would never be seen.
    let closing = "import os, sys; os.closerange(3, 65536); os.execvp(sys.argv[1], sys.argv[1:])"
    let words = ["python3", "-c", closing] + arguments
    var argv = words.map { strdup($0) } + [nil]
    var envp = variables.map { strdup("\($0.key)=\($0.value)") } + [nil]
    defer { for text in argv + envp { free(text) } }
    var pid: pid_t = 0
    let failure = posix_spawnp(&pid, words[0], &actions, nil, &argv, &envp)
    guard failure == 0 else { throw POSIXError(POSIXErrorCode(rawValue: failure) ?? .EIO) }
    return pid
  }
}
