import Synchronization

#if canImport(Darwin)
  import Darwin
#else
  import Glibc
#endif

/// One request as the server read it.
package struct LoopbackRequest: Sendable, Equatable {
  /// One header as it came.
  package struct Header: Sendable, Equatable {
    package let name: String
    package let value: String
  }
  package let method: String
  /// Path and query, as they stood in the request line.
  package let target: String
  package let headers: [Header]
  /// The whole body; chunked bodies are put together.
  package let body: [UInt8]
  /// The connection's number, counted from 0: two requests with the same number shared a connection.
  package let connection: Int

  /// The first header of this name, in any case.
  package func header(_ name: String) -> String? {
    headers.first { $0.name.lowercased() == name.lowercased() }?.value
  }
  /// The body as text.
  package var text: String { String(decoding: body, as: UTF8.self) }
}

/// What a server or a gate could not do.
package enum LoopbackError: Error, Equatable {
  /// A system call failed with this `errno`.
  case system(call: String, errno: Int32)
  /// The peer closed or reset the connection.
  case peerGone
  /// What came was no HTTP/1.1 request.
  case malformed(String)
  /// Nobody opened the gate in time.
  case gateTimeout
}

/// The server's end of one connection. Its calls block and belong to the thread that runs the handler.
package final class LoopbackConnection: Sendable {
  /// Counted from 0, in the order of acceptance.
  package let number: Int
  private let descriptor: Mutex<Int32?>
  /// What was read beyond the last request.
  private let surplus = Mutex<[UInt8]>([])

  init(number: Int, descriptor: Int32) {
    self.number = number
    self.descriptor = Mutex(descriptor)
  }

  /// Whether this end was closed.
  package var isClosed: Bool { descriptor.withLock { $0 == nil } }

  /// A whole answer. `content-length` is added unless `headers` name it.
  package func respond(
    status: Int = 200, headers: [(String, String)] = [], body: [UInt8] = []
  ) throws {
    var headers = headers
    if !headers.contains(where: { $0.0.lowercased() == "content-length" }) {
      headers.append(("content-length", String(body.count)))
    }
    try raw(Self.head(status, headers) + body)
  }
  /// A whole answer with a text.
  package func respond(
    status: Int = 200, headers: [(String, String)] = [], body: String
  ) throws {
    try respond(status: status, headers: headers, body: Array(body.utf8))
  }
  /// The head of a chunked answer.
  package func startChunked(status: Int = 200, headers: [(String, String)] = []) throws {
    try raw(Self.head(status, headers + [("transfer-encoding", "chunked")]))
  }
  /// One chunk, written at once; an empty one is left out, as it would end the body.
  package func chunk(_ bytes: [UInt8]) throws {
    if bytes.isEmpty { return }
    try raw(Array("\(String(bytes.count, radix: 16))\r\n".utf8) + bytes + Array("\r\n".utf8))
  }
  /// One chunk of text.
  package func chunk(_ text: String) throws { try chunk(Array(text.utf8)) }
  /// `bytes` in chunks of `size` bytes each, every one written by itself: a recorded stream, replayed.
  package func chunks(_ bytes: [UInt8], size: Int) throws {
    var start = 0
    while start < bytes.count {
      let end = min(start + size, bytes.count)
      try chunk(Array(bytes[start..<end]))
      start = end
    }
  }
  /// The end of a chunked body.
  package func end() throws { try raw(Array("0\r\n\r\n".utf8)) }
  /// Bytes as they are. Blocks while the socket is full.
  package func raw(_ bytes: [UInt8]) throws {
    let descriptor = try open()
    var sent = 0
    while sent < bytes.count {
      sent += try LoopbackSocket.send(descriptor, bytes[sent...])
    }
  }
  /// Text as it is.
  package func raw(_ text: String) throws { try raw(Array(text.utf8)) }

  /// Writes `bytes` for as long as the socket takes them: stops when all are written or when nothing more was taken for
  /// `milliseconds`.
  /// - Returns: how many bytes were taken.
  package func rawUntilStalled(_ bytes: [UInt8], milliseconds: Int32) throws -> Int {
    let descriptor = try open()
    var sent = 0
    while sent < bytes.count, try LoopbackSocket.isWritable(descriptor, within: milliseconds) {
      sent += try LoopbackSocket.send(descriptor, bytes[sent...], blocking: false)
    }
    return sent
  }
  /// Writes the bytes over and over, one each time that the peer has said nothing for `milliseconds`, until the peer closes.
  package func drip(_ bytes: [UInt8], milliseconds: Int32) throws {
    let descriptor = try open()
    while true {
      for byte in bytes {
        if try LoopbackSocket.isReadable(descriptor, within: milliseconds) {
          do { if try LoopbackSocket.receive(descriptor).isEmpty { return close() } } catch {
            return close()
          }
        }
        do { try raw([byte]) } catch LoopbackError.peerGone { return close() }
      }
    }
  }
  /// Bounds what the kernel holds of unsent bytes, for tests of back-pressure.
  package func boundSendBuffer(bytes: Int32) throws {
    try LoopbackSocket.set(open(), SOL_SOCKET, SO_SNDBUF, bytes)
  }
  /// Blocks until the peer sends more and returns it, past the reading of requests; empty when the peer has closed.
  package func receive() throws -> [UInt8] {
    let early = surplus.withLock { surplus in
      defer { surplus = [] }
      return surplus
    }
    return early.isEmpty ? try LoopbackSocket.receive(open()) : early
  }
  /// Blocks until the peer closes or resets the connection; what it still sends is dropped.
  package func waitForPeerToClose() throws {
    let descriptor = try open()
    do {
      while try !LoopbackSocket.receive(descriptor).isEmpty {}
    } catch LoopbackError.peerGone { return }
  }

  /// Ends this end's writing; reading goes on (half-close).
  package func closeWriting() throws {
    if shutdown(try open(), Int32(SHUT_WR)) != 0 {
      throw LoopbackError.system(call: "shutdown", errno: errno)
    }
  }
  /// Closes it in order.
  package func close() {
    let descriptor = descriptor.withLock { value in
      defer { value = nil }
      return value
    }
    if let descriptor { _ = LoopbackSocket.close(descriptor) }
  }
  /// Closes it with a TCP reset.
  package func reset() {
    descriptor.withLock { value in
      if let descriptor = value { LoopbackSocket.resetOnClose(descriptor) }
    }
    close()
  }
  /// Wakes whatever blocks on it, from any thread; the handler's thread closes it.
  func cut() {
    descriptor.withLock { value in
      if let descriptor = value { _ = LoopbackSocket.cut(descriptor) }
    }
  }

  private func open() throws -> Int32 {
    guard let descriptor = descriptor.withLock({ $0 }) else { throw LoopbackError.peerGone }
    return descriptor
  }

  private static func head(_ status: Int, _ headers: [(String, String)]) -> [UInt8] {
    var text = "HTTP/1.1 \(status) Scripted\r\n"
    for (name, value) in headers { text += "\(name): \(value)\r\n" }
    return Array((text + "\r\n").utf8)
  }

  /// The next request; nil when the peer has closed between requests.
  func readRequest() throws -> LoopbackRequest? {
    guard let head = try read(through: Array("\r\n\r\n".utf8), orEnd: true) else { return nil }
    var lines = String(decoding: head, as: UTF8.self).split(separator: "\r\n").map(String.init)
    guard !lines.isEmpty else { throw LoopbackError.malformed("an empty request") }
    let start = lines.removeFirst().split(separator: " ").map(String.init)
    guard start.count == 3 else { throw LoopbackError.malformed("no request line") }
    let headers = lines.map { line in
      let parts = line.split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false)
      let value = parts.count > 1 ? String(parts[1].drop(while: { $0 == " " })) : ""
      return LoopbackRequest.Header(name: String(parts[0]), value: value)
    }
    func header(_ name: String) -> String? {
      headers.first { $0.name.lowercased() == name }?.value
    }
    var body: [UInt8] = []
    if header("transfer-encoding")?.lowercased() == "chunked" {
      body = try readChunks()
    } else if let length = header("content-length").flatMap({ Int($0) }) {
      body = try read(count: length)
    }
    return LoopbackRequest(
      method: start[0], target: start[1], headers: headers, body: body, connection: number)
  }

  private func readChunks() throws -> [UInt8] {
    var body: [UInt8] = []
    while true {
      let line = try read(through: Array("\r\n".utf8), orEnd: false) ?? []
      let size = String(decoding: line.dropLast(2), as: UTF8.self).prefix { $0 != ";" }
      guard let count = Int(size, radix: 16) else { throw LoopbackError.malformed("chunk size") }
      if count == 0 {
        while let trailer = try read(through: Array("\r\n".utf8), orEnd: false), trailer.count > 2 {
        }
        return body
      }
      body += try read(count: count)
      _ = try read(count: 2)
    }
  }

  private func read(count: Int) throws -> [UInt8] {
    let descriptor = try open()
    return try surplus.withLock { surplus in
      while surplus.count < count {
        let more = try LoopbackSocket.receive(descriptor)
        if more.isEmpty { throw LoopbackError.peerGone }
        surplus += more
      }
      defer { surplus.removeFirst(count) }
      return Array(surplus.prefix(count))
    }
  }

  private func read(through mark: [UInt8], orEnd: Bool) throws -> [UInt8]? {
    let descriptor = try open()
    return try surplus.withLock { surplus in
      var searched = 0
      while true {
        while searched + mark.count <= surplus.count {
          if surplus[searched..<searched + mark.count].elementsEqual(mark) {
            let end = searched + mark.count
            defer { surplus.removeFirst(end) }
            return Array(surplus[..<end])
          }
          searched += 1
        }
        let more: [UInt8]
        do { more = try LoopbackSocket.receive(descriptor) } catch LoopbackError.peerGone
          where orEnd && surplus.isEmpty
        { return nil }
        if more.isEmpty {
          if orEnd && surplus.isEmpty { return nil }
          throw LoopbackError.peerGone
        }
        surplus += more
      }
    }
  }
}
