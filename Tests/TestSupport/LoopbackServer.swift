import Synchronization

#if canImport(Darwin)
  import Darwin
#else
  import Glibc
#endif

/// A scriptable HTTP/1.1 server on 127.0.0.1 (or another address of the machine) and a free port: one thread accepts, each connection has a thread of its own,
/// so a handler may block (on a ``Gate``, on a full socket) without harm.
///
/// The handler is called once for each request. When it returns, the connection waits for the next request, unless the
/// handler closed it or the request said `Connection: close`. A handler that throws has its connection reset; the error
/// is in ``failures``. It listens until ``stop()``: `defer { server.stop() }` follows its making.
package final class LoopbackServer: Sendable {
  /// Answers one request. It runs on the connection's thread.
  package typealias Handler = @Sendable (LoopbackRequest, LoopbackConnection) throws -> Void

  private let hall: LoopbackHall
  /// The port it listens on.
  package let port: Int
  private let address: String

  /// Listens at once. A `greeting` is written to each connection before anything is read.
  package init(
    address: String = "127.0.0.1", greeting: String? = nil, handler: @escaping Handler
  ) throws {
    let (listener, port) = try LoopbackSocket.listen(address)
    self.port = port
    self.address = address
    hall = LoopbackHall(listener: listener, greeting: greeting, handler: handler)
    try hall.open()
  }

  /// `http://127.0.0.1:PORT`.
  package var origin: String { "http://\(address):\(port)" }
  /// The requests that were read so far, in the order in which they were complete.
  package var requests: [LoopbackRequest] { hall.requests.elements }
  /// What handlers threw so far.
  package var failures: [any Error] { hall.failures.elements }
  /// How many connections were accepted so far.
  package var connectionCount: Int { hall.accepted.elements.count }

  /// The request at `index`, counted from 0, as soon as it was read.
  package func request(at index: Int) async throws -> LoopbackRequest {
    try await hall.requests.element(at: index)
  }
  /// The number of the `index`-th connection that ended, as soon as it ended.
  package func closedConnection(at index: Int) async throws -> Int {
    try await hall.closed.element(at: index)
  }
  /// Refuses new connections and cuts those that are open. It does not wait for handlers.
  package func stop() { hall.close() }
}

/// What a server's threads share; it outlives the server until the last of them is done.
final class LoopbackHall: Sendable {
  private struct State {
    var isOpen = true
    var connections: [Int: LoopbackConnection] = [:]
  }
  private let listener: Int32
  private let greeting: String?
  private let handler: LoopbackServer.Handler
  private let state = Mutex(State())
  let requests = Journal<LoopbackRequest>()
  let failures = Journal<any Error>()
  let accepted = Journal<Int>()
  let closed = Journal<Int>()

  init(listener: Int32, greeting: String?, handler: @escaping LoopbackServer.Handler) {
    self.listener = listener
    self.greeting = greeting
    self.handler = handler
  }

  func open() throws {
    try LoopbackThread.start { self.acceptAll() }
  }

  func close() {
    let connections = state.withLock { state -> [LoopbackConnection] in
      guard state.isOpen else { return [] }
      state.isOpen = false
      // Wakes the accepting thread, which then closes the descriptor.
      _ = LoopbackSocket.cut(listener)
      return Array(state.connections.values)
    }
    for connection in connections { connection.cut() }
  }

  private func acceptAll() {
    var number = 0
    while true {
      let descriptor = LoopbackSocket.accept(listener)
      if descriptor < 0 {
        if errno == EINTR || errno == ECONNABORTED { continue }
        break
      }
      LoopbackSocket.sendAtOnce(descriptor)
      let connection = LoopbackConnection(number: number, descriptor: descriptor)
      let isOpen = state.withLock { state in
        if state.isOpen { state.connections[connection.number] = connection }
        return state.isOpen
      }
      guard isOpen else {
        connection.close()
        break
      }
      accepted.append(number)
      number += 1
      do {
        try LoopbackThread.start { self.serve(connection) }
      } catch {
        failures.append(error)
        finish(connection)
      }
    }
    _ = LoopbackSocket.close(listener)
  }

  private func serve(_ connection: LoopbackConnection) {
    defer { finish(connection) }
    do {
      if let greeting { try connection.raw(greeting) }
      while let request = try connection.readRequest() {
        requests.append(request)
        try handler(request, connection)
        let isLast = request.header("connection")?.lowercased() == "close"
        if isLast || connection.isClosed { return }
      }
    } catch {
      failures.append(error)
      connection.reset()
    }
  }

  private func finish(_ connection: LoopbackConnection) {
    connection.close()
    state.withLock { $0.connections[connection.number] = nil }
    closed.append(connection.number)
  }
}
