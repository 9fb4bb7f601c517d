/// One server-sent event.
package struct SSEEvent: Sendable, Equatable {
  /// The `event` field; nil where there is none.
  package let name: String?
  /// The `data` lines, joined by line feeds. Bytes that are no UTF-8 are replaced.
  package let data: String
  /// The last `id` that came, with this event or an earlier one; nil while there was none.
  package let id: String?
  /// An event.
  package init(name: String? = nil, data: String, id: String? = nil) {
    self.name = name
    self.data = data
    self.id = id
  }
}

/// Cuts a byte stream into server-sent events (WHATWG HTML, 9.2.6): a pure machine, fed in pieces of any size. Lines end in LF, CR
/// or CRLF; a byte order mark at the start, comments and unknown fields are passed over.
///
/// It departs from the standard in one point: ``finish()`` gives an event whose blank line never came, because model
/// providers end their streams so.
///
/// States: `start` (a byte order mark may come) → `line` ⇄ `afterCR` (a line feed belongs to the line that has just
/// ended); `failed` is final.
package struct SSEDecoder: Sendable {
  /// An event, or a line, is over the limit.
  package struct Overflow: Error, Sendable, Equatable, CustomStringConvertible {
    /// The limit in bytes.
    package let limit: Int
    package var description: String { "an event of the stream is over \(limit) bytes" }
  }
  private enum State { case start, line, afterCR, failed }

  private let limit: Int
  private var state = State.start
  /// The line that is not yet at its end.
  private var line: [UInt8] = []
  private var data: [UInt8] = []
  private var hasData = false
  private var name: String?
  private var id: String?
  private var ready: [SSEEvent] = []
  private var taken = 0
  /// The last `retry` field: milliseconds to wait before a new connection.
  package private(set) var retryMilliseconds: Int?

  /// A decoder at the start of a stream. `maxEventBytes` bounds one event with its unfinished line.
  package init(maxEventBytes: Int = 16 << 20) { limit = maxEventBytes }

  /// Takes the next bytes.
  /// - Throws: ``Overflow``, then and for ever after. Events that were complete before can still be taken.
  package mutating func append(_ bytes: some Collection<UInt8>) throws(Overflow) {
    let fits =
      bytes.withContiguousStorageIfAvailable { consume($0) }
      ?? Array(bytes).withUnsafeBufferPointer { consume($0) }
    if !fits { throw Overflow(limit: limit) }
  }

  /// The next complete event, in order; nil when more bytes are needed.
  package mutating func next() -> SSEEvent? {
    guard taken < ready.count else { return nil }
    defer {
      taken += 1
      if taken == ready.count {
        ready.removeAll(keepingCapacity: true)
        taken = 0
      }
    }
    return ready[taken]
  }

  /// The stream has ended: gives the event that lacks its blank line, where there is one. Call it after ``next()`` has
  /// given nil.
  package mutating func finish() -> SSEEvent? {
    guard state != .failed else { return nil }
    if !line.isEmpty {
      // Taken out while it is read: the reader changes the decoder.
      let last = line
      line = []
      last.withUnsafeBufferPointer { field($0) }
    }
    dispatch()
    return next()
  }

  private mutating func consume(_ bytes: UnsafeBufferPointer<UInt8>) -> Bool {
    guard state != .failed else { return false }
    var start = 0
    if state == .afterCR, let first = bytes.first {
      if first == 0x0A { start = 1 }
      state = .line
    }
    while let end = bytes[start...].firstIndex(where: { $0 == 0x0A || $0 == 0x0D }) {
      let piece = UnsafeBufferPointer(rebasing: bytes[start..<end])
      guard fits(piece.count) else { return fail() }
      finishLine(piece)
      start = end + 1
      if bytes[end] == 0x0D {
        if start == bytes.count {
          state = .afterCR
        } else if bytes[start] == 0x0A {
          start += 1
        }
      }
    }
    guard fits(bytes.count - start) else { return fail() }
    line.append(contentsOf: UnsafeBufferPointer(rebasing: bytes[start...]))
    return true
  }

  private func fits(_ count: Int) -> Bool { count <= limit - line.count - data.count }

  private mutating func fail() -> Bool {
    state = .failed
    line = []
    data = []
    return false
  }

  private mutating func finishLine(_ piece: UnsafeBufferPointer<UInt8>) {
    guard !line.isEmpty else { return whole(piece) }
    line.append(contentsOf: piece)
    // Taken out for the same reason as in `finish`.
    var full: [UInt8] = []
    swap(&full, &line)
    full.withUnsafeBufferPointer { whole($0) }
    full.removeAll(keepingCapacity: true)
    swap(&full, &line)
  }

  private mutating func whole(_ line: UnsafeBufferPointer<UInt8>) {
    if line.isEmpty { dispatch() } else { field(line) }
    if state == .start { state = .line }
  }

  private mutating func field(_ given: UnsafeBufferPointer<UInt8>) {
    var line = given
    if state == .start {
      state = .line
      if line.starts(with: [0xEF, 0xBB, 0xBF]) {
        line = UnsafeBufferPointer(rebasing: line.dropFirst(3))
        if line.isEmpty { return dispatch() }
      }
    }
    let colon = line.firstIndex(of: UInt8(ascii: ":")) ?? line.count
    let name = line[..<colon]
    var value = line[min(colon + 1, line.count)...]
    if value.first == UInt8(ascii: " ") { value = value.dropFirst() }
    if name.elementsEqual("data".utf8) {
      if hasData { data.append(0x0A) }
      data.append(contentsOf: value)
      hasData = true
    } else if name.elementsEqual("event".utf8) {
      self.name = value.isEmpty ? nil : String(decoding: value, as: UTF8.self)
    } else if name.elementsEqual("id".utf8) {
      // The standard: an id with a NUL in it is passed over, an empty one clears the last.
      if !value.contains(0) {
        id = value.isEmpty ? nil : String(decoding: value, as: UTF8.self)
      }
    } else if name.elementsEqual("retry".utf8) {
      let isNumber = !value.isEmpty && value.allSatisfy { (0x30...0x39).contains($0) }
      if isNumber, let number = Int(String(decoding: value, as: UTF8.self)) {
        retryMilliseconds = number
      }
    }
  }

  private mutating func dispatch() {
    if hasData {
      ready.append(SSEEvent(name: name, data: String(decoding: data, as: UTF8.self), id: id))
    }
    hasData = false
    data.removeAll(keepingCapacity: true)
    name = nil
  }
}
