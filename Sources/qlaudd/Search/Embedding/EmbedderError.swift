/// Why the built-in embedder is not there. Search is text-only then, and says so with this.
package enum EmbedderError: Error, Equatable, CustomStringConvertible {
  /// A file is missing or may not be read.
  case unreadable(path: String, errno: Int32)
  /// A file does not hold what it should.
  case malformed(path: String, what: String)

  package var description: String {
    switch self {
    case .unreadable(let path, let errno): "\(path) cannot be read (error \(errno))"
    case .malformed(let path, let what): "\(path) is not what it should be: \(what)"
    }
  }
}
