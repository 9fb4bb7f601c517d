package import Domain
package import Logging
package import ServiceLifecycle
package import Store
package import Tools
package import Upstream
import Vault
package import Wire

/// What the product is, behind the socket: one value that the API calls. Its parts share one
/// ``Core`` and hold no state of their own.
package struct LocalEngine: Sendable {
  let core: Core
  /// Starts the engine on an open database.
  /// - Throws: ``QlaudError`` from the store, `VaultError` where a key file is wrong, ``InvalidParams`` where the catalog
  ///   of built-in tools is.
  package static func start(
    store: LocalDatabase, upstream: ModelClient, outside: Outside, source: Source, logger: Logger,
    grown: Bell,
    masters: VaultKeeper.MasterSources, build: BuildInfo
  ) async throws -> LocalEngine {
    let keeper = try await VaultKeeper.open(store: store, source: source, masters: masters)
    let events = EventLog(store: store, grown: grown, flushNow: Bell())
    let (startedAt, origin) = (source.now(), source.monotonic())
    let steady: @Sendable () -> Milliseconds = { startedAt + source.monotonic() - origin }
    let core = Core(
      store: store, upstream: upstream, keeper: keeper, events: events, source: source,
      logger: logger, masters: masters, build: build, startedAt: startedAt,
      steadyClock: steady, reach: Reach(now: steady), outside: outside)
    return LocalEngine(core: core)
  }

  /// The long-running parts, in the order they start; they stop in the reverse order.
  package var services: [any Service] {
    [
      EventFlusher(log: core.events, logger: core.logger), Indexer(core: core),
      MeaningIndexer(core: core), Runner(core: core),
      Housekeeping(core: core), ShutdownRequest(asked: core.shutdown),
    ]
  }

  /// The program's version.
  package var version: String { core.build.version }
  /// Asks the program to end; the service ``ShutdownRequest`` sees it.
  package func requestShutdown() { core.shutdown.ring() }

  /// The machine's network has changed: what waits for it is tried at once.
  package func networkChanged() {
    if core.reach.networkChanged() { core.work.ring() }
  }
  /// Whether providers elsewhere can be reached, as far as is known.
  package var isOnline: Bool { core.reach.isOnline }

  /// A new unique id.
  package func newID() -> String { core.source.uuid() }
  /// The wall clock, for what is shown to people.
  package func now() -> Milliseconds { core.source.now() }
  /// Notes what nobody expected; callers see `internal`.
  package func logUnexpected(_ error: any Error, during what: String) {
    core.logger.error("unexpected", metadata: ["during": "\(what)", "error": "\(error)"])
  }

  /// The event log.
  package var events: EventLog { core.events }
  /// Threads and their messages.
  package var threads: Threads { Threads(core: core) }
  /// Sends and what becomes of them.
  package var turns: Turns { Turns(core: core) }
  /// Stateless calls that are made later.
  package var jobs: Jobs { Jobs(core: core) }
  /// What waits, and for what.
  package var queue: QueueCare { QueueCare(core: core) }
  /// Tools and the answers of those that clients run.
  package var tools: ToolRegistry { ToolRegistry(core: core) }
  /// Tools for callers without a model.
  package var toolExecution: ToolExecution { ToolExecution(core: core) }
  /// Accounts that end-users lend to tools.
  package var connections: Connections { Connections(core: core) }
  /// Questions to people about calls of tools.
  package var approvals: Approvals { Approvals(core: core) }
  /// API keys.
  package var keys: Keys { Keys(core: core) }
  /// Upstreams and models.
  package var providers: Providers { Providers(core: core) }
  /// Model calls that belong to no thread.
  package var inference: Inference { Inference(core: core) }
  /// Finding what was said.
  package var searches: Searches { Searches(core: core) }
  /// Reading what other programs keep.
  package var imports: Imports { Imports() }
  /// Usage, wallet, models and prices.
  package var accounts: Accounts { Accounts(core: core) }
  /// Secrets and the vault.
  package var secrets: Secrets { Secrets(core: core) }
  /// Settings, status, backup.
  package var daemon: DaemonCare { DaemonCare(core: core) }
  /// How everything stands that the daemon needs.
  package var doctor: Doctor { Doctor(core: core) }
}

/// What the program says of itself.
package struct BuildInfo: Sendable {
  package let version: String
  /// The database file.
  package let databasePath: String
  /// The socket's path.
  package let socketPath: String
  /// What Main knows.
  package init(version: String, databasePath: String, socketPath: String) {
    self.version = version
    self.databasePath = databasePath
    self.socketPath = socketPath
  }
}
