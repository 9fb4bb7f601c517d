import GRDB
package import Wire

extension LocalDatabase {
  /// The setting of that name; nil where it is not set.
  package func setting(_ name: String) async throws -> JSON? {
    try look { try SettingTable.get($0, name) }
  }
  /// All that is set, by name.
  package func settings() async throws -> JSON.Object {
    try await read { try SettingTable.all($0) }
  }
  /// Sets each member, all or none; null removes a setting. Others stay.
  package func setSettings(_ settings: JSON.Object) async throws {
    try await configure { transaction in
      for member in settings.members {
        if member.value.isNull {
          try SettingTable.delete(transaction.db, member.key)
        } else {
          try SettingTable.set(transaction.db, member.key, member.value)
        }
      }
    }
  }
}
