/// The readable text of an HTML page: one pass, no tree, no scripts, never an error. Headings, lists, paragraphs and
/// preformatted text keep their shape; what only a browser needs is left out.
struct HTMLText {
  private let bytes: [UInt8]
  private var at = 0
  private var out: [UInt8] = []
  private var title: [UInt8] = []
  private var isInTitle = false
  private var preformatted = 0
  private var pendingSpace = false
  private var pendingBreaks = 0

  private static let skipped: Set<String> = [
    "script", "style", "noscript", "template", "svg", "iframe", "object", "canvas", "select",
    "textarea",
  ]
  private static let blocks: Set<String> = [
    "p", "div", "section", "article", "header", "footer", "main", "aside", "nav", "ul", "ol",
    "table",
    "blockquote", "pre", "figure", "form", "dl", "h1", "h2", "h3", "h4", "h5", "h6", "hr",
  ]
  private static let lines: Set<String> = ["br", "li", "tr", "dt", "dd", "option", "figcaption"]

  private init(_ bytes: [UInt8]) { self.bytes = bytes }

  /// The text of a page and its title; both may be empty.
  static func read(_ html: String) -> (title: String, text: String) {
    var reader = HTMLText(Array(html.utf8))
    reader.run()
    let title = String(decoding: reader.title, as: UTF8.self)
    return (
      title.split(whereSeparator: \.isWhitespace).joined(separator: " "),
      String(decoding: reader.out, as: UTF8.self)
    )
  }

  private mutating func run() {
    while at < bytes.count {
      if bytes[at] == UInt8(ascii: "<"), at + 1 < bytes.count, takeMarkup() { continue }
      takeText()
    }
  }

  /// A tag or a comment; false where the `<` is text.
  private mutating func takeMarkup() -> Bool {
    if starts("<!--") {
      at = find("-->", from: at + 4).map { $0 + 3 } ?? bytes.count
      return true
    }
    let next = bytes[at + 1]
    if next == UInt8(ascii: "!") || next == UInt8(ascii: "?") {
      at = find(">", from: at).map { $0 + 1 } ?? bytes.count
      return true
    }
    let isEnd = next == UInt8(ascii: "/")
    let start = at + (isEnd ? 2 : 1)
    var end = start
    while end < bytes.count, end - start < 32, isNameByte(bytes[end]) { end += 1 }
    guard end > start, bytes[start] | 0x20 >= UInt8(ascii: "a") else { return false }
    let name = String(decoding: bytes[start..<end], as: UTF8.self).lowercased()
    at = endOfTag(from: end)
    apply(name, isEnd)
    return true
  }

  private func isNameByte(_ byte: UInt8) -> Bool {
    switch byte | 0x20 {
    case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "0")...UInt8(ascii: "9"): true
    default: byte == UInt8(ascii: "-")
    }
  }

  /// Behind the `>` that ends a tag; quoted attribute values may hold one.
  private func endOfTag(from start: Int) -> Int {
    var place = start
    var quote: UInt8?
    while place < bytes.count {
      let byte = bytes[place]
      if let open = quote {
        if byte == open { quote = nil }
      } else if byte == UInt8(ascii: "\"") || byte == UInt8(ascii: "'") {
        quote = byte
      } else if byte == UInt8(ascii: ">") {
        return place + 1
      }
      place += 1
    }
    return bytes.count
  }

  private mutating func apply(_ name: String, _ isEnd: Bool) {
    if Self.skipped.contains(name), !isEnd {
      skip(to: name)
      return
    }
    if name == "title" { isInTitle = !isEnd && title.isEmpty }
    if name == "body" { isInTitle = false }
    if name == "pre" { preformatted = max(0, preformatted + (isEnd ? -1 : 1)) }
    if Self.blocks.contains(name) {
      pendingBreaks = max(pendingBreaks, 2)
    } else if Self.lines.contains(name), !(isEnd && name == "br") {
      pendingBreaks = max(pendingBreaks, 1)
    } else if name == "td" || name == "th" {
      pendingSpace = true
    }
    guard !isEnd else { return }
    if name == "li" { append("- ".utf8) }
    if name.utf8.count == 2, name.first == "h", let level = name.last?.wholeNumberValue, level > 0 {
      append((String(repeating: "#", count: min(level, 6)) + " ").utf8)
    }
  }

  private mutating func skip(to name: String) {
    let end = Array("</\(name)".utf8)
    while at < bytes.count {
      if bytes[at] == end[0], at + end.count <= bytes.count,
        zip(bytes[at..<(at + end.count)], end).allSatisfy({ $0 == $1 || $0 | 0x20 == $1 })
      {
        at = endOfTag(from: at + end.count)
        return
      }
      at += 1
    }
  }

  private mutating func takeText() {
    let byte = bytes[at]
    if byte == UInt8(ascii: "&"), let (text, length) = entity() {
      at += length
      append(text.utf8)
      return
    }
    at += 1
    let isSpace = byte == 0x20 || (0x09...0x0D).contains(byte)
    if isSpace, preformatted > 0, byte == 0x0A || byte == 0x20 || byte == 0x09, !isInTitle {
      append(CollectionOfOne(byte))
    } else if isSpace {
      pendingSpace = true
    } else {
      append(CollectionOfOne(byte))
    }
  }

  private mutating func append(_ text: some Collection<UInt8>) {
    if isInTitle {
      if pendingSpace { title.append(0x20) }
      pendingSpace = false
      title.append(contentsOf: text)
      return
    }
    if pendingBreaks > 0 {
      if !out.isEmpty { out.append(contentsOf: repeatElement(0x0A, count: pendingBreaks)) }
    } else if pendingSpace, !out.isEmpty, out.last != 0x0A, out.last != 0x20 {
      out.append(0x20)
    }
    pendingBreaks = 0
    pendingSpace = false
    out.append(contentsOf: text)
  }

  private func starts(_ text: String) -> Bool { bytes[at...].starts(with: text.utf8) }

  private func find(_ text: String, from start: Int) -> Int? {
    let wanted = Array(text.utf8)
    var place = start
    while place + wanted.count <= bytes.count {
      if bytes[place] == wanted[0], bytes[place...].starts(with: wanted) { return place }
      place += 1
    }
    return nil
  }

  private static let names: [String: String] = [
    "amp": "&", "lt": "<", "gt": ">", "quot": "\"", "apos": "'", "nbsp": " ", "copy": "©",
    "reg": "®", "trade": "™", "mdash": "—", "ndash": "–", "hellip": "…", "lsquo": "‘",
    "rsquo": "’", "ldquo": "“", "rdquo": "”", "bull": "•", "middot": "·", "euro": "€",
    "pound": "£", "times": "×", "laquo": "«", "raquo": "»", "deg": "°", "shy": "",
  ]

  private func entity() -> (String, Int)? {
    let window = bytes[at..<min(at + 12, bytes.count)]
    guard let end = window.firstIndex(of: UInt8(ascii: ";")), end > at + 1 else { return nil }
    let name = String(decoding: bytes[(at + 1)..<end], as: UTF8.self)
    let length = end + 1 - at
    if let text = Self.names[name] { return (text, length) }
    guard name.hasPrefix("#") else { return nil }
    let digits = name.dropFirst()
    let isHex = digits.first == "x" || digits.first == "X"
    let code = isHex ? UInt32(digits.dropFirst(), radix: 16) : UInt32(digits)
    guard let code, let scalar = Unicode.Scalar(code), code >= 0x20 || code == 0x0A else {
      return nil
    }
    return (String(scalar), length)
  }
}
