#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

/// Why the server cannot listen.
package enum ServerError: Error, Equatable, CustomStringConvertible {
  /// Somebody listens at the path: another daemon.
  case socketInUse(path: String)
  /// A file that is no socket stands at the path; it is left alone.
  case notASocket(path: String)
  /// The path does not fit into a socket address. `limit` in bytes.
  case pathTooLong(path: String, limit: Int)
  /// The socket's directory belongs to another user, who could replace the socket.
  case directoryNotOurs(path: String, owner: UInt32)
  /// TCP is served on loopback addresses only.
  case notLoopback(host: String)
  /// Another program has the TCP port.
  case addressInUse(host: String, port: Int)
  /// A socket that the service manager passed cannot be served.
  case unusableActivatedSocket(descriptor: Int32, why: String)
  /// The operating system refused. `code` is the errno.
  case system(action: String, subject: String, code: Int32)

  package var description: String {
    switch self {
    case .socketInUse(let path): "socket \(path): another process listens there"
    case .notASocket(let path): "socket \(path): there is a file that is not a socket; move it away"
    case .pathTooLong(let path, let limit):
      "socket \(path): the path has \(path.utf8.count) bytes, a socket address holds \(limit)"
    case .directoryNotOurs(let path, let owner):
      "socket directory \(path): belongs to user \(owner), must belong to the daemon's user"
    case .notLoopback(let host):
      "listen \(host): must be a loopback address (127.0.0.1, ::1 or localhost)"
    case .addressInUse(let host, let port): "listen \(host):\(port): the port is in use"
    case .unusableActivatedSocket(let descriptor, let why):
      "activated socket \(descriptor): \(why)"
    case .system(let action, let subject, let code):
      "cannot \(action) \(subject): \(String(cString: strerror(code)))"
    }
  }

  /// The value of a CHost call, or the errno that it answered as an error.
  static func check(_ result: Int32, _ action: String, _ subject: String) throws(ServerError)
    -> Int32
  {
    guard result >= 0 else {
      throw .system(action: action, subject: subject, code: -result)
    }
    return result
  }
}
