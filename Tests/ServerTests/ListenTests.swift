import CHost
import Foundation
import Testing
import Wire

@testable import Server

private func rights(_ path: String) -> UInt32 {
  var status = stat()
  return lstat(path, &status) == 0 ? UInt32(status.st_mode) & 0o777 : 0
}

private func failure(_ configuration: ServerConfiguration) -> ServerError? {
  do throws(ServerError) {
    for socket in try OpenSocket.open(configuration) { socket.discard() }
    return nil
  } catch { return error }
}

@Suite(.timeLimit(.minutes(1))) struct ListenTests {
  @Test func `the directory is made for the owner alone, and so is the socket`() async throws {
    let old = umask(0)
    defer { umask(old) }
    let scratch = Scratch()
    try await withServer(scratch: scratch, .with { $0.socketPath = scratch.file("a/b/q.sock") }) {
      server in
      #expect(server.addresses == [.socket(path: scratch.file("a/b/q.sock"))])
      #expect(rights(scratch.file("a")) == 0o700)
      #expect(rights(scratch.file("a/b")) == 0o700)
      #expect(rights(scratch.file("a/b/q.sock")) == 0o600)
    }
  }

  @Test func `a stale socket is replaced`() async throws {
    let scratch = Scratch()
    mkdir(scratch.file("run"), 0o755)
    let stale = chost_bind_unix(scratch.file("run/qlaud.sock"))
    #expect(stale > 0)
    close(stale)
    try await withServer(scratch: scratch) { server in
      let client = try server.connect()
      try await client.send("[1]\n")
      #expect(try await client.line() == "[1]")
    }
  }

  @Test func `a live socket is never replaced`() async throws {
    try await withServer { server in
      let second = ServerConfiguration(socketPath: server.socketPath)
      #expect(failure(second) == .socketInUse(path: server.socketPath))
      let client = try server.connect()
      try await client.send("[1]\n")
      #expect(try await client.line() == "[1]")
    }
  }

  @Test func `of two that start together one wins`() async throws {
    let scratch = Scratch()
    let path = scratch.file("q.sock")
    for _ in 0..<50 {
      // Both find a stale socket.
      close(chost_bind_unix(path))
      let results = try await withThrowingTaskGroup(of: [OpenSocket]?.self) { tasks in
        for _ in 0..<2 {
          tasks.addTask {
            try await blocking {
              do throws(ServerError) {
                return try OpenSocket.open(ServerConfiguration(socketPath: path))
              } catch {
                #expect(error == .socketInUse(path: path))
                return nil
              }
            }
          }
        }
        return try await tasks.reduce(into: []) { $0.append($1) }
      }
      #expect(results.compactMap { $0 }.count == 1)
      #expect(chost_probe_unix(path) == 0)
      for socket in results.compactMap({ $0 }).joined() { socket.discard() }
    }
  }

  @Test func `a file that is no socket is kept`() throws {
    let scratch = Scratch()
    let path = scratch.file("notes")
    try Data("mine".utf8).write(to: URL(fileURLWithPath: path))
    #expect(failure(ServerConfiguration(socketPath: path)) == .notASocket(path: path))
    #expect(try String(contentsOfFile: path, encoding: .utf8) == "mine")
    let link = scratch.file("link")
    symlink(path, link)
    #expect(failure(ServerConfiguration(socketPath: link)) == .notASocket(path: link))
  }

  @Test func `a path that no address can hold is named with the limit`() {
    let path = "/tmp/" + String(repeating: "x", count: 200)
    let limit = Int(chost_unix_path_limit())
    #expect(
      failure(ServerConfiguration(socketPath: path)) == .pathTooLong(path: path, limit: limit))
  }

  @Test func `a directory of another user is refused`() {
    guard geteuid() == 0 else { return print("skipped: only root can give a directory away") }
    let scratch = Scratch()
    mkdir(scratch.file("theirs"), 0o777)
    chown(scratch.file("theirs"), 12345, 12345)
    #expect(
      failure(ServerConfiguration(socketPath: scratch.file("theirs/q.sock")))
        == .directoryNotOurs(path: scratch.file("theirs"), owner: 12345))
  }

  @Test func `a socket that somebody put in our place outlives us`() async throws {
    let scratch = Scratch()
    var other: Int32 = -1
    try await withServer(scratch: scratch) { server in
      unlink(server.socketPath)
      other = chost_bind_unix(server.socketPath)
      #expect(other > 0)
    }
    #expect(FileManager.default.fileExists(atPath: scratch.file("run/qlaud.sock")))
    close(other)
  }

  @Test func `a peer of another user is turned away`() async throws {
    let probe = Probe()
    let served: Conversation.Handler = { _ in probe.note("served") }
    try await withServer(
      .with { $0.peerUID = geteuid() + 1 }, handler: served
    ) { server in
      let client = try server.connect()
      #expect(try await client.rest() == "")
    }
    #expect(probe.events.isEmpty)
  }

  @Test(arguments: ["0.0.0.0", "::", "192.168.0.1", "example.org", "128.0.0.1", ""])
  func `TCP listens on loopback addresses only`(host: String) {
    let scratch = Scratch()
    let configuration = ServerConfiguration(
      socketPath: scratch.file("q.sock"), tcp: (host: host, port: 0))
    #expect(failure(configuration) == .notLoopback(host: host))
    #expect(!FileManager.default.fileExists(atPath: scratch.file("q.sock")))
  }

  @Test func `a port in use is named`() async throws {
    try await withServer(.with { $0.tcp = ("127.0.0.1", 0) }) { server in
      let scratch = Scratch()
      let second = ServerConfiguration(
        socketPath: scratch.file("q.sock"), tcp: (host: "127.0.0.1", port: server.port))
      #expect(failure(second) == .addressInUse(host: "127.0.0.1", port: server.port))
    }
  }

  @Test func `activated sockets are served, and their file is not ours to remove`() async throws {
    let scratch = Scratch()
    let path = scratch.file("activated.sock")
    let unix = chost_bind_unix(path)
    let tcp = chost_bind_loopback("127.0.0.1", 0)
    #expect(chost_listen(unix, 8) == 0 && chost_listen(tcp, 8) == 0)
    try await withServer(
      scratch: scratch,
      .with {
        $0.activation = Activation(descriptors: [unix, tcp])
        $0.socketPath = path
      }
    ) { server in
      #expect(server.addresses.first == .socket(path: path))
      let client = try server.connect()
      try await client.send("[1]\n")
      #expect(try await client.line() == "[1]")
      let http = try server.connectTCP()
      try await http.send("GET / HTTP/1.1\r\nHost: localhost:\(server.port)\r\n\r\n")
      #expect(try await http.response().code == "200")
    }
    #expect(FileManager.default.fileExists(atPath: path))
  }

  @Test func `an activated descriptor that is no listening socket is named`() {
    let scratch = Scratch()
    let bound = chost_bind_unix(scratch.file("q.sock"))
    defer { close(bound) }
    var configuration = ServerConfiguration(socketPath: scratch.file("other.sock"))
    configuration.activation = Activation(descriptors: [bound])
    #expect(
      failure(configuration)
        == .unusableActivatedSocket(
          descriptor: bound, why: "must be a listening stream socket"))
  }

  @Test(
    arguments: [
      (nil, "1", nil), ("PID", nil, nil), ("1", "1", nil), ("PID", "0", nil), ("PID", "x", nil),
      ("PID", "2", [3, 4]),
    ] as [(String?, String?, [Int32]?)])
  func `activation is for the process it names`(
    pid: String?, count: String?, descriptors: [Int32]?
  ) {
    let pid = pid == "PID" ? "\(getpid())" : pid
    #expect(Activation(listenPID: pid, listenFDs: count)?.descriptors == descriptors)
  }
}

@Suite(.timeLimit(.minutes(1))) struct InstanceLockTests {
  @Test func `a second daemon of one database is refused and told whose it is`() throws {
    let scratch = Scratch()
    let database = scratch.file("qlaud.db")
    var first: InstanceLock? = try InstanceLock(database: database)
    let path = try #require(first?.path)
    #expect(path.hasSuffix("/qlaud.db.lock"))
    #expect(rights(path) == 0o600)
    #expect(throws: InstanceLock.Failure.held(path: path, pid: getpid())) {
      try InstanceLock(database: database)
    }
    #expect(throws: Never.self) { try InstanceLock(database: scratch.file("other.db")) }
    first = nil
    #expect(throws: Never.self) { try InstanceLock(database: database) }
    #expect(!FileManager.default.fileExists(atPath: database))
  }

  @Test func `a database has one lock under all its names`() throws {
    let scratch = Scratch()
    try Data().write(to: URL(fileURLWithPath: scratch.file("real.db")))
    symlink(scratch.file("real.db"), scratch.file("name.db"))
    symlink(scratch.path, scratch.file("here"))
    let first = try InstanceLock(database: scratch.file("real.db"))
    for name in ["name.db", "here/real.db", "here/name.db"] {
      #expect(throws: InstanceLock.Failure.held(path: first.path, pid: getpid())) {
        try InstanceLock(database: scratch.file(name))
      }
    }
  }

  @Test func `a directory that is not there is an error`() {
    let scratch = Scratch()
    let database = scratch.file("missing/qlaud.db")
    #expect(throws: InstanceLock.Failure.system(path: "\(database).lock", code: ENOENT)) {
      try InstanceLock(database: database)
    }
  }

  @Test func `the lock is free when its holder was killed`() async throws {
    let program = "/usr/bin/flock"
    guard FileManager.default.isExecutableFile(atPath: program) else {
      return print("skipped: no \(program)")
    }
    let scratch = Scratch()
    let database = scratch.file("qlaud.db")
    let (holder, said) = try await blocking {
      let child = try Child(
        [
          program, "--no-fork", "-x", "\(database).lock", "/bin/sh", "-c",
          "echo locked; exec sleep 600",
        ])
      return (child, child.read())
    }
    #expect(said == "locked\n")
    let lockFile = try #require(realpath(scratch.path, nil).map { String(cString: $0) })
    #expect(throws: InstanceLock.Failure.held(path: "\(lockFile)/qlaud.db.lock", pid: nil)) {
      try InstanceLock(database: database)
    }
    try await blocking { holder.killAndWait() }
    #expect(throws: Never.self) { try InstanceLock(database: database) }
  }
}

/// A child process and the end of the pipe that it writes to.
private struct Child: Sendable {
  private let pid: pid_t
  private let output: Int32

  init(_ arguments: [String]) throws {
    var ends: [Int32] = [-1, -1]
    guard pipe(&ends) == 0 else { throw Client.Failure("pipe") }
    output = ends[0]
    _ = chost_close_on_exec(ends[0])
    defer { close(ends[1]) }
    var actions = posix_spawn_file_actions_t()
    posix_spawn_file_actions_init(&actions)
    defer { posix_spawn_file_actions_destroy(&actions) }
    posix_spawn_file_actions_adddup2(&actions, ends[1], STDOUT_FILENO)
    var argv = arguments.map { strdup($0) } + [nil]
    defer { for argument in argv { free(argument) } }
    var pid: pid_t = 0
    guard posix_spawn(&pid, arguments[0], &actions, nil, &argv, nil) == 0 else {
      throw Client.Failure("posix_spawn")
    }
    self.pid = pid
  }

  func read() -> String {
    var bytes = [UInt8](repeating: 0, count: 64)
    let count = Foundation.read(output, &bytes, bytes.count)
    return String(decoding: bytes[..<max(0, count)], as: UTF8.self)
  }

  func killAndWait() {
    kill(pid, SIGKILL)
    waitpid(pid, nil, 0)
    close(output)
  }
}
