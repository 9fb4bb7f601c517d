import Foundation
import Wire

/// A plain HTTP/1.1 client over the daemon's socket, one request a connection.
struct HTTPReply {
  let status: Int
  let headers: [String: String]
  let body: [UInt8]
  var json: JSON { (try? JSON(parsing: body)) ?? .null }
  var text: String { String(decoding: body, as: UTF8.self) }

  static func request(
    _ daemon: Daemon, _ method: String, _ path: String, _ body: JSON? = nil,
    headers: [String: String] = [:]
  ) throws -> HTTPReply {
    let stream = try UnixStream(daemon.socket)
    try stream.write(head(method, path, body, headers) + (body?.bytes ?? []))
    return try HTTPReply(raw: stream.readToEnd())
  }

  static func head(_ method: String, _ path: String, _ body: JSON?, _ headers: [String: String])
    -> [UInt8]
  {
    var head = "\(method) \(path) HTTP/1.1\r\nHost: x\r\nConnection: close\r\n"
    for (name, value) in headers { head += "\(name): \(value)\r\n" }
    if let body {
      head += "Content-Type: application/json\r\nContent-Length: \(body.bytes.count)\r\n"
    }
    return Array((head + "\r\n").utf8)
  }

  init(raw: [UInt8]) throws {
    guard let end = raw.firstRange(of: Array("\r\n\r\n".utf8)) else { throw POSIXError(.EPROTO) }
    let lines = String(decoding: raw[..<end.lowerBound], as: UTF8.self).components(
      separatedBy: "\r\n")
    status = Int(lines[0].split(separator: " ")[1]) ?? 0
    var headers: [String: String] = [:]
    for line in lines.dropFirst() {
      let parts = line.split(separator: ":", maxSplits: 1)
      headers[parts[0].lowercased()] = parts.last.map { $0.trimmingCharacters(in: .whitespaces) }
    }
    self.headers = headers
    let rest = Array(raw[end.upperBound...])
    body = headers["transfer-encoding"] == "chunked" ? Self.dechunked(rest) : rest
  }

  private static func dechunked(_ bytes: [UInt8]) -> [UInt8] {
    var out: [UInt8] = []
    var rest = bytes[...]
    while let line = rest.firstRange(of: Array("\r\n".utf8)) {
      let size =
        Int(String(decoding: rest[rest.startIndex..<line.lowerBound], as: UTF8.self), radix: 16)
        ?? 0
      if size == 0 { break }
      out += rest[line.upperBound..<(line.upperBound + size)]
      rest = rest[(line.upperBound + size + 2)...]
    }
    return out
  }

  /// The frames of a stream of server-sent events: id, event, data.
  var frames: [(id: String?, event: String?, data: JSON)] {
    text.components(separatedBy: "\n\n").compactMap { block in
      var id: String?
      var event: String?
      var data: [String] = []
      for line in block.split(separator: "\n") {
        if line.hasPrefix("id: ") { id = String(line.dropFirst(4)) }
        if line.hasPrefix("event: ") { event = String(line.dropFirst(7)) }
        if line.hasPrefix("data: ") { data.append(String(line.dropFirst(6))) }
      }
      guard !data.isEmpty, let json = try? JSON(parsing: data.joined(separator: "\n")) else {
        return nil
      }
      return (id, event, json)
    }
  }
}
