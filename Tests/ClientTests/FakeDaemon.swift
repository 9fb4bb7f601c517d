import Foundation
import Synchronization
import Wire

/// A daemon whose answers a test writes: a real socket, one thread a connection.
final class FakeDaemon: Sendable {
  /// One request, and the way to answer it.
  struct Exchange {
    let method: String
    let params: JSON
    let id: RPC.ID?
    let send: (JSON) -> Void

    func reply(_ result: JSON) { if let id { send(RPC.success(id, result)) } }
    func fail(_ fault: RPC.Fault) { if let id { send(RPC.failure(id, fault)) } }
    func event(_ seq: Int64, _ name: String, _ data: JSON = [:], turn: String = "turn-1") {
      send(
        RPC.notification(
          "thread/event",
          [
            "thread_id": "thread-1", "turn_id": .string(turn), "event_seq": .int(seq), "ts": 0,
            "event": .string(name), "data": data,
          ]))
    }
    /// The usual answers to what surrounds a send.
    func routine() {
      if method == "thread/create" {
        reply(["id": "thread-1", "object": "thread"])
      } else {
        reply([:])
      }
    }
    func startTurn(_ seq: Int64 = 10) {
      reply(["turn_id": "turn-1", "thread_id": "thread-1", "user_seq": 1, "event_seq": .int(seq)])
    }
    func text(_ seq: Int64, _ text: String) {
      event(
        seq, "content_block_delta",
        ["index": 0, "delta": ["type": "text_delta", "text": .string(text)]])
    }
    func done(_ seq: Int64, status: String = "done", cost: Int64 = 123) {
      event(
        seq, "qlaud.done",
        [
          "thread_id": "thread-1", "turn_id": "turn-1", "seq": 2, "cost_micros": .int(cost),
          "status": .string(status),
        ])
    }
  }

  typealias Script = @Sendable (Exchange) -> Void

  let directory: String
  let path: String
  private let listener: Int32
  private let seen = Mutex<[(method: String, params: JSON)]>([])

  var requests: [(method: String, params: JSON)] { seen.withLock { $0 } }
  func params(of method: String) -> JSON? { requests.last { $0.method == method }?.params }

  init(name: String = "qlaud.sock", script: @escaping Script) throws {
    directory = NSTemporaryDirectory() + "qlaud-\(UUID().uuidString.prefix(8))"
    path = directory + "/" + name
    try FileManager.default.createDirectory(atPath: directory, withIntermediateDirectories: true)
    #if canImport(Darwin)
      listener = socket(AF_UNIX, SOCK_STREAM, 0)
    #else
      listener = socket(AF_UNIX, Int32(SOCK_STREAM.rawValue), 0)
    #endif
    _ = fcntl(listener, F_SETFD, FD_CLOEXEC)
    var address = sockaddr_un()
    address.sun_family = sa_family_t(AF_UNIX)
    let bytes = Array(path.utf8)
    withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: bytes) }
    let bound = withUnsafePointer(to: &address) {
      $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        bind(listener, $0, socklen_t(MemoryLayout<sockaddr_un>.size))
      }
    }
    guard bound == 0, listen(listener, 16) == 0 else { throw POSIXError(.EADDRINUSE) }
    Thread.detachNewThread { [self] in
      while true {
        let peer = accept(listener, nil, nil)
        guard peer >= 0 else { return }
        Thread.detachNewThread { self.serve(peer, script) }
      }
    }
  }

  func stop() {
    shutdown(listener, Int32(SHUT_RDWR))
    close(listener)
    try? FileManager.default.removeItem(atPath: directory)
  }

  private func serve(_ peer: Int32, _ script: Script) {
    defer { close(peer) }
    var decoder = FrameDecoder(.lines)
    var buffer = [UInt8](repeating: 0, count: 65_536)
    while true {
      let got = read(peer, &buffer, buffer.count)
      guard got > 0 else { return }
      decoder.append(buffer[..<got])
      while case .message(let bytes)? = decoder.next() {
        guard case .single(.request(let request)) = RPC.read(bytes) else { continue }
        seen.withLock { $0.append((request.method, request.params ?? .null)) }
        script(
          Exchange(method: request.method, params: request.params ?? .null, id: request.id) {
            json in
            // The text "end" stands for a daemon that goes away.
            if json == "end" {
              shutdown(peer, Int32(SHUT_RDWR))
              return
            }
            let line = FrameDecoder.frame(json.bytes, as: .lines)
            _ = line.withUnsafeBytes { send(peer, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL)) }
          })
      }
    }
  }
}
