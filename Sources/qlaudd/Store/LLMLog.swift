import Domain
import GRDB

/// The log that simonw/llm keeps (`logs.db`): another program's SQLite file, only read. Its tables `conversations` and
/// `responses` have kept the columns that are read here since version 0.5.
package struct LLMLog: Sendable {
  /// One prompt and what came back.
  package struct Response: Sendable, Equatable {
    package let model: String?
    package let prompt: String
    package let response: String
    /// ISO 8601, in UTC.
    package let time: String?
  }

  /// Responses that belong together.
  package struct Conversation: Sendable, Equatable {
    package let id: String
    package let name: String?
    package let system: String?
    package let responses: [Response]
  }

  /// Some conversations, in the order of their ids.
  package struct Page: Sendable, Equatable {
    package let conversations: [Conversation]
    /// Where the next page starts; nil on the last.
    package let next: String?
    /// Conversations up to here, and all of them.
    package let done: Int
    package let total: Int
  }

  private let path: String

  /// The log at a path.
  package init(path: String) { self.path = path }

  /// Conversations after an id. Responses that belong to no conversation are one each.
  /// - Throws: `invalid_params` for a file that is no such log.
  package func page(after id: String, limit: Int) async throws -> Page {
    var configuration = Configuration()
    configuration.readonly = true
    configuration.busyMode = .timeout(5)
    do {
      let queue = try DatabaseQueue(path: path, configuration: configuration)
      let page = try await queue.read { try Self.page($0, after: id, limit: limit) }
      try queue.close()
      return page
    } catch let error as DatabaseError {
      throw QlaudError.invalid(
        "path",
        "is no log of llm that can be read (\(error.message ?? "SQLite \(error.resultCode)"))")
    }
  }

  private static let name = "coalesce(conversation_id, id)"

  private static func page(_ db: Database, after id: String, limit: Int) throws -> Page {
    let ids = try db.all(
      "SELECT DISTINCT \(name) FROM responses WHERE \(name) > ? ORDER BY 1 LIMIT ?", id, limit
    ) { try $0.text() }
    let conversations = try ids.map { try conversation(db, $0) }
    let last = ids.last ?? id
    return Page(
      conversations: conversations, next: ids.count == limit ? ids.last : nil,
      done: Int(
        try db.number("SELECT count(DISTINCT \(name)) FROM responses WHERE \(name) <= ?", last) ?? 0
      ),
      total: Int(try db.number("SELECT count(DISTINCT \(name)) FROM responses") ?? 0))
  }

  private static func conversation(_ db: Database, _ id: String) throws -> Conversation {
    let title = try db.one("SELECT name FROM conversations WHERE id = ?", id) { $0.optionalText() }
    var system: String?
    let responses = try db.all(
      """
      SELECT model, prompt, response, datetime_utc, system FROM responses
      WHERE \(name) = ? ORDER BY datetime_utc, id
      """, id
    ) { row in
      let response = Response(
        model: row.optionalText(), prompt: row.optionalText() ?? "",
        response: row.optionalText() ?? "", time: row.optionalText())
      system = system ?? row.optionalText()
      return response
    }
    return Conversation(
      id: id, name: title ?? nil, system: system, responses: responses)
  }
}
