import Testing
import Wire

@testable import Client

@Suite struct ImportTests {
  @Test(arguments: [1, 2, 3, 7, 1000])
  func `objects come out whole, however the bytes come`(size: Int) {
    let text = #" [ {"a":"}{\"\\"} , {"b":{"c":[{}]}}, {}] {"d":1}"# + "\n" + #"{"é":"ü"}"#
    var splitter = ValueSplitter()
    var objects: [String] = []
    var rest = Array(text.utf8)[...]
    while !rest.isEmpty {
      objects += splitter.take(Array(rest.prefix(size))).map { String(decoding: $0, as: UTF8.self) }
      rest = rest.dropFirst(size)
    }
    #expect(
      objects == [#"{"a":"}{\"\\"}"#, #"{"b":{"c":[{}]}}"#, "{}", #"{"d":1}"#, #"{"é":"ü"}"#])
  }

  @Test func `lines come out one by one`() {
    var splitter = ValueSplitter()
    let objects = splitter.take(Array("{\"a\":1}\n{\"b\":2}\r\n\n{\"c\":".utf8))
    #expect(objects.map { String(decoding: $0, as: UTF8.self) } == ["{\"a\":1}", "{\"b\":2}"])
    #expect(!splitter.isBetween)
    #expect(splitter.take(Array("3}".utf8)).count == 1)
    #expect(splitter.isBetween)
  }

  @Test func `a conversation of ChatGPT is the branch that was left last`() throws {
    let object: JSON = [
      "id": "abc", "title": "Trip", "create_time": 1_700_000_000.5, "current_node": "d",
      "mapping": [
        "root": ["id": "root", "message": nil, "parent": nil, "children": ["a"]],
        "a": [
          "parent": "root",
          "message": [
            "author": ["role": "system"], "content": ["content_type": "text", "parts": [""]],
          ],
        ],
        "b": [
          "parent": "a",
          "message": [
            "author": ["role": "user"], "create_time": 1_700_000_001,
            "content": [
              "content_type": "multimodal_text", "parts": [["asset_pointer": "x"], "Where to?"],
            ],
          ],
        ],
        "c": [
          "parent": "b",
          "message": [
            "author": ["role": "assistant"],
            "content": ["content_type": "text", "parts": ["an answer that was replaced"]],
          ],
        ],
        "d": [
          "parent": "b",
          "message": [
            "author": ["role": "assistant"], "metadata": ["model_slug": "gpt-4"],
            "content": ["content_type": "text", "parts": ["To Rome."]],
          ],
        ],
      ],
    ]
    let thread = try #require(ExportFormat.chatGPT.thread(object))
    #expect(ExportFormat(object) == .chatGPT)
    #expect(thread.id == "chatgpt-abc" && thread.title == "Trip")
    #expect(thread.createdAt == 1_700_000_000_500)
    #expect(thread.messages.map(\.text) == ["Where to?", "To Rome."])
    #expect(thread.messages.map(\.role) == ["user", "assistant"])
    #expect(thread.messages[1].model == "gpt-4")
  }

  @Test func `a conversation of Claude brings its attachments`() throws {
    let object: JSON = [
      "uuid": "u-1", "name": "Notes", "created_at": "2024-05-01T12:34:56.789Z",
      "chat_messages": [
        [
          "sender": "human", "text": "Read this", "created_at": "2024-05-01T12:35:00+00:00",
          "attachments": [["file_name": "a.txt", "extracted_content": "the text"]],
        ],
        ["sender": "assistant", "text": "", "content": [["type": "text", "text": "Done."]]],
        ["sender": "human", "text": " "],
      ],
    ]
    #expect(ExportFormat(object) == .claude)
    let thread = try #require(ExportFormat.claude.thread(object))
    #expect(thread.createdAt == 1_714_566_896_789)
    #expect(thread.messages.map(\.text) == ["Read this\n\na.txt:\nthe text", "Done."])
    #expect(thread.messages[0].createdAt == 1_714_566_900_000)
  }

  @Test func `lines with messages are known by what they hold`() throws {
    let object: JSON = [
      "messages": [
        ["role": "system", "content": "Be brief."], ["role": "user", "content": "Hi"],
        ["role": "assistant", "content": [["type": "text", "text": "Hello"]]],
        ["role": "tool", "content": "{}"],
      ]
    ]
    #expect(ExportFormat(object) == .chatLines)
    let thread = try #require(ExportFormat.chatLines.thread(object))
    #expect(thread.system == "Be brief." && thread.messages.map(\.text) == ["Hi", "Hello"])
    #expect(thread.id == ExportFormat.chatLines.thread(object)?.id)
    #expect(thread.id.utf8.count <= 64)
    let lines = try #require(thread.lines).split(separator: "\n")
    #expect(lines.count == 3)
    #expect(try JSON(parsing: String(lines[2]))["seq"] == 2)
    #expect(ExportFormat(["body": ["messages": []]]) == .chatLines)
    #expect(ExportFormat(["x": 1]) == nil)
  }

  @Test(
    arguments: [
      ("1970-01-01T00:00:00Z", 0), ("2024-02-29 00:00:00", 1_709_164_800_000),
      ("2024-05-01T14:34:56.7+02:00", 1_714_566_896_700),
      ("2023-11-14T22:13:20.123456+00:00", 1_700_000_000_123),
    ] as [(String, Int64)])
  func `moments are read`(text: String, time: Int64) {
    #expect(Timestamp.iso(text) == time)
  }

  @Test func `a bar fits its width`() {
    #expect(ProgressBar.line(0.5, "5 conversations", width: 80).contains("50 %"))
    #expect(DisplayWidth.of(ProgressBar.line(0.3, "many conversations", width: 30)) <= 30)
    #expect(ProgressBar.line(nil, "x", width: 30) == "x")
  }
}
