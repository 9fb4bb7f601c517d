import Wire

/// Where the daemon is, and how to come to it.
struct DaemonAddress {
  let socket: String
  /// The data directory for a daemon that has to be started.
  let data: String?
  let paths: Paths

  init(_ common: Common, paths: Paths) {
    socket = System.absolute(common.socket ?? paths.socket)
    data = (common.data ?? paths.data).map(System.absolute)
    self.paths = paths
  }

  /// Connects, starting a daemon where none answers and that is wanted, and shows the key of `$QLAUD_KEY`.
  /// - Throws: ``Failure`` with status 3 where there is none.
  func connect(start: Bool) throws(Failure) -> RPCClient {
    let client = RPCClient(try connection(start: start))
    if let key = System.variable("QLAUD_KEY") {
      try client.call("initialize", ["key": .string(key)])
    }
    return client
  }

  /// - Throws: ``Failure`` with status 2 where a daemon answers.
  func refuseRunning() throws(Failure) {
    if try attempt() != nil {
      throw .usage("a daemon answers at \(socket)", hint: "end it first: qlaud stop")
    }
  }

  private func connection(start: Bool) throws(Failure) -> Connection {
    if let connection = try attempt() { return connection }
    guard start else {
      throw .noDaemon("no daemon answers at \(socket)", hint: "start one with: qlaudd")
    }
    let launcher = DaemonLauncher(
      executable: try DaemonLauncher.find(), socket: socket, data: data, paths: paths)
    // Who waits here while another client starts the daemon finds it running afterwards.
    let lock = try launcher.lock()
    defer { lock.release() }
    if let connection = try attempt() { return connection }
    try launcher.start()
    if let connection = try attempt() { return connection }
    throw .noDaemon(
      "a daemon was started, but none answers at \(socket)", hint: "its log: \(paths.log)")
  }

  private func attempt() throws(Failure) -> Connection? {
    do throws(Connection.Refusal) { return try Connection(path: socket) } catch {
      switch error {
      case .absent: return nil
      case .failed(let why): throw .noDaemon("\(socket): \(why)")
      }
    }
  }
}
