import Wire

/// What is sent to the model: the words of the command line, what was piped in, and images.
enum Prompt {
  /// Bytes of text that may be piped in.
  static let textLimit = 8 << 20
  /// Bytes of all images together: as base64 they have to fit into one message.
  static let imageLimit = 11 << 20

  /// The content of `message/send`: a string, or blocks where there are images.
  /// - Throws: ``Failure`` where there is nothing to send or an image is none.
  static func content(words: String, piped: String, images: [String]) throws(Failure) -> JSON {
    let text = [words, piped].filter { !$0.isEmpty }.joined(separator: "\n\n")
    guard !images.isEmpty else {
      guard !text.isEmpty else {
        throw .usage("there is nothing to ask", hint: "qlaud ask \"…\", or pipe a text into it")
      }
      return .string(text)
    }
    var blocks: [JSON] = []
    var left = imageLimit
    for path in images {
      let bytes = try Files.contents(path, limit: left)
      left -= bytes.count
      guard let type = mediaType(bytes) else {
        throw .usage("--image: \(path) is no PNG, JPEG, GIF or WebP")
      }
      blocks.append([
        "type": "image",
        "source": [
          "type": "base64", "media_type": .string(type), "data": .string(Base64.encode(bytes)),
        ],
      ])
    }
    if !text.isEmpty { blocks.append(["type": "text", "text": .string(text)]) }
    return .array(blocks)
  }

  /// What was piped into standard input; empty where nothing was.
  /// - Throws: ``Failure`` where it is too long or not UTF-8.
  static func piped(wanted: Bool) throws(Failure) -> String {
    guard wanted || Files.isFed(0) else { return "" }
    let bytes = try Files.readAll(0, name: "standard input", limit: textLimit)
    guard let text = String(validating: bytes, as: UTF8.self) else {
      throw .usage("standard input: must be UTF-8 text")
    }
    return String(text.reversed().drop { $0.isNewline }.reversed())
  }

  /// The kind of an image by its first bytes.
  static func mediaType(_ bytes: [UInt8]) -> String? {
    if bytes.starts(with: [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A]) { return "image/png" }
    if bytes.starts(with: [0xFF, 0xD8, 0xFF]) { return "image/jpeg" }
    if bytes.starts(with: "GIF8".utf8) { return "image/gif" }
    if bytes.starts(with: "RIFF".utf8), bytes.dropFirst(8).starts(with: "WEBP".utf8) {
      return "image/webp"
    }
    return nil
  }
}
