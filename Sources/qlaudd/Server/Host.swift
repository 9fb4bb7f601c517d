#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

/// The few things the server asks of the operating system.
package enum Host {
  /// This process.
  package static var processID: Int32 { getpid() }
  /// This user.
  static var userID: UInt32 { getuid() }
  /// What an error number means.
  static func errorText(_ code: Int32) -> String { String(cString: strerror(code)) }

  /// The error of the last system call, as a complaint about what it was to do.
  package static func failure(_ what: String) -> ServerError { .system(what: what, code: errno) }
}
