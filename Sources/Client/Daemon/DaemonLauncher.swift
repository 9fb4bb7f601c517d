#if canImport(Darwin)
  import Darwin
#elseif canImport(Musl)
  import Musl
#else
  import Glibc
#endif

/// Starts a daemon in a session of its own and waits until it listens.
struct DaemonLauncher {
  let executable: String
  let socket: String
  let data: String?
  let paths: Paths

  /// How long a daemon may take to listen, in milliseconds.
  static let deadline: Int64 = 10_000
  /// The daemon's exit status where another one has the database.
  static let anotherRuns: Int32 = 75
  /// The descriptor on which it says that it listens.
  private static let readyDescriptor: Int32 = 3
  /// POSIX_SPAWN_SETSID of <spawn.h>, which glibc and musl show to GNU sources only.
  #if canImport(Darwin)
    private static let newSession: Int32 = 0x0400
  #else
    private static let newSession: Int32 = 0x80
  #endif

  /// A file lock that is held while a daemon is started.
  struct Lock {
    fileprivate let descriptor: Int32
    func release() { close(descriptor) }
  }

  /// Waits for other clients that are starting a daemon.
  /// - Throws: ``Failure`` where the state directory cannot be used.
  func lock() throws(Failure) -> Lock {
    try Files.makeDirectory(paths.state)
    let descriptor = open(paths.startLock, O_RDWR | O_CREAT | O_CLOEXEC, 0o600)
    guard descriptor >= 0 else { throw .noDaemon("\(paths.startLock): \(System.message(errno))") }
    while flock(descriptor, LOCK_EX) != 0 {
      guard errno == EINTR else {
        let code = errno
        close(descriptor)
        throw .noDaemon("\(paths.startLock): \(System.message(code))")
      }
    }
    return Lock(descriptor: descriptor)
  }

  /// The daemon's executable: beside our own, else in `$PATH`.
  /// - Throws: ``Failure`` where there is none.
  static func find() throws(Failure) -> String {
    let own = ownExecutable().flatMap { path in
      path.lastIndex(of: "/").map { String(path[..<$0]) }
    }
    let searched = (System.variable("PATH") ?? "").split(separator: ":").map(String.init)
    for directory in (own.map { [$0] } ?? []) + searched {
      let candidate = directory + "/qlaudd"
      if access(candidate, X_OK) == 0 { return candidate }
    }
    throw .noDaemon(
      "no daemon answers, and qlaudd is neither beside qlaud nor in PATH",
      hint: "start it yourself, or name its socket with --socket")
  }

  private static func ownExecutable() -> String? {
    #if canImport(Darwin)
      var size = UInt32(PATH_MAX)
      var buffer = [CChar](repeating: 0, count: Int(size))
      guard _NSGetExecutablePath(&buffer, &size) == 0 else { return nil }
      guard let resolved = realpath(buffer, nil) else { return nil }
    #else
      guard let resolved = realpath("/proc/self/exe", nil) else { return nil }
    #endif
    defer { free(resolved) }
    return String(cString: resolved)
  }

  /// Starts it. Returns when it listens or when it says that another one runs.
  /// - Throws: ``Failure`` with what it said, or that it said nothing within the deadline.
  func start() throws(Failure) {
    var ends: [Int32] = [-1, -1]
    guard pipe(&ends) == 0 else { throw .noDaemon("pipe: \(System.message(errno))") }
    for end in ends { _ = fcntl(end, F_SETFD, FD_CLOEXEC) }
    defer { close(ends[0]) }
    let spawned = spawn(ready: ends[1])
    close(ends[1])
    switch spawned {
    case .failure(let failure): throw failure
    case .success(let child): try awaitReady(ends[0], child)
    }
  }

  private func awaitReady(_ pipe: Int32, _ child: pid_t) throws(Failure) {
    let end = System.monotonic() + Self.deadline
    var said: [UInt8] = []
    while !said.contains(UInt8(ascii: "\n")), said.count < 8192 {
      guard Files.wait(for: [pipe], timeout: max(0, end - System.monotonic())) != nil else {
        throw .noDaemon(
          "qlaudd did not listen within \(Self.deadline / 1000) seconds",
          hint: "its log: \(paths.log)")
      }
      guard case .bytes(let bytes) = Files.read(pipe) else { break }
      said += bytes
    }
    let line = String(decoding: said.prefix { $0 != UInt8(ascii: "\n") }, as: UTF8.self)
    if line == "ready" { return }
    let status = exitStatus(of: child, until: end)
    if status == Self.anotherRuns { return }
    if line.hasPrefix("error: ") {
      throw .noDaemon("qlaudd: \(line.dropFirst(7))", hint: "its log: \(paths.log)")
    }
    let outcome = status.map { "ended with status \($0)" } ?? "closed its readiness pipe"
    throw .noDaemon("qlaudd \(outcome) before it listened", hint: "its log: \(paths.log)")
  }

  /// The exit status of a daemon that has said its last word; nil where it goes on without one.
  private func exitStatus(of child: pid_t, until end: Int64) -> Int32? {
    var status: Int32 = 0
    while System.monotonic() < end {
      let reaped = waitpid(child, &status, WNOHANG)
      if reaped == child {
        return status & 0x7F == 0 ? (status >> 8) & 0xFF : 128 + (status & 0x7F)
      }
      if reaped < 0, errno != EINTR { return nil }
      _ = poll(nil, 0, 5)
    }
    return nil
  }

  private func spawn(ready: Int32) -> Result<pid_t, Failure> {
    var arguments = [executable, "--socket", socket, "--ready-fd", String(Self.readyDescriptor)]
    if let data { arguments += ["--data", data] }
    #if canImport(Glibc)
      var actions = posix_spawn_file_actions_t()
      var attributes = posix_spawnattr_t()
    #else
      var actions: posix_spawn_file_actions_t?
      var attributes: posix_spawnattr_t?
    #endif
    posix_spawn_file_actions_init(&actions)
    defer { posix_spawn_file_actions_destroy(&actions) }
    posix_spawnattr_init(&attributes)
    defer { posix_spawnattr_destroy(&attributes) }

    posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0)
    posix_spawn_file_actions_addopen(&actions, 1, paths.log, O_WRONLY | O_CREAT | O_APPEND, 0o600)
    posix_spawn_file_actions_adddup2(&actions, 1, 2)
    posix_spawn_file_actions_adddup2(&actions, ready, Self.readyDescriptor)
    // A daemon keeps none of the descriptors that our caller left open.
    for descriptor in Self.readyDescriptor..<1024 where descriptor != ready {
      _ = fcntl(descriptor, F_SETFD, FD_CLOEXEC)
    }
    var none = sigset_t()
    sigemptyset(&none)
    posix_spawnattr_setsigmask(&attributes, &none)
    var all = sigset_t()
    sigfillset(&all)
    posix_spawnattr_setsigdefault(&attributes, &all)
    let flags = Self.newSession | Int32(POSIX_SPAWN_SETSIGMASK) | Int32(POSIX_SPAWN_SETSIGDEF)
    posix_spawnattr_setflags(&attributes, Int16(truncatingIfNeeded: flags))

    var child: pid_t = 0
    var pointers = arguments.map { strdup($0) } + [nil]
    defer { for pointer in pointers { free(pointer) } }
    let problem = posix_spawn(&child, executable, &actions, &attributes, &pointers, environ)
    guard problem == 0 else {
      return .failure(.noDaemon("\(executable): \(System.message(problem))"))
    }
    return .success(child)
  }
}
