import Wire

/// Reads an answer's body within its limits and makes a result of it.
enum ResponseText {
  /// What was read.
  struct Body: Sendable {
    let bytes: [UInt8]
    let isCutOff: Bool
  }

  /// Reads up to `limit` bytes, secrets taken out on the way: a secret that the cut would leave half of is dropped.
  static func read(_ response: ToolResponse, limit: Int, _ redactor: Redactor)
    async throws(SendFailure) -> Body
  {
    var stream = Redactor.Stream(redactor)
    var bytes: [UInt8] = []
    var room = limit
    var isCutOff = false
    try await response.read { piece in
      isCutOff = piece.count > room
      bytes += stream.take(isCutOff ? Array(piece.prefix(room)) : piece)
      room -= min(piece.count, room)
      return !isCutOff
    }
    return Body(bytes: bytes + stream.finish(isCutOff: isCutOff), isCutOff: isCutOff)
  }

  /// The body as JSON where it is that and complete, as text where it can be shown, as a note where it cannot.
  ///
  /// A compressed body is never unpacked: nobody here asks for one, and so a few bytes stay a few bytes.
  static func value(_ body: Body, of response: ToolResponse, limit: Int) -> JSON {
    let contentType = response.header("content-type")
    let coding = (response.header("content-encoding") ?? "").lowercased()
    if !["", "identity"].contains(coding), !body.bytes.isEmpty {
      let size = body.isCutOff ? "over \(limit)" : "\(body.bytes.count)"
      return .string("[compressed answer, not shown: \(coding.prefix(32)), \(size) bytes]")
    }
    let media = String((contentType ?? "").lowercased().prefix { $0 != ";" && $0 != " " })
    if isBinary(body.bytes, media) {
      let size = body.isCutOff ? "over \(limit)" : "\(body.bytes.count)"
      return .string(
        "[binary answer, not shown: \(media.isEmpty ? "no type" : media), \(size) bytes]")
    }
    if !body.isCutOff {
      do throws(JSONError) { return try JSON(parsing: body.bytes) } catch {
        // Not JSON, or JSON that we would not read back: it is text then.
        return .string(text(body.bytes, contentType))
      }
    }
    return .string(
      text(wholeScalars(body.bytes), contentType)
        + "\n[…truncated…] only the first \(limit) bytes of the answer are shown")
  }

  private static func text(_ bytes: [UInt8], _ contentType: String?) -> String {
    if let text = String(validating: bytes, as: UTF8.self) { return text }
    let type = (contentType ?? "").lowercased()
    if type.contains("iso-8859-1") || type.contains("windows-1252") || type.contains("latin1") {
      return String(String.UnicodeScalarView(bytes.map { Unicode.Scalar($0) }))
    }
    return String(decoding: bytes, as: UTF8.self)
  }

  private static func isBinary(_ bytes: [UInt8], _ media: String) -> Bool {
    if bytes.isEmpty { return false }
    if media.hasSuffix("+json") || media.hasSuffix("+xml") { return false }
    for prefix in ["image/", "audio/", "video/", "font/"] where media.hasPrefix(prefix) {
      return true
    }
    let kinds = [
      "application/pdf", "application/zip", "application/gzip", "application/octet-stream",
    ]
    if kinds.contains(media), String(validating: bytes, as: UTF8.self) == nil { return true }
    return bytes.contains(0)
  }

  /// Without the bytes of a character that the limit cut through.
  private static func wholeScalars(_ bytes: [UInt8]) -> [UInt8] {
    var end = bytes.count
    var back = 0
    while end > 0, back < 4 {
      let byte = bytes[end - 1]
      if byte < 0x80 { return bytes }
      back += 1
      if byte >= 0xC0 {
        let length = byte >= 0xF0 ? 4 : byte >= 0xE0 ? 3 : 2
        return length > back ? Array(bytes[..<(end - 1)]) : bytes
      }
      end -= 1
    }
    return bytes
  }
}
