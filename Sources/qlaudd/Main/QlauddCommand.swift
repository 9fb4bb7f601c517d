import API
import ArgumentParser
import CHost
import Domain
import Engine
import Glibc
import Logging
import Outbound
import Server
import ServiceLifecycle
import Store
import Tools
import UnixSignals
import Upstream
import Vault
import Wire

@main
struct QlauddCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "qlaudd",
    abstract: "A personal AI backend: one daemon, one SQLite file, one Unix socket.",
    discussion: """
      Exit status: 0 after an orderly end, 64 for wrong usage, 75 when another daemon owns the \
      database or the socket, 1 for any other failure to start.
      """,
    version: programVersion)

  @Option(
    help:
      "The Unix socket (else $QLAUD_SOCKET, $XDG_RUNTIME_DIR/qlaud/qlaud.sock, ~/.local/state/qlaud/qlaud.sock)."
  )
  var socket: String?

  @Option(
    help:
      "The database file (else $QLAUD_DATABASE, $XDG_DATA_HOME/qlaud/qlaud.db, ~/.local/share/qlaud/qlaud.db)."
  )
  var database: String?

  @Option(help: "Folder of the database, named qlaud.db there; --database wins.")
  var data: String?

  @Option(help: "Also listen for HTTP on a loopback address: 127.0.0.1:PORT. Always needs a key.")
  var listen: ListenAddress?

  @Option(
    help: "Write 'ready' and a line break to this descriptor once listening, or 'error: ...'.")
  var readyFd: Int32?

  @Option(
    help: ArgumentHelp(
      "Instead of serving: check a backup, put it in the database's place and keep what was there.",
      valueName: "backup"))
  var restore: String?

  @Option(help: "trace, debug, info, notice, warning, error or critical.")
  var logLevel: LogLevel = .notice

  /// How long conversations may go on when the daemon is asked to end.
  static let grace = Duration.seconds(1)

  func run() throws {
    try MainThread.wait { try await runUntilStopped() }
  }

  private func runUntilStopped() async throws {
    // A peer that goes away is an error of one write, never a signal for the whole program.
    signal(SIGPIPE, SIG_IGN)
    DescriptorLimit.raise()
    chost_bound_arenas()
    let ready = Readiness(descriptor: readyFd)
    do {
      if let restore { try putBack(restore) } else { try await serve(ready) }
    } catch {
      let failure = StartFailure(error)
      ready.failed(failure.message)
      FileDescriptorText.standardError.write("qlaudd: \(failure.message)\n")
      throw ExitCode(failure.status)
    }
  }

  private var paths: Paths {
    get throws {
      try Paths(
        socket: socket, database: database ?? data.map { "\($0)/qlaud.db" },
        environment: ProcessEnvironment.all)
    }
  }

  private func putBack(_ backup: String) throws {
    let path = try paths.database
    try PrivateFolder.create(paths.databaseFolder)
    let lock = try InstanceLock(database: path)
    defer { withExtendedLifetime(lock) {} }
    let outcome = try Restore.run(from: backup, to: path, source: .system)
    var text = "restored \(path) from \(backup)\n"
    if let kept = outcome.keptAs { text += "what was there is kept as \(kept)\n" }
    if outcome.waitingTurns > 0 {
      text +=
        "\(outcome.waitingTurns) turns of the backup had not ended; the queue is paused until: qlaud queue resume\n"
    }
    FileDescriptorText(descriptor: 1).write(text)
  }

  private func serve(_ ready: Readiness) async throws {
    let environment = ProcessEnvironment.all
    let paths = try paths
    // A daemon keeps no folder busy.
    guard chdir("/") == 0 else { throw PathError.noFolder }
    var logger = Logger(label: "qlaudd") { StreamLogHandler.standardError(label: $0) }
    logger.logLevel = logLevel.level

    try PrivateFolder.create(paths.databaseFolder)
    let lock = try InstanceLock(database: paths.database)
    defer { withExtendedLifetime(lock) {} }
    let grown = Bell()
    var source = Source.system
    source.boot = BootID.current() ?? source.uuid()
    let store = try await LocalDatabase.open(
      at: paths.database, source: source, rule: .messages
    ) { grown.ring() }
    let client = HTTPClient()
    let engine = try await LocalEngine.start(
      store: store, upstream: ModelClient(client: client),
      outside: ToolsOutside.through(client), source: source, logger: logger, grown: grown,
      masters: VaultKeeper.MasterSources(
        credential: try SystemCredential.masterKey(environment),
        readKeyFile: { () throws(VaultError) in try KeyFile.read(at: paths.keyFile) },
        createKeyFile: { () throws(VaultError) in try KeyFile.create(at: paths.keyFile) }),
      build: BuildInfo(
        version: programVersion, databasePath: paths.database, socketPath: paths.socket))
    let watching = NetworkWatch.start {
      client.networkChanged()
      engine.networkChanged()
    }
    if watching != 0 {
      logger.warning("the network cannot be watched", metadata: ["errno": "\(watching)"])
    }
    let api = APIFace(engine: engine)
    var listening = ServerConfiguration(
      socketPath: paths.socket, tcp: listen.map { ($0.host, $0.port) },
      activation: Activation(
        listenPID: environment["LISTEN_PID"], listenFDs: environment["LISTEN_FDS"]))
    listening.shutdownGrace = Self.grace
    let ears = Bell()
    let server = SocketServer(
      configuration: listening, logger: logger,
      onListening: { _ in
        ready.listening()
        ears.ring()
      },
      handler: { await api.serve($0) })
    let background = engine.services + [MemoryCare(store: store, logger: logger)]
    try await run(
      background.map { LateStart(service: $0, listening: ears) } + [server], logger)
    await client.shutdown()
    try await store.close()
  }

  /// Services stop in the reverse order: the server first, then the runner, which parks what still runs, then the writer of
  /// events. They start at once, but for the server's listening, which the others wait for.
  private func run(_ services: [any Service], _ logger: Logger) async throws {
    var quiet = logger
    quiet.logLevel = max(logLevel.level, .warning)
    let group = ServiceGroup(
      configuration: ServiceGroupConfiguration(
        services: services.map {
          ServiceGroupConfiguration.ServiceConfiguration(
            service: $0, successTerminationBehavior: .gracefullyShutdownGroup,
            failureTerminationBehavior: .gracefullyShutdownGroup,
            // The name that it would find itself is the whole service in words, which takes longer than to open the database.
            serviceName: Self.name($0))
        }, gracefulShutdownSignals: [.sigterm, .sigint], logger: quiet))
    try await group.run()
  }

  private static func name(_ service: any Service) -> String {
    "\(type(of: (service as? LateStart)?.service ?? service))"
  }
}

/// A loopback address and a port.
struct ListenAddress: ExpressibleByArgument {
  let host: String
  let port: Int

  init?(argument: String) {
    guard let colon = argument.lastIndex(of: ":"),
      let port = Int(argument[argument.index(after: colon)...]), (0...65535).contains(port)
    else { return nil }
    var host = argument[..<colon]
    if host.hasPrefix("["), host.hasSuffix("]") { host = host.dropFirst().dropLast() }
    self.host = String(host)
    self.port = port
  }
}

/// The levels of swift-log, as an option.
enum LogLevel: String, ExpressibleByArgument, CaseIterable {
  case trace, debug, info, notice, warning, error, critical
  var level: Logger.Level { Logger.Level(rawValue: rawValue) ?? .notice }
}
