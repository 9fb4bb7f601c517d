/// Every limit of the protocol, in one place. `initialize` and `qlaud schema` report them.
package enum Limits {
  /// Containers inside one another in one JSON text.
  package static let jsonDepth = 128
  /// Containers that the daemon puts round what it was given, at most: a message in an event in a notification, for one.
  package static let jsonWrapping = 16
  /// Bytes of one JSON-RPC message in either framing.
  package static let frameBytes = 16 << 20
  /// Bytes of one header block of the Content-Length framing.
  package static let frameHeaderBytes = 8 << 10
  /// Bytes of one HTTP request body.
  package static let httpBodyBytes = 16 << 20
  /// Bytes of one HTTP request head, without its punctuation.
  package static let httpHeadBytes = 64 << 10
  /// Header fields of one HTTP request.
  package static let httpHeaderFields = 128
  /// Requests of one JSON-RPC batch.
  package static let batchRequests = 256
  /// Requests of one JSON-RPC connection that may run at once; further ones wait unread.
  package static let requestsPerConnection = 256
  /// Events read from the log at a time for one subscriber.
  package static let eventPage = 128
  /// Threads on one page of `thread/list`.
  package static let threadPage = 1...100
  /// Messages on one page of `message/list`.
  package static let messagePage = 1...200
  /// Rows on one page of any other list.
  package static let listPage = 1...200
  /// Bytes of a thread's metadata as JSON.
  package static let metadataBytes = 64 << 10
  /// Characters of a name (key, provider, secret, tool).
  package static let nameLength = 1...64
  /// Characters of a title.
  package static let titleLength = 0...200
  /// Characters of an `end_user_id`, an idempotency key and other opaque ids.
  package static let opaqueIDLength = 1...256
  /// Bytes of one secret's value.
  package static let secretBytes = 64 << 10
  /// Output tokens that one call may ask for.
  package static let maxTokens = 1...10_000_000
  /// Tokens that a model's window may be said to hold.
  package static let contextTokens = 256...100_000_000
  /// Model calls of one turn.
  package static let iterations = 1...100
  /// Messages that `message/append` takes at once, and `thread/import` in one line set.
  package static let appendMessages = 1...1_000
  /// Bytes of a job's result as JSON.
  package static let jobResultBytes = 1 << 20
  /// Models that one send may fall back on.
  package static let fallbackModels = 8
  /// Turns of history that the setting `history_turns` may allow a model call; without the setting the last of them.
  package static let historyTurns = 1...10_000
  /// Characters of what is searched for.
  package static let queryLength = 0...65_536
  /// Messages on one page of a search.
  package static let searchPage = 1...50
}
