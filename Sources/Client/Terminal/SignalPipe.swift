#if canImport(Darwin)
  import Darwin
#elseif canImport(Musl)
  import Musl
#else
  import Glibc
#endif

/// Signals as bytes on a descriptor, so that one `poll` waits for them and for the socket.
///
/// The signals are blocked in every thread and a thread of its own takes them with `sigwait`; no code ever runs inside a
/// signal handler. Made once, before other threads; it lives as long as the process.
struct SignalPipe {
  /// Readable while a signal waits.
  let descriptor: Int32

  /// - Throws: ``Failure`` where the system has no pipe or thread left.
  init(_ signals: [Int32]) throws(Failure) {
    var ends: [Int32] = [-1, -1]
    guard pipe(&ends) == 0 else { throw .noDaemon("pipe: \(System.message(errno))") }
    for end in ends { _ = fcntl(end, F_SETFD, FD_CLOEXEC) }
    descriptor = ends[0]

    var set = sigset_t()
    sigemptyset(&set)
    for signal in signals { sigaddset(&set, signal) }
    pthread_sigmask(SIG_BLOCK, &set, nil)
    let context = UnsafeMutablePointer<Context>.allocate(capacity: 1)
    context.initialize(to: Context(set: set, output: ends[1]))
    #if canImport(Darwin)
      var thread: pthread_t?
    #else
      var thread = pthread_t()
    #endif
    let problem = pthread_create(&thread, nil, SignalPipe.forward, context)
    guard problem == 0 else { throw .noDaemon("pthread_create: \(System.message(problem))") }
  }

  /// What the forwarding thread owns, to the end of the process.
  private struct Context {
    var set: sigset_t
    let output: Int32
  }

  #if canImport(Darwin)
    private typealias Body = @convention(c) (UnsafeMutableRawPointer) -> UnsafeMutableRawPointer?
  #else
    private typealias Body = @convention(c) (UnsafeMutableRawPointer?) -> UnsafeMutableRawPointer?
  #endif

  private static var forward: Body {
    { pointer in
      let raw: UnsafeMutableRawPointer? = pointer
      guard let context = raw?.assumingMemoryBound(to: Context.self) else { return nil }
      var signal: Int32 = 0
      while sigwait(&context.pointee.set, &signal) == 0 {
        if Files.write([UInt8(truncatingIfNeeded: signal)], to: context.pointee.output) != nil {
          break
        }
      }
      return nil
    }
  }

  /// The signal that waits; call only when `descriptor` is readable.
  func take() -> Int32? {
    guard case .bytes(let bytes) = Files.read(descriptor, limit: 1) else { return nil }
    return bytes.first.map(Int32.init)
  }
}
