import Foundation

/// A fresh folder that goes with its holder. Short, because a socket's path may have 107 bytes.
final class TemporaryFolder: Sendable {
  let path: String

  init() throws {
    var template = Array("/tmp/qe.XXXXXX".utf8CString)
    guard mkdtemp(&template) != nil else { throw POSIXError(.EIO) }
    path = String(decoding: template.dropLast().map(UInt8.init(bitPattern:)), as: UTF8.self)
  }

  deinit {
    do { try FileManager.default.removeItem(atPath: path) } catch {
      print("left behind: \(path): \(error)")
    }
  }

  subscript(name: String) -> String { "\(path)/\(name)" }
}
