import Glibc

/// Folders that only their owner may enter.
enum PrivateFolder {
  struct Failure: Error, CustomStringConvertible {
    let path: String
    let code: Int32
    var description: String { "\(path): \(String(cString: strerror(code)))" }
  }

  /// Makes the folder and the missing ones above it, with mode 0700; one that is there stays as it is.
  static func create(_ path: String) throws(Failure) {
    var built = path.hasPrefix("/") ? "" : "."
    for part in path.split(separator: "/") {
      built += "/\(part)"
      guard mkdir(built, 0o700) != 0, errno != EEXIST else { continue }
      let code = errno
      var status = stat()
      guard stat(built, &status) == 0 else { throw Failure(path: built, code: code) }
    }
  }
}
