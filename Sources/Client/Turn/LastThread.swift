/// The thread that was used last, for `--continue`.
struct LastThread {
  let path: String

  /// - Throws: ``Failure`` where there is none.
  func read() throws(Failure) -> String {
    let text: String
    do throws(Failure) {
      text = String(decoding: try Files.contents(path, limit: 1024), as: UTF8.self)
    } catch {
      throw .usage("--continue: there is no last thread yet", hint: error.message)
    }
    let id = String(text.filter { !$0.isWhitespace })
    guard !id.isEmpty else { throw .usage("--continue: there is no last thread yet") }
    return id
  }

  /// - Throws: ``Failure`` where it cannot be written.
  func remember(_ id: String) throws(Failure) {
    if let slash = path.lastIndex(of: "/") { try Files.makeDirectory(String(path[..<slash])) }
    try Files.replace(path, with: Array((id + "\n").utf8))
  }
}
