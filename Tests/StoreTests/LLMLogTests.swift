import Domain
import Foundation
import GRDB
import Testing

@testable import Store

@Suite struct LLMLogTests {
  /// The tables as llm 0.26 makes them, as far as they matter.
  private static let schema = """
    CREATE TABLE conversations (id TEXT PRIMARY KEY, name TEXT, model TEXT);
    CREATE TABLE responses (
      id TEXT PRIMARY KEY, model TEXT, prompt TEXT, system TEXT, prompt_json TEXT,
      options_json TEXT, response TEXT, response_json TEXT,
      conversation_id TEXT REFERENCES conversations(id), duration_ms INTEGER, datetime_utc TEXT);
    INSERT INTO conversations VALUES ('c1', 'Greeting', 'gpt'), ('c2', NULL, 'gpt');
    INSERT INTO responses (id, model, prompt, system, response, conversation_id, datetime_utc) VALUES
      ('r2', 'gpt', 'and you?', NULL, 'fine', 'c1', '2024-01-01T00:00:02+00:00'),
      ('r1', 'gpt', 'hello', 'be kind', 'hi', 'c1', '2024-01-01T00:00:01+00:00'),
      ('r3', 'gpt', 'x', NULL, 'y', 'c2', '2024-01-02T00:00:00+00:00'),
      ('r4', 'gpt', 'alone', NULL, NULL, NULL, '2024-01-03T00:00:00+00:00');
    """

  @Test func `conversations come in pages, their responses in order`() async throws {
    let folder = Folder()
    let path = folder.path + "/logs.db"
    let queue = try DatabaseQueue(path: path)
    try await queue.write { try $0.execute(sql: Self.schema) }
    try queue.close()
    let log = LLMLog(path: path)
    let first = try await log.page(after: "", limit: 2)
    #expect(first.conversations.map(\.id) == ["c1", "c2"])
    #expect(first.conversations[0].name == "Greeting")
    #expect(first.conversations[0].system == "be kind")
    #expect(first.conversations[0].responses.map(\.prompt) == ["hello", "and you?"])
    #expect(first.next == "c2" && first.done == 2 && first.total == 3)
    let second = try await log.page(after: "c2", limit: 2)
    #expect(second.conversations.map(\.id) == ["r4"])
    #expect(second.conversations[0].responses.first?.response == "")
    #expect(second.next == nil && second.done == 3)
  }

  @Test func `what is no such log is refused`() async throws {
    let folder = Folder()
    let path = folder.path + "/other"
    await refusal(.invalidParams) { try await LLMLog(path: path).page(after: "", limit: 1) }
    try Data("no database".utf8).write(to: URL(filePath: path))
    await refusal(.invalidParams) { try await LLMLog(path: path).page(after: "", limit: 1) }
    let fixture = try await Fixture()
    let own = fixture.folder.file
    await refusal(.invalidParams) { try await LLMLog(path: own).page(after: "", limit: 1) }
  }
}
