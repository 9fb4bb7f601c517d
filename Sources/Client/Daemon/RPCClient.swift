import Wire

/// JSON-RPC over one connection: calls, and what comes unasked, in the order of its coming.
final class RPCClient {
  /// What `next` gives.
  enum Incoming: Equatable {
    case response(RPC.ID, Result<JSON, RPC.Fault>)
    case notification(String, JSON)
    /// A signal of `signals` came first.
    case signal(Int32)
    /// Keys of `keyboard` came first.
    case keys([UInt8])
    case timeout
    /// The daemon has gone.
    case closed
  }

  /// Notifications that may wait while a call waits for its reply.
  private static let waitingLimit = 65_536

  private let connection: Connection
  private var lastID: Int64 = 0
  private var waiting: [Incoming] = []
  /// Watched beside the socket where set; a call that waits then throws on SIGINT.
  var signals: SignalPipe?
  /// Watched beside the socket where set, for whoever asks a person while events come.
  var keyboard: Int32?

  init(_ connection: Connection) { self.connection = connection }

  /// Sends a request without waiting.
  /// - Throws: ``Failure`` where the daemon has gone or the message is over the protocol's limit.
  func request(_ method: String, _ params: JSON?) throws(Failure) -> RPC.ID {
    lastID += 1
    let id = RPC.ID.number(String(lastID))
    let bytes = RPC.Request(id: id, method: method, params: params).json.bytes
    guard bytes.count <= Limits.frameBytes else {
      throw .usage(
        "the request has \(bytes.count) bytes; the daemon takes at most \(Limits.frameBytes)")
    }
    guard connection.send(bytes) else { throw Self.gone }
    return id
  }

  /// Sends a request and waits for its reply; notifications wait for `next`.
  /// - Throws: ``Failure``: what the daemon answered, that it has gone, or Ctrl-C where `signals` is set.
  @discardableResult
  func call(_ method: String, _ params: JSON? = nil) throws(Failure) -> JSON {
    let id = try request(method, params)
    while true {
      switch try receive(timeout: -1) {
      case .response(id, let result):
        do throws(RPC.Fault) { return try result.get() } catch { throw Failure(error) }
      case .notification(let method, let params):
        guard waiting.count < Self.waitingLimit else {
          throw .noDaemon("over \(Self.waitingLimit) events came before the reply to \(method)")
        }
        waiting.append(.notification(method, params))
      case .signal: throw .interrupted()
      case .closed: throw Self.gone
      case .response, .timeout, .keys: continue
      }
    }
  }

  /// The next thing that comes.
  /// - Parameter timeout: milliseconds; negative waits for ever.
  func next(timeout: Int64 = -1) throws(Failure) -> Incoming {
    waiting.isEmpty ? try receive(timeout: timeout) : waiting.removeFirst()
  }

  private func receive(timeout: Int64) throws(Failure) -> Incoming {
    while true {
      while let frame = connection.buffered() {
        if let incoming = try Self.read(frame) { return incoming }
      }
      let watched = [connection.descriptor, signals?.descriptor, keyboard].compactMap(\.self)
      if watched.count > 1 || timeout >= 0 {
        guard let ready = Files.wait(for: watched, timeout: timeout) else { return .timeout }
        if let signals, ready.contains(signals.descriptor), let signal = signals.take() {
          return .signal(signal)
        }
        if let keyboard, ready.contains(keyboard) {
          guard case .bytes(let bytes) = Files.read(keyboard, limit: 64) else {
            // The terminal has gone; so will we, by its signal.
            self.keyboard = nil
            continue
          }
          return .keys(bytes)
        }
        guard ready.contains(connection.descriptor) else { continue }
      }
      guard connection.fill() else { return .closed }
    }
  }

  private static func read(_ frame: Frame) throws(Failure) -> Incoming? {
    guard case .message(let bytes) = frame else {
      throw .noDaemon("the daemon sent a message over \(Limits.frameBytes) bytes")
    }
    switch RPC.read(bytes, isOurs: true) {
    case .single(.response(let response)): return .response(response.id, response.result)
    case .single(.request(let request)):
      return .notification(request.method, request.params ?? [:])
    case .single(.invalid(_, let fault)):
      throw .noDaemon("the daemon sent what is no JSON-RPC: \(fault.message)")
    case .batch: return nil
    }
  }

  static let gone = Failure.noDaemon("the daemon closed the connection")
}
