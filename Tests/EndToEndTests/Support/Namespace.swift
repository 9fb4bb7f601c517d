import Foundation

/// A private mount namespace that a process of its own keeps open, where the system permits one.
final class Namespace: Sendable {
  private let keeper: pid_t

  /// Whether this account may make one.
  static let isPermitted: Bool = {
    let made = try? Spawn.run(["/usr/bin/unshare", "-m", "/bin/true"])
    return made?.status == 0 && access("/usr/bin/nsenter", X_OK) == 0
  }()

  /// - Parameter mount: a shell command that ends in `exec "$@"`.
  init(mount: String) throws {
    var ready: [Int32] = [0, 0]
    guard pipe(&ready) == 0 else { throw POSIXError(.EIO) }
    defer { close(ready[0]) }
    let folder = try TemporaryFolder()
    // It says that the mount is there, then sleeps until it is killed.
    keeper = try Spawn.start(
      [
        "/usr/bin/unshare", "-m", "--propagation", "private", "/bin/sh", "-c", mount, "sh",
        "/bin/sh", "-c", "echo ready >&3; exec 3>&-; exec sleep 100000",
      ], environment: [:], readyPipe: ready[1], log: folder["log"])
    close(ready[1])
    var byte: UInt8 = 0
    guard read(ready[0], &byte, 1) == 1 else { throw POSIXError(.EPERM) }
  }

  deinit {
    kill(keeper, SIGKILL)
    var status: Int32 = 0
    while waitpid(keeper, &status, 0) == -1, errno == EINTR {}
  }

  /// What runs a program in it.
  var enter: [String] { ["/usr/bin/nsenter", "-t", String(keeper), "-m"] }

  /// A path as it is seen from outside.
  private func outside(_ path: String) -> String { "/proc/\(keeper)/root\(path)" }

  /// Writes a file until the disk is full.
  func fill(_ path: String) throws {
    let file = open(outside(path), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0o600)
    guard file >= 0 else { throw POSIXError(.EIO) }
    defer { close(file) }
    for size in [65_536, 4096, 1] {
      let bytes = [UInt8](repeating: 0, count: size)
      while write(file, bytes, size) == size {}
    }
  }

  func remove(_ path: String) throws {
    guard unlink(outside(path)) == 0 else { throw POSIXError(.ENOENT) }
  }
}
