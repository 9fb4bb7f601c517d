import Domain
import Outbound
import TestSupport
import Testing
import Wire

@testable import Tools

/// What a real server can try with its answers, through the real client: nothing between the tool and the socket is a stand-in.
enum RealAnswers {
  struct Row: Sendable {
    let category: String
    let name: String
    /// Of what the model is told.
    let says: [String]
    var isError = false
    /// Bytes of the answer that are handed on.
    var limit = 8_192
    var timeout = 30_000
    /// Bytes that the server may get rid of before it is cut off: what both sockets and the client's buffer hold.
    var mostTaken = 16 << 20
    let handler: @Sendable (LoopbackRequest, LoopbackConnection, Taken) throws -> Void
  }
  /// Counts what the peer took.
  final class Taken: Sendable {
    private let bytes = Journal<Int>()
    var count: Int { bytes.elements.reduce(0, +) }
    /// Writes the piece again and again until the peer is gone.
    func flood(_ connection: LoopbackConnection, _ piece: [UInt8]) {
      do {
        while true {
          try connection.raw(piece)
          bytes.append(piece.count)
        }
      } catch { connection.close() }
    }
  }

  static let attacks: [Attack] =
    (bombs + floods + drips + malformed).map { row in
      Attack(row.category, row.name) { try await problem(row) }
    }
    + echoes + redirects

  /// Runs one call of a tool that is registered with `{{secrets.k}}` in a header.
  static func call(
    _ url: String, limit: Int = 8_192, timeout: Int = 30_000, method: String = "GET"
  ) async throws -> ToolResult {
    let (tool, secrets) = try HTTPCallTool.free([
      "url": .string(url), "method": .string(method), "response_max_bytes": .integer(limit),
      "timeout_ms": .integer(timeout), "secrets": ["k": .string(RedactionTests.plain)],
      "headers": ["authorization": "Bearer {{secrets.k}}"],
    ])
    let client = HTTPClient()
    let outside = Outside(
      sending: { (request) async throws(OutboundError) in try await client.send(request) },
      clock: ContinuousClock(), now: { 0 }, sign: { _, _ in [] })
    let result = await Dispatch.run(.test([:], secrets: secrets), on: tool, outside)
    await client.shutdown()
    return result
  }

  static func problem(_ row: Row) async throws -> String? {
    let taken = Taken()
    let server = try LoopbackServer { request, connection in
      try row.handler(request, connection, taken)
    }
    defer { server.stop() }
    let result = try await call("\(server.origin)/", limit: row.limit, timeout: row.timeout)
    // The server is let go: nothing of the answer is waited for any more.
    _ = try await server.closedConnection(at: 0)
    let shown = result.output.text
    if let missing = row.says.first(where: { !shown.contains($0) }) {
      return "says \(shown.prefix(300)), not \(missing)"
    }
    if result.isError != row.isError { return "an error: \(result.isError)" }
    if shown.utf8.count > row.limit * 6 + 500 { return "handed on \(shown.utf8.count) bytes" }
    return taken.count <= row.mostTaken ? nil : "took \(taken.count) bytes"
  }

  // MARK: Bombs

  /// Thirteen bytes of deflate that unpack to 2,064 zeros (8 times length 258, distance 1, in the fixed code of RFC 1951), over
  /// and over: an endless page for the price of its 159th part.
  private static let zeros: [UInt8] = {
    bytes(Array(repeating: match, count: 8).flatMap { $0 })
  }()
  /// Length 258 is code 285 = 11000101, distance 1 is 00000: 13 bits, the code's first bit first.
  private static let match = [1, 1, 0, 0, 0, 1, 0, 1, 0, 0, 0, 0, 0]
  private static func bytes(_ bits: [Int]) -> [UInt8] {
    stride(from: 0, to: bits.count, by: 8).map { start in
      (0..<8).reduce(UInt8(0)) { $0 | UInt8(bits[start + $1]) << UInt8($1) }
    }
  }
  /// The head of a gzip member (RFC 1952), and the first 24 bits of a block: its kind, a zero, one match.
  private static let gzipHead: [UInt8] = {
    let bits = [0, 1, 0] + [0, 0, 1, 1, 0, 0, 0, 0] + match
    return [0x1F, 0x8B, 8, 0, 1, 1, 1, 1, 2, 3] + bytes(bits)
  }()

  private static func bomb(
    _ name: String, _ headers: [(String, String)], _ head: [UInt8], says: [String],
    piece: [UInt8] = Array(repeating: zeros, count: 4_096).flatMap { $0 }
  ) -> Row {
    Row(category: "gzip bomb", name: name, says: says) { _, connection, taken in
      let lines = headers.map { "\($0.0): \($0.1)\r\n" }.joined()
      try connection.raw("HTTP/1.1 200 OK\r\n\(lines)\r\n")
      try connection.raw(head)
      taken.flood(connection, piece)
    }
  }
  private static let bombs: [Row] =
    ["gzip", "x-gzip", "deflate", "br", "zstd", "gzip, gzip, gzip, gzip, gzip", "GZIP"].map {
      coding in
      bomb(
        "content-encoding \(coding)",
        [("content-type", "text/html"), ("content-encoding", coding)], gzipHead,
        says: ["compressed answer, not shown: \(coding.lowercased().prefix(32)), over 8192 bytes"])
    } + [
      bomb(
        "called JSON, and twice encoded",
        [
          ("content-type", "application/json"), ("content-encoding", "gzip"),
          ("content-encoding", "gzip"),
        ], gzipHead, says: ["compressed answer, not shown"]),
      bomb(
        "unannounced, as text", [("content-type", "text/plain")], gzipHead,
        says: ["binary answer, not shown: text/plain, over 8192 bytes"]),
      bomb(
        "as a transfer encoding",
        [("content-type", "text/plain"), ("transfer-encoding", "gzip")], gzipHead,
        says: ["8192 bytes"]),
      bomb(
        "one small chunk", [("content-encoding", "gzip"), ("transfer-encoding", "chunked")], [],
        says: ["compressed answer, not shown: gzip"],
        piece: Array("1a\r\n".utf8) + zeros + zeros + Array("\r\n".utf8)),
    ]

  // MARK: Size and time

  private static let long = [UInt8](repeating: 0x61, count: 64 << 10)

  private static let floods: [Row] = [
    Row(category: "oversize", name: "without end or length", says: ["[…truncated…]"]) {
      _, connection, taken in
      try connection.raw("HTTP/1.1 200 OK\r\ncontent-type: text/plain\r\n\r\n")
      taken.flood(connection, long)
    },
    Row(category: "oversize", name: "announced with a terabyte", says: ["[…truncated…]"]) {
      _, connection, taken in
      try connection.raw("HTTP/1.1 200 OK\r\ncontent-length: 1099511627776\r\n\r\n")
      taken.flood(connection, long)
    },
    Row(category: "oversize", name: "in chunks", says: ["[…truncated…]"]) {
      _, connection, taken in
      try connection.startChunked()
      taken.flood(connection, Array("10000\r\n".utf8) + long + Array("\r\n".utf8))
    },
    Row(
      category: "oversize", name: "of an error", says: ["HTTP status 500", "[…truncated…]"],
      isError: true
    ) {
      _, connection, taken in
      try connection.raw("HTTP/1.1 500 Oops\r\n\r\n")
      taken.flood(connection, long)
    },
    Row(category: "oversize", name: "a head without end", says: ["network error"], isError: true) {
      _, connection, taken in
      try connection.raw("HTTP/1.1 200 OK\r\n")
      taken.flood(connection, Array("x-y: ".utf8) + long.prefix(2_000) + Array("\r\n".utf8))
    },
    Row(
      category: "oversize", name: "one header without end", says: ["network error"], isError: true
    ) {
      _, connection, taken in
      try connection.raw("HTTP/1.1 200 OK\r\nx-y: ")
      taken.flood(connection, long)
    },
    Row(
      category: "oversize", name: "chunk extensions without end", says: [], isError: true,
      timeout: 300,
      // Nothing of it is kept: it ends with the time.
      mostTaken: .max
    ) {
      _, connection, taken in
      try connection.startChunked()
      try connection.raw("5;x=")
      taken.flood(connection, long)
    },
    Row(category: "oversize", name: "trailers without end", says: [], isError: true, timeout: 300) {
      _, connection, taken in
      try connection.startChunked()
      try connection.raw("1\r\na\r\n0\r\nx: ")
      taken.flood(connection, long)
    },
  ]

  private static func drip(_ name: String, _ head: String, _ byte: String) -> Row {
    Row(
      category: "slow drip", name: name, says: ["timed out", "300 ms"], isError: true, timeout: 300
    ) { _, connection, _ in
      try connection.raw(head)
      try connection.drip(Array(byte.utf8), milliseconds: 20)
    }
  }
  private static let drips: [Row] = [
    drip("of the body", "HTTP/1.1 200 OK\r\n\r\n", "x"),
    drip("of a body with a length", "HTTP/1.1 200 OK\r\ncontent-length: 5000\r\n\r\n", "x"),
    drip("of chunks", "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n", "1\r\nx\r\n"),
    drip("of a chunk's size", "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n", "0"),
    drip("of the status", "", "HTTP/1.1 200 OK\r\nx: y\r\n"),
    drip("of headers", "HTTP/1.1 200 OK\r\n", "x: y\r\n"),
    drip("of interim answers", "", "HTTP/1.1 103 Early Hints\r\n\r\n"),
    drip("of JSON white space", "HTTP/1.1 200 OK\r\ncontent-type: application/json\r\n\r\n", " "),
    Row(
      category: "slow drip", name: "nothing at all", says: ["timed out", "300 ms"], isError: true,
      timeout: 300
    ) { _, connection, _ in
      try connection.waitForPeerToClose()
      connection.close()
    },
  ]

  private static func broken(_ name: String, _ answer: String, says: [String], isError: Bool = true)
    -> Row
  {
    Row(category: "malformed answer", name: name, says: says, isError: isError, timeout: 2_000) {
      _, connection, _ in
      try connection.raw(answer)
      connection.close()
    }
  }
  private static let malformed: [Row] = [
    broken("no HTTP", "SSH-2.0-OpenSSH_9.2\r\n", says: ["network error"]),
    broken("HTTP/0.9", "<h1>hello</h1>", says: ["network error"]),
    broken("a status without a number", "HTTP/1.1 OK\r\n\r\nhi", says: ["network error"]),
    broken(
      "a body cut short", "HTTP/1.1 200 OK\r\ncontent-length: 9\r\n\r\nhi", says: ["network error"]),
    broken(
      "a chunk cut short", "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n9\r\nhi",
      says: ["network error"]),
    broken(
      "a chunk of no size", "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\nzz\r\nhi",
      says: ["network error"]),
    broken(
      "a negative length", "HTTP/1.1 200 OK\r\ncontent-length: -5\r\n\r\nhi",
      says: ["network error"]
    ),
    broken(
      "a second answer behind the first",
      "HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nhiHTTP/1.1 200 OK\r\ncontent-length: 6\r\n\r\nsecond",
      says: ["\"hi\""], isError: false),
    broken(
      "bytes in headers that are not UTF-8",
      "HTTP/1.1 200 OK\r\nx: \u{FF}\u{0}\r\ncontent-length: 2\r\n\r\nhi", says: [], isError: true),
  ]

  // MARK: Secrets, and where they go

  private static let echoes: [Attack] = [
    RedactionTests.Echo(name: "the header as it came") { $0 },
    RedactionTests.Echo(name: "in base64") { RedactionTests.base64($0) },
    RedactionTests.Echo(name: "percent-encoded") { RedactionTests.percent($0, "") },
    RedactionTests.Echo(name: "in a JSON string") { JSON.string("you sent \($0)").text },
  ].flatMap { echo in
    [(200, 1), (401, 1), (200, 7), (200, 4_096)].map { status, size in
      Attack("secret echo, over the wire", "\(echo), status \(status), \(size) bytes a piece") {
        let server = try LoopbackServer { request, connection in
          let body = Array(echo.make(request.header("authorization") ?? "").utf8)
          try connection.startChunked(status: status, headers: [("content-type", "text/plain")])
          try connection.chunks(body, size: size)
          try connection.end()
        }
        defer { server.stop() }
        let shown = try await call("\(server.origin)/").output.text
        let plain = RedactionTests.plain
        let left = RedactionTests.left(of: echo.make("Bearer \(plain)"), in: shown)
        return shown.contains("***") && !shown.contains(plain) && left < 20 ? nil : shown
      }
    }
  }

  private static let redirects: [Attack] = [
    "http://127.0.0.1:OTHER/", "//127.0.0.1:OTHER/", "http://localhost:PORT/",
    "http://127.1:OTHER/", "https://127.0.0.1:PORT/", "http://u@127.0.0.1:OTHER/",
    "http://127.0.0.1:PORT@127.0.0.1:OTHER/", "\\\\127.0.0.1:OTHER/", "http:\\\\127.0.0.1:OTHER/",
    "file:///etc/passwd", "http://169.254.169.254/latest/meta-data/", "http://[::1]:OTHER/",
  ].flatMap { target in
    [302, 307].map { status in
      Attack("redirect with a secret", "\(status) to \(target)") {
        let other = try LoopbackServer { _, connection in try connection.respond(body: "taken") }
        defer { other.stop() }
        let server = try LoopbackServer { request, connection in
          let port = request.header("host")?.split(separator: ":").last.map(String.init) ?? ""
          let parts = target.split(separator: "PORT", omittingEmptySubsequences: false)
          let location = parts.joined(separator: port).split(
            separator: "OTHER", omittingEmptySubsequences: false
          ).joined(separator: String(other.port))
          // Two steps within the origin, then out of it.
          let next = ["/": "/2", "/2": "/3"][request.target] ?? location
          try connection.respond(status: status, headers: [("location", next)])
        }
        defer { server.stop() }
        let result = try await call("\(server.origin)/", method: "POST")
        if other.connectionCount > 0 { return "the other server was asked" }
        let stayed = server.requests.allSatisfy { ["/", "/2", "/3"].contains($0.target) }
        // A path with backslashes is a path of the same server.
        let isInside = target.hasPrefix("\\") || stayed
        return result.isError && isInside ? nil : "\(result.output.text)"
      }
    }
  }
}
