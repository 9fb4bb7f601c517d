import Foundation
import Synchronization
import Testing
import Wire

@testable import Server

@Suite(.timeLimit(.minutes(1))) struct FramingTests {
  @Test(arguments: [
    ("{\"a\":1}\n", "{\"a\":1}\n"),
    (" [1]\n", " [1]\n"),
    ("Content-Length: 2\r\n\r\n{}", "Content-Length: 2\r\n\r\n{}"),
    ("content-length:2\r\n\r\n[]", "Content-Length: 2\r\n\r\n[]"),
    ("GET /a HTTP/1.1\r\nHost: x\r\n\r\n", "HTTP/1.1 200 OK\r\n"),
    ("CONNECT /x HTTP/1.1\r\nHost: x\r\n\r\n", "HTTP/1.1 200 OK\r\n"),
  ])
  func `the first bytes choose the dialect, however they arrive`(given: String, answer: String)
    async throws
  {
    try await withServer { server in
      let client = try server.connect()
      for byte in given.utf8 { try await client.send([byte]) }
      let start = try await client.bytes(answer.utf8.count)
      #expect(String(decoding: start, as: UTF8.self) == answer)
      let second = try server.connect()
      try await second.send(given)
      let again = try await second.bytes(answer.utf8.count)
      #expect(String(decoding: again, as: UTF8.self) == answer)
    }
  }

  @Test func `blank lines and CRLF are tolerated, and several messages may share a packet`()
    async throws
  {
    try await withServer { server in
      let client = try server.connect()
      try await client.send("\n\r\n  \n{\"a\":1}\r\n\n[2]\n\n{\"b\"")
      #expect(try await client.line() == "{\"a\":1}\r")
      #expect(try await client.line() == "[2]")
      try await client.send(":3}\n")
      #expect(try await client.line() == "{\"b\":3}")
    }
  }

  @Test func `an oversized line is reported and the connection goes on`() async throws {
    try await withServer { server in
      let client = try server.connect()
      try await client.send("{\"before\":1}\n")
      #expect(try await client.line() == "{\"before\":1}")
      let line = [UInt8](repeating: UInt8(ascii: "x"), count: 17 << 20) + [0x0A]
      try await client.send(line)
      #expect(try await client.line() == "too long")
      try await client.send("{\"after\":1}\n")
      #expect(try await client.line() == "{\"after\":1}")
    }
  }

  @Test func `an oversized counted message is skipped and the connection goes on`() async throws {
    try await withServer { server in
      let client = try server.connect()
      try await client.send("Content-Length: \(17 << 20)\r\n\r\n")
      #expect(try await client.bytes(29).suffix(8).elementsEqual("too long".utf8))
      try await client.send([UInt8](repeating: UInt8(ascii: "x"), count: 17 << 20))
      try await client.send("Content-Length: 2\r\n\r\n{}")
      #expect(try await client.bytes(23).suffix(2).elementsEqual("{}".utf8))
    }
  }

  @Test func `a message of the full size goes both ways`() async throws {
    try await withServer { server in
      let client = try server.connect()
      let message = [UInt8](repeating: UInt8(ascii: "y"), count: Limits.frameBytes)
      async let sent: Void = client.send(message + [0x0A])
      let back = try await client.bytes(message.count)
      try await sent
      #expect(back == message)
    }
  }

  @Test func `a malformed header is reported, then the connection ends`() async throws {
    try await withServer { server in
      let client = try server.connect()
      try await client.send("Content-Length: many\r\n\r\n{}")
      let rest = try await client.rest()
      #expect(rest.contains("broken: Content-Length: must stand once, as a whole number"))
    }
  }

  @Test func `a client that finished sending still gets its answers`() async throws {
    // Answers only when it knows that the input has ended.
    let late: Conversation.Handler = { conversation in
      guard case .rpc(let rpc) = conversation else { return }
      do {
        var messages: [[UInt8]] = []
        while case .message(let bytes) = try await rpc.next() { messages.append(bytes) }
        for message in messages { try await rpc.send(message) }
      } catch { return }
    }
    try await withServer(handler: late) { server in
      let client = try server.connect()
      try await client.send("{\"a\":1}\n{\"b\":2}\n{\"c\":3}")
      client.finishSending()
      #expect(try await client.rest() == "{\"a\":1}\n{\"b\":2}\n{\"c\":3}\n")
    }
  }

  @Test func `a half-closed HTTP client gets its answer`() async throws {
    try await withServer { server in
      let client = try server.connect()
      try await client.send("GET /late HTTP/1.1\r\nHost: x\r\n\r\n")
      client.finishSending()
      let response = try await client.response()
      #expect(response.body == "GET /late 0")
      #expect(try await client.rest().isEmpty)
    }
  }

  @Test func `whatever the first bytes are, the server lives`() async throws {
    try await withServer { server in
      var generator = SeededGenerator(state: 42)
      let tokens = [
        "GET ", "Content-", "HTTP/1.1\r\n", "\r\n\r\n", "{", "\n", "Length: 3", "\u{0}",
      ]
      for _ in 0..<300 {
        var bytes: [UInt8] = []
        for _ in 0..<Int.random(in: 1...12, using: &generator) {
          if Bool.random(using: &generator), let token = tokens.randomElement(using: &generator) {
            bytes += Array(token.utf8)
          } else {
            bytes.append(UInt8.random(in: .min ... .max, using: &generator))
          }
        }
        let client = try server.connect()
        let sent = bytes
        try await blocking {
          try client.sendNow(sent)
          client.finishSending()
          _ = try client.restNow()
        }
      }
      let client = try server.connect()
      try await client.send("{\"alive\":true}\n")
      #expect(try await client.line() == "{\"alive\":true}")
    }
  }
}

/// SplitMix64: the same bytes in every run.
struct SeededGenerator: RandomNumberGenerator {
  var state: UInt64
  mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var z = state
    z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
    z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
    return z ^ (z >> 31)
  }
}
