#if os(Linux)
  import Foundation
  import Synchronization

  /// A network of the test's own, that can be cut: a thread with a network namespace of its own, whose only link is the loopback
  /// device with an address beside 127.0.0.1. What is started on the thread (``run(_:)``) lives in it; a Unix socket reaches out.
  final class PrivateNetwork: Sendable {
    struct NotPermitted: Error {}
    struct Failed: Error { let command: [String] }
    private typealias Job = @Sendable () -> Void

    /// An address that is not the machine's own name for itself.
    static let address = "10.77.0.1"

    private let jobs = Mutex<[Job]>([])
    private let work = DispatchSemaphore(value: 0)
    private let isOver = Mutex(false)

    /// - Throws: ``NotPermitted`` where the machine does not let us.
    init() throws {
      let isReady = DispatchSemaphore(value: 0)
      let code = Mutex<Int32>(0)
      let thread = Foundation.Thread { [work] in
        let result = Self.leaveNetwork()
        code.withLock { $0 = result }
        isReady.signal()
        guard result == 0 else { return }
        while true {
          work.wait()
          guard let job = self.next() else { return }
          job()
        }
      }
      thread.start()
      isReady.wait()
      guard code.withLock({ $0 }) == 0 else { throw NotPermitted() }
      try linkUp()
      try run { try Self.ip("address", "add", "\(Self.address)/32", "dev", "lo") }
    }

    /// `unshare(CLONE_NEWNET)` of sched.h, which Swift's Glibc does not show.
    private static func leaveNetwork() -> Int32 {
      typealias Unshare = @convention(c) (Int32) -> Int32
      guard let symbol = dlsym(nil, "unshare") else { return -1 }
      return unsafeBitCast(symbol, to: Unshare.self)(0x4000_0000)
    }

    private func next() -> Job? { jobs.withLock { $0.isEmpty ? nil : $0.removeFirst() } }

    /// Runs something inside and waits for it.
    func run<Result: Sendable>(_ body: @escaping @Sendable () throws -> Result) throws -> Result {
      let done = DispatchSemaphore(value: 0)
      let result = Shared<Swift.Result<Result, any Error>?>(nil)
      jobs.withLock {
        $0.append {
          let outcome = Swift.Result(catching: body)
          result.with { $0 = outcome }
          done.signal()
        }
      }
      work.signal()
      done.wait()
      guard let outcome = result.with({ $0 }) else { throw NotPermitted() }
      return try outcome.get()
    }

    func linkDown() throws { try run { try Self.ip("link", "set", "lo", "down") } }
    func linkUp() throws { try run { try Self.ip("link", "set", "lo", "up") } }

    /// Ends the thread; the namespace goes with what lives in it.
    func close() { work.signal() }

    /// Foundation's `Process` needs a network of its own to wait with, so this goes without it.
    private static func ip(_ arguments: String...) throws {
      var pid: pid_t = 0
      var argv = (["ip"] + arguments).map { strdup($0) } + [nil]
      var envp = [strdup("PATH=/usr/sbin:/sbin:/usr/bin:/bin"), nil]
      defer { for text in argv + envp { free(text) } }
      var status: Int32 = -1
      guard posix_spawn(&pid, try path(), nil, nil, &argv, &envp) == 0 else {
        throw Failed(command: arguments)
      }
      while waitpid(pid, &status, 0) == -1, errno == EINTR {}
      guard status == 0 else { throw Failed(command: arguments) }
    }

    private static func path() throws -> String {
      for folder in ["/usr/sbin", "/sbin", "/usr/bin", "/bin"] {
        if access("\(folder)/ip", X_OK) == 0 { return "\(folder)/ip" }
      }
      throw NotPermitted()
    }
  }
#endif
