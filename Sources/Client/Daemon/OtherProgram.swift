#if canImport(Darwin)
  import Darwin
#elseif canImport(Musl)
  import Musl
#else
  import Glibc
#endif

/// A program that is run to its end with our own standard streams.
enum OtherProgram {
  /// - Returns: its exit status; 128 and the signal's number where one ended it.
  /// - Throws: ``Failure`` where it cannot be started.
  static func run(_ executable: String, _ arguments: [String]) throws(Failure) -> Int32 {
    var child: pid_t = 0
    var pointers = ([executable] + arguments).map { strdup($0) } + [nil]
    defer { for pointer in pointers { free(pointer) } }
    let problem = posix_spawn(&child, executable, nil, nil, &pointers, environ)
    guard problem == 0 else { throw .noDaemon("\(executable): \(System.message(problem))") }
    var status: Int32 = 0
    while waitpid(child, &status, 0) < 0 {
      guard errno == EINTR else { throw .noDaemon("\(executable): \(System.message(errno))") }
    }
    return status & 0x7F == 0 ? (status >> 8) & 0xFF : 128 + (status & 0x7F)
  }
}
