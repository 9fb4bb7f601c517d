import Foundation

/// A file of ours, as text and as code alone.
struct SourceFile: Sendable {
  /// From the repository's root.
  let path: String
  let lines: [String]
  /// The lines with comments and the contents of strings blanked out.
  let code: [String]

  var name: String { String(path.split(separator: "/").last ?? "") }

  static let root = URL(filePath: #filePath).deletingLastPathComponent()
    .deletingLastPathComponent().deletingLastPathComponent()

  static func exists(_ folder: String) -> Bool {
    FileManager.default.fileExists(atPath: root.appending(path: folder).path())
  }

  /// Everything below Sources, read once: every rule goes through it.
  private static let sources = Result { try read("Sources") }

  /// The files below a folder, in the order of their paths; none where the folder is missing.
  static func below(_ folder: String, extensions: Set<String> = ["swift"]) throws -> [SourceFile] {
    let files =
      folder == "Sources" || folder.hasPrefix("Sources/") ? try sources.get() : try read(folder)
    return files.filter {
      $0.path.hasPrefix(folder + "/") && extensions.contains(URL(filePath: $0.path).pathExtension)
    }
  }

  private static func read(_ folder: String) throws -> [SourceFile] {
    let base = root.appending(path: folder)
    guard let walk = FileManager.default.enumerator(atPath: base.path()) else { return [] }
    let paths = walk.compactMap { $0 as? String }.sorted()
    return try paths.filter { ["swift", "c", "h"].contains(URL(filePath: $0).pathExtension) }.map {
      let text = try String(contentsOf: base.appending(path: $0), encoding: .utf8)
      return SourceFile(path: "\(folder)/\($0)", text: text)
    }
  }

  init(path: String, text: String) {
    self.path = path
    lines = Self.split(text)
    code = Self.split(Self.codeAlone(text))
  }

  private static func split(_ text: String) -> [String] {
    text.split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
  }

  private enum Place: Equatable {
    case code
    case lineComment
    case blockComment(depth: Int)
    case string(hashes: Int, isMultiline: Bool)
  }

  /// Replaces comments and strings by spaces and keeps every line end, so that line numbers stay. Code inside an
  /// interpolation counts as string.
  static func codeAlone(_ text: String) -> String {
    let all = Array(text)
    var out: [Character] = []
    out.reserveCapacity(all.count)
    var place = Place.code
    var at = 0
    func stands(_ word: String, _ index: Int) -> Bool {
      index + word.count <= all.count && String(all[index..<index + word.count]) == word
    }
    func blank(_ count: Int) {
      for index in at..<min(at + count, all.count) {
        out.append(all[index].isNewline ? all[index] : " ")
      }
      at += count
    }
    while at < all.count {
      switch place {
      case .code:
        let hashes = all[at...].prefix { $0 == "#" }.count
        if stands("//", at) {
          place = .lineComment
        } else if stands("/*", at) {
          place = .blockComment(depth: 1)
          blank(2)
        } else if stands("\"\"\"", at + hashes) {
          place = .string(hashes: hashes, isMultiline: true)
          blank(hashes + 3)
        } else if stands("\"", at + hashes) {
          place = .string(hashes: hashes, isMultiline: false)
          blank(hashes + 1)
        } else {
          out.append(all[at])
          at += 1
        }
      case .lineComment:
        if all[at].isNewline { place = .code }
        blank(1)
      case .blockComment(let depth):
        if stands("/*", at) {
          place = .blockComment(depth: depth + 1)
          blank(2)
        } else if stands("*/", at) {
          place = depth == 1 ? .code : .blockComment(depth: depth - 1)
          blank(2)
        } else {
          blank(1)
        }
      case .string(let hashes, let isMultiline):
        let fence = String(repeating: "#", count: hashes)
        let end = (isMultiline ? "\"\"\"" : "\"") + fence
        if stands(end, at) {
          place = .code
          blank(end.count)
        } else if stands("\\" + fence, at) {
          blank(fence.count + 2)
        } else if !isMultiline, all[at].isNewline {
          place = .code
          blank(1)
        } else {
          blank(1)
        }
      }
    }
    return String(out)
  }
}
