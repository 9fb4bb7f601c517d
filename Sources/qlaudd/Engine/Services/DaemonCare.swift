package import Domain
import Store
import Vault
package import Wire

/// Settings, status and the care of the file.
package struct DaemonCare: Sendable {
  let core: Core

  /// What the daemon says of itself.
  package struct Status: Sendable {
    package let build: BuildInfo
    package let startedAt: Milliseconds
    package let statistics: StoreStatistics
    package let queue: QueueStatus
    package let running: Int
    package let isVaultLocked: Bool
    package let lastEventSeq: EventSeq
    package let providers: Int
  }

  /// Counts and sizes.
  package func status() async throws -> Status {
    Status(
      build: core.build, startedAt: core.startedAt, statistics: try await core.store.statistics(),
      queue: try await core.store.queueStatus(), running: core.running.count,
      isVaultLocked: core.keeper.vault.isLocked, lastEventSeq: core.events.lastSeq,
      providers: try await core.store.providers().count)
  }

  /// All settings.
  package func settings() async throws -> JSON.Object { try await core.store.settings() }

  /// Changes settings; null removes one.
  /// - Throws: ``QlaudError`` naming a setting that is not known or not as it must be.
  package func set(_ settings: JSON.Object) async throws -> JSON.Object {
    for member in settings.members {
      if member.value.isNull { continue }
      if let problem = SettingName.expectation(member.key, member.value) {
        throw QlaudError.invalid(member.key, problem)
      }
    }
    try await core.store.setSettings(settings)
    core.work.ring()
    core.chores.ring()
    core.indexed.ring()
    return try await core.store.settings()
  }

  /// A consistent copy of the file, made while everything goes on, and checked.
  /// - Returns: its bytes.
  package func backup(to path: String) async throws -> Int {
    guard path.hasPrefix("/") else { throw QlaudError.invalid("path", "must be absolute") }
    return try await core.store.backup(to: path)
  }

}
