import Domain
import Engine
import Wire

let importMethods: [Method] = [
  Method(
    "import/llm", .post("/v1/import/llm"), .admin,
    "Reads the log that simonw/llm keeps, a page at a time; nothing is stored. thread/import takes what comes out.",
    params: .text("path", "The absolute path of logs.db.", length: 1...4096), .cursor,
    result: .llmPage
  ) { (call, path: String, cursor: String?) in
    try await call.engine.imports.llm(path: path, after: cursor)
  }
]

extension Shape where Value == Imports.Page {
  fileprivate static let llmPage = Shape(
    .constant("object", "list"),
    .field("data", \.rows, "Conversations: id, name, system, responses."),
    .field("has_more", \.hasMore, "Whether there are more."),
    .nullable("next_cursor", \.next, "Pass as cursor for the next page."),
    .field("done", \.done, "Conversations up to here."),
    .field("total", \.total, "All of them."))
}
extension Imports.Page {
  fileprivate var hasMore: Bool { next != nil }
  fileprivate var rows: [JSON] {
    conversations.map { one in
      .record([
        "id": .string(one.id), "name": one.name.map(JSON.string),
        "system": one.system.map(JSON.string),
        "responses": .array(
          one.responses.map { entry in
            .record([
              "model": entry.model.map(JSON.string), "prompt": .string(entry.prompt),
              "response": .string(entry.response), "datetime_utc": entry.time.map(JSON.string),
            ])
          }),
      ])
    }
  }
}
