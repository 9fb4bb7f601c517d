/// How a connection is cut into messages, chosen for good by its first bytes.
package enum Framing: Sendable, Equatable {
  /// JSON-RPC, one message a line.
  case lines
  /// JSON-RPC with the Language Server Protocol's `Content-Length` header.
  case contentLength
  /// HTTP/1.1.
  case http

  /// What the first bytes say; nil while they do not say enough (at most two bytes are needed).
  ///
  /// `Co` and `c` begin LSP's `Content-Length`, another upper-case letter an HTTP method (`CONNECT` among them); all else
  /// is lines, where what is no JSON gets a parse error.
  package static func sniff(_ prefix: some Collection<UInt8>) -> Framing? {
    guard let first = prefix.first else { return nil }
    if first == UInt8(ascii: "C") || first == UInt8(ascii: "c") {
      guard let second = prefix.dropFirst().first else { return nil }
      if second == UInt8(ascii: "o") || first == UInt8(ascii: "c") { return .contentLength }
      return .http
    }
    return (UInt8(ascii: "A")...UInt8(ascii: "Z")).contains(first) ? .http : .lines
  }
}

/// One message as a framing cut it out, or why it could not.
package enum Frame: Sendable, Equatable {
  /// The bytes of one JSON-RPC message.
  case message([UInt8])
  /// A message over ``Limits/frameBytes``; it is skipped, the next one is read as usual.
  case tooLong
  /// The framing itself is broken and cannot be found again: answer and close.
  case broken(String)
}

/// Cuts a byte stream into messages: a pure machine that holds at most one unfinished message.
///
/// States: `reading` → `skipping` when a message is over the limit, back to `reading` at its end; `failed` is final.
package struct FrameDecoder: Sendable {
  private enum State {
    case reading
    case skipping(remaining: Int?)
    case failed
  }
  private let framing: Framing
  private let limit: Int
  private var state = State.reading
  private var buffer: [UInt8] = []
  /// Bytes of `buffer` that are used up, and those that are known to hold no line end.
  private var start = 0
  private var scanned = 0

  /// A decoder for `.lines` or `.contentLength` that refuses messages over `limit` bytes.
  package init(_ framing: Framing, limit: Int = Limits.frameBytes) {
    self.framing = framing
    self.limit = limit
  }

  /// Takes bytes as they came. After a broken frame nothing more is kept.
  package mutating func append(_ bytes: some Collection<UInt8>) {
    if case .failed = state { return }
    if start > 0, start == buffer.count || start > 64 << 10 {
      buffer.removeFirst(start)
      scanned = max(0, scanned - start)
      start = 0
    }
    buffer.append(contentsOf: bytes)
  }

  /// The next frame, or nil until more bytes come.
  package mutating func next() -> Frame? {
    switch framing {
    case .lines: nextLine()
    case .contentLength: nextCounted()
    case .http: nil
    }
  }

  /// What is left when the stream ends: a last line without its line end is a message, other remains are none.
  package mutating func finish() -> Frame? {
    guard framing == .lines, case .reading = state, start < buffer.count else { return nil }
    append([UInt8(ascii: "\n")])
    return nextLine()
  }

  private mutating func nextLine() -> Frame? {
    while true {
      guard let end = indexOfNewline() else {
        guard buffer.count - start > limit else { return nil }
        discardAll()
        if case .skipping = state { return nil }
        state = .skipping(remaining: nil)
        return .tooLong
      }
      let line = buffer[start..<end]
      start = end + 1
      scanned = start
      if case .skipping = state {
        state = .reading
        continue
      }
      guard line.count <= limit else { return .tooLong }
      let isBlank = line.allSatisfy { $0 == 0x20 || $0 == 0x09 || $0 == 0x0D }
      if !isBlank { return .message(Array(line)) }
    }
  }

  private mutating func indexOfNewline() -> Int? {
    let from = max(start, scanned)
    let found = buffer.withUnsafeBufferPointer { pointer in
      UnsafeBufferPointer(rebasing: pointer[from...]).firstIndex(of: UInt8(ascii: "\n"))
    }
    scanned = buffer.count
    return found.map { $0 + from }
  }

  private mutating func discardAll() {
    buffer.removeAll(keepingCapacity: false)
    start = 0
    scanned = 0
  }

  private mutating func nextCounted() -> Frame? {
    while true {
      switch state {
      case .failed: return nil
      case .skipping(let remaining?):
        let here = min(remaining, buffer.count - start)
        start += here
        state = here == remaining ? .reading : .skipping(remaining: remaining - here)
        if here < remaining { return nil }
      case .reading, .skipping(nil):
        guard let header = headerBlock() else {
          guard buffer.count - start > Limits.frameHeaderBytes else { return nil }
          return fail("header block over \(Limits.frameHeaderBytes) bytes")
        }
        guard let length = Self.contentLength(buffer[start..<header.end]) else {
          return fail("Content-Length: must stand once, as a whole number")
        }
        if length > limit {
          start = header.next
          state = .skipping(remaining: length)
          return .tooLong
        }
        guard buffer.count - header.next >= length else { return nil }
        let body = Array(buffer[header.next..<header.next + length])
        start = header.next + length
        return .message(body)
      }
    }
  }

  private mutating func fail(_ why: String) -> Frame {
    state = .failed
    discardAll()
    return .broken(why)
  }

  /// The header block that starts at `start`: where it ends and where the body begins. LF alone is tolerated.
  private func headerBlock() -> (end: Int, next: Int)? {
    var lineStart = start
    let stop = min(buffer.count, start + Limits.frameHeaderBytes)
    var index = start
    while index < stop {
      defer { index += 1 }
      guard buffer[index] == UInt8(ascii: "\n") else { continue }
      let line = buffer[lineStart..<index]
      if line.isEmpty || line.elementsEqual([UInt8(ascii: "\r")]) { return (lineStart, index + 1) }
      lineStart = index + 1
    }
    return nil
  }

  private static func contentLength(_ header: ArraySlice<UInt8>) -> Int? {
    var found: Int?
    for line in String(decoding: header, as: UTF8.self).split(whereSeparator: \.isNewline) {
      guard let colon = line.firstIndex(of: ":"), line[..<colon].lowercased() == "content-length"
      else { continue }
      let digits = line[line.index(after: colon)...].drop { $0 == " " }
      guard found == nil, !digits.isEmpty, digits.utf8.allSatisfy({ (48...57).contains($0) }),
        let value = Int(digits)
      else { return nil }
      found = value
    }
    return found
  }

  /// One message in this framing.
  package static func frame(_ message: [UInt8], as framing: Framing) -> [UInt8] {
    switch framing {
    case .contentLength: Array("Content-Length: \(message.count)\r\n\r\n".utf8) + message
    case .lines, .http: message + [UInt8(ascii: "\n")]
    }
  }
}
