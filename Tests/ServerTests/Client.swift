import Foundation

/// Runs what blocks away from the threads that run tasks.
func blocking<Value: Sendable>(_ body: @escaping @Sendable () throws -> Value) async throws -> Value
{
  try await withCheckedThrowingContinuation { continuation in
    Thread.detachNewThread { continuation.resume(with: Result { try body() }) }
  }
}

/// A client on a plain POSIX socket.
final class Client: @unchecked Sendable {
  struct Failure: Error, CustomStringConvertible {
    let description: String
    init(_ what: String) { description = "\(what): \(String(cString: strerror(errno)))" }
  }

  let descriptor: Int32
  /// Bytes read and not yet asked for. One task at a time uses a client.
  private var buffered: [UInt8] = []

  private init(_ descriptor: Int32) {
    self.descriptor = descriptor
    var limit = timeval(tv_sec: 30, tv_usec: 0)
    setsockopt(
      descriptor, SOL_SOCKET, SO_RCVTIMEO, &limit, socklen_t(MemoryLayout<timeval>.size))
    setsockopt(
      descriptor, SOL_SOCKET, SO_SNDTIMEO, &limit, socklen_t(MemoryLayout<timeval>.size))
  }

  deinit { Foundation.close(descriptor) }

  static func connect(path: String) throws -> Client {
    let client = Client(socket(AF_UNIX, streamType, 0))
    var address = sockaddr_un()
    address.sun_family = sa_family_t(AF_UNIX)
    withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: Array(path.utf8)) }
    try client.connect(&address)
    return client
  }

  static func connect(port: Int) throws -> Client {
    let client = Client(socket(AF_INET, streamType, 0))
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_port = UInt16(port).bigEndian
    address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
    try client.connect(&address)
    return client
  }

  private static var streamType: Int32 {
    #if canImport(Glibc)
      Int32(SOCK_STREAM.rawValue)
    #else
      SOCK_STREAM
    #endif
  }

  private func connect<Address>(_ address: inout Address) throws {
    let result = withUnsafePointer(to: &address) {
      $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        Foundation.connect(descriptor, $0, socklen_t(MemoryLayout<Address>.size))
      }
    }
    guard result == 0 else { throw Failure("connect") }
  }

  // MARK: blocking

  func sendNow(_ bytes: [UInt8]) throws {
    var sent = 0
    while sent < bytes.count {
      let count = bytes[sent...].withUnsafeBytes {
        Foundation.send(descriptor, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL))
      }
      guard count > 0 else { throw Failure("send") }
      sent += count
    }
  }

  /// Reads once; false at the end of the input.
  private func fill() throws -> Bool {
    var chunk = [UInt8](repeating: 0, count: 64 << 10)
    let count = recv(descriptor, &chunk, chunk.count, 0)
    if count < 0, errno == ECONNRESET { return false }
    guard count >= 0 else { throw Failure("recv") }
    buffered += chunk[..<count]
    return count > 0
  }

  /// A line without its end; nil when the server closed first.
  func lineNow() throws -> String? {
    while true {
      if let end = buffered.firstIndex(of: 0x0A) {
        let line = String(decoding: buffered[..<end], as: UTF8.self)
        buffered.removeSubrange(...end)
        return line
      }
      guard try fill() else { return nil }
    }
  }

  func bytesNow(_ count: Int) throws -> [UInt8] {
    while buffered.count < count {
      guard try fill() else { throw Failure("ended after \(buffered.count) of \(count) bytes") }
    }
    defer { buffered.removeSubrange(..<count) }
    return Array(buffered[..<count])
  }

  func restNow() throws -> String {
    while try fill() {}
    defer { buffered = [] }
    return String(decoding: buffered, as: UTF8.self)
  }

  /// One HTTP answer: status line, fields in lower case, body.
  func responseNow(toHEAD: Bool = false) throws -> Response {
    guard let status = try lineNow() else { throw Failure("no response") }
    var response = Response(status: status.trimmingCharacters(in: .whitespacesAndNewlines))
    while let line = try lineNow()?.trimmingCharacters(in: .whitespacesAndNewlines), !line.isEmpty {
      let parts = line.split(separator: ":", maxSplits: 1)
      response.fields[parts[0].lowercased()] = parts.last?.trimmingCharacters(
        in: .whitespacesAndNewlines)
    }
    if toHEAD { return response }
    if let length = response.fields["content-length"].flatMap({ Int($0) }) {
      response.body = String(decoding: try bytesNow(length), as: UTF8.self)
    } else if response.fields["transfer-encoding"] == "chunked" {
      while let size = try lineNow().flatMap({
        Int($0.trimmingCharacters(in: .whitespacesAndNewlines), radix: 16)
      }) {
        response.body += String(decoding: try bytesNow(size), as: UTF8.self)
        _ = try bytesNow(2)
        if size == 0 { break }
      }
    }
    return response
  }

  struct Response: Sendable {
    var status: String
    var fields: [String: String] = [:]
    var body = ""
    var code: String { String(status.split(separator: " ").dropFirst().first ?? "") }
  }

  // MARK: from a task

  func send(_ text: String) async throws {
    try await blocking { try self.sendNow(Array(text.utf8)) }
  }
  func send(_ bytes: [UInt8]) async throws { try await blocking { try self.sendNow(bytes) } }
  func line() async throws -> String? { try await blocking { try self.lineNow() } }
  func rest() async throws -> String { try await blocking { try self.restNow() } }
  func bytes(_ count: Int) async throws -> [UInt8] {
    try await blocking { try self.bytesNow(count) }
  }
  func response(toHEAD: Bool = false) async throws -> Response {
    try await blocking { try self.responseNow(toHEAD: toHEAD) }
  }
  func finishSending() { shutdown(descriptor, Int32(SHUT_WR)) }
  /// Both directions at once, as the death of the client does it.
  func hangUp() { shutdown(descriptor, Int32(SHUT_RDWR)) }
}
