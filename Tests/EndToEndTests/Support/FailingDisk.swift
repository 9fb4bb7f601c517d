import Foundation

/// Calls of a daemon on its database that fail when a test says so: `contrib/bench/diskfault.c`, compiled and preloaded.
final class FailingDisk: Sendable {
  enum Calls: Int32 {
    case write = 1
    case sync = 2
    case open = 4
    case size = 8
    case any = 15
  }

  /// Nil where there is no C compiler or nothing can be preloaded: the caller says so and leaves that part out.
  static let library: String? = {
    #if os(Linux)
      let source = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
        .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
        .appendingPathComponent("contrib/bench/diskfault.c").path
      let target = NSTemporaryDirectory() + "diskfault-\(getpid()).so"
      let compilers: [String] = ["/usr/bin/cc", "/usr/bin/gcc", "/usr/bin/clang"]
      guard let compiler = compilers.first(where: { access($0, X_OK) == 0 }) else { return nil }
      let built = try? Spawn.run([compiler, "-shared", "-fPIC", "-o", target, source, "-ldl"])
      return built?.status == 0 ? target : nil
    #else
      return nil
    #endif
  }()

  private let control: Int32
  private let path: String

  /// - Parameter folder: where the control file goes.
  init(in folder: TemporaryFolder) throws {
    path = folder["control"]
    control = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0o600)
    guard control >= 0 else { throw POSIXError(.EIO) }
    heal()
  }
  deinit { close(control) }

  /// What the daemon's environment must hold.
  func environment(files: String = "q.db") -> [String: String] {
    [
      "LD_PRELOAD": Self.library ?? "", "QLAUD_FAULT_CONTROL": path, "QLAUD_FAULT_FILES": files,
    ]
  }

  /// From now on these calls fail, after `skip` that pass, `times` times or until ``heal()``.
  func fail(_ calls: Calls, with code: Int32, skip: Int32 = 0, times: Int32 = -1) {
    set([calls.rawValue, code, skip, times, 0])
  }
  func heal() { set([0, 0, 0, 0, 0]) }

  /// How many calls have failed since ``fail(_:with:skip:times:)``.
  var hits: Int32 {
    var value: Int32 = 0
    pread(control, &value, 4, 16)
    return value
  }

  private func set(_ values: [Int32]) {
    // The mask goes off first and on last, so that a half-written order fails nothing.
    let off: [Int32] = [0]
    pwrite(control, off, 4, 0)
    pwrite(control, values, 4 * values.count, 0)
  }
}
