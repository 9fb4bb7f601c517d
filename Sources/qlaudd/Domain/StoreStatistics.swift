/// Counts and sizes.
package struct StoreStatistics: Sendable, Equatable {
  /// Threads that are not deleted.
  package let threads: Int
  package let messages: Int
  package let turns: Int
  /// Events that are rows.
  package let events: Int
  /// Bytes of the file.
  package let databaseBytes: Int
  /// Bytes of its write-ahead log.
  package let walBytes: Int
  /// As the store found it.
  package init(
    threads: Int, messages: Int, turns: Int, events: Int, databaseBytes: Int, walBytes: Int
  ) {
    self.threads = threads
    self.messages = messages
    self.turns = turns
    self.events = events
    self.databaseBytes = databaseBytes
    self.walBytes = walBytes
  }
}
