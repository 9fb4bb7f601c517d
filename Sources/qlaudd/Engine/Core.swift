import Domain
import Logging
import Store
import Tools
import Upstream
import Wire

/// What the parts of the engine share. A value that is passed down; it holds no state of its own.
struct Core: Sendable {
  let store: LocalDatabase
  let upstream: ModelClient
  let keeper: VaultKeeper
  let events: EventLog
  let source: Source
  let logger: Logger
  let masters: VaultKeeper.MasterSources
  let build: BuildInfo
  let startedAt: Milliseconds
  /// See ``steady()``.
  let steadyClock: @Sendable () -> Milliseconds
  /// Which providers can be reached.
  let reach: Reach
  /// Rings when a turn may have become runnable.
  let work = Bell()
  /// Rings when a client has asked the daemon to end.
  let shutdown = Bell()
  let running = RunningTurns()
  /// Rings when there may be something for the housekeeping to do at once.
  let chores = Bell()
  /// What tools need of the world.
  let outside: Outside
  /// Rings when a client has answered a call of one of its tools.
  let toolAnswers = Bell()
  /// Rings when somebody has answered whether a tool may be called.
  let approvalAnswers = Bell()
  /// Rings when more messages can be found.
  let indexed = Bell()
  /// The embedding model that is in use.
  let meaning = MeaningIndex()

  /// What calls cost and whether they may be made.
  var accountant: Accountant { Accountant(store: store, source: source) }

  /// The tools that the program carries.
  /// - Throws: `InvalidParams` where the shipped data is wrong, which a test holds.
  var builtIns: [BuiltIn] { get throws(InvalidParams) { try BuiltIn.catalog() } }

  /// A duration from now on the wall clock, as a moment.
  func moment(in delay: Milliseconds) -> Milliseconds { source.now() + delay }
}
