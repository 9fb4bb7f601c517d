import Domain
import Engine
import Wire

extension Field where Value == ThreadID {
  static let thread = Field.required("thread_id", "The thread.")
}
extension Field where Value == Int {
  /// The page size of lists that have no rule of their own.
  static func page(default fallback: Int = 50, in range: ClosedRange<Int> = Limits.listPage)
    -> Field
  {
    .int("limit", "Rows on the page.", default: fallback, in: range)
  }
}
extension Field where Value == String? {
  static let cursor = Field.text("cursor", "next_cursor of the page before.", length: 1...512)
  static let endUser = Field.text(
    "end_user_id", "Your own id of a person.", length: Limits.opaqueIDLength)
  static let title = Field.text("title", "A title.", length: Limits.titleLength)
}
extension Field where Value == JSON? {
  /// A system prompt: text, or content blocks (which may carry cache_control).
  static let system = Field<JSON?>.optional("system", "System prompt: a string or text blocks.")
    .checked { json in
      guard let json else { return nil }
      do throws(InvalidParams) {
        try MessageContent.check(json, field: "system")
        return nil
      } catch { return error.problem }
    }
}
extension Field where Value == JSON.Object {
  static let metadata = Field.optional(
    "metadata", "Any JSON object; stored as given.", default: [:]
  )
  .checked { object in
    JSON.object(object).bytes.count <= Limits.metadataBytes
      ? nil : "must have at most \(Limits.metadataBytes) bytes as JSON"
  }
}

let threadMethods: [Method] = [
  Method(
    "thread/create", .post("/v1/threads", status: 201), .standard, "Makes a thread.",
    params: .endUser, .metadata, .title,
    .text("default_model", "The model of sends that name none.", length: 1...200), .system,
    .optional("offline", "What becomes of sends that do not say so while the upstream is away."),
    result: .thread
  ) { (call, endUser, metadata, title, model, system, offline: OfflineRule?) in
    try await call.engine.threads.create(
      endUserID: endUser, metadata: metadata, title: title, defaultModel: model, system: system,
      offline: offline, as: call.principal)
  },
  Method(
    "thread/list", .get("/v1/threads"), .standard, "Lists threads, newest active first.",
    params: .page(default: 20, in: Limits.threadPage), .cursor, .endUser, result: .list(of: .thread)
  ) { call, limit, cursor, endUser in
    try await call.engine.threads.list(
      limit: limit, cursor: cursor, endUserID: endUser, as: call.principal)
  },
  Method(
    "thread/get", .get("/v1/threads/:thread_id"), .standard, "Reads a thread.", params: .thread,
    result: .thread
  ) { call, thread in
    try await call.engine.threads.get(thread, as: call.principal)
  },
  Method(
    "thread/update", .patch("/v1/threads/:thread_id"), .standard,
    "Changes a thread; metadata is merged one level deep, null removes.", params: .thread,
    .change("title", "A title; null clears it."),
    .change("default_model", "The model of sends that name none; null clears it."),
    .change("system", "System prompt; null clears it."), .metadata,
    .change("offline", "What becomes of sends while the upstream is away; null clears it."),
    result: .thread
  ) {
    (
      call, thread, title: Change<String>, model: Change<String>, system: Change<JSON>,
      metadata: JSON.Object, offline: Change<OfflineRule>
    ) in
    if case .set(let text) = title, !Limits.titleLength.contains(text.unicodeScalars.count) {
      throw InvalidParams("title", "must be a string of 0 to 200 characters")
    }
    return try await call.engine.threads.update(
      thread,
      ThreadChange(
        title: title, defaultModel: model, system: system, metadata: metadata, offline: offline),
      as: call.principal)
  },
  Method(
    "thread/delete", .delete("/v1/threads/:thread_id"), .standard,
    "Deletes a thread softly; erase=now erases it at once.", params: .thread,
    .text("erase", "now: rows, events and index entries are gone at once.", length: 3...3),
    result: .done
  ) { (call, thread, erase: String?) in
    guard erase == nil || erase == "now" else { throw InvalidParams("erase", "must be now") }
    try await call.engine.threads.delete(thread, erase: erase != nil, as: call.principal)
    return Done()
  },
  Method(
    "thread/erase", nil, .standard,
    "Erases a thread: rows and events are gone and freed pages overwritten.", params: .thread,
    result: .done
  ) { call, thread in
    try await call.engine.threads.delete(thread, erase: true, as: call.principal)
    return Done()
  },
  Method(
    "thread/fork", .post("/v1/threads/:thread_id/fork", status: 201), .standard,
    "Makes an independent copy of a thread.", params: .thread,
    .int("at_seq", "The last message to copy; all where it is absent.", in: 0...Int.max),
    result: .thread
  ) { call, thread, seq in
    try await call.engine.threads.fork(
      thread, atSeq: seq.map(MessageSeq.init), as: call.principal)
  },
  Method(
    "thread/compact", .post("/v1/threads/:thread_id/compact"), .standard,
    "Summarises a thread's beginning for later model calls; its messages stay as they are.",
    params: .thread,
    .text("model", "Who writes the summary; else the settings' or the thread's.", length: 1...200),
    .int("keep_turns", "The newest turns that stay as they are; 2 if absent.", in: 0...1_000),
    result: .compaction
  ) { call, thread, model, keep in
    try await call.engine.threads.compact(
      thread, model: model, keep: keep, as: call.principal)
  },
  Method(
    "thread/export", .get("/v1/threads/:thread_id/export"), .standard,
    "A thread as JSON lines, a page at a time.", params: .thread,
    .int("after_seq", "next_after_seq of the page before.", in: 0...Int.max), result: .exportPage
  ) { call, thread, after in
    try await call.engine.threads.export(
      thread, after: after.map(MessageSeq.init), as: call.principal)
  },
  Method(
    "thread/import", .post("/v1/threads/import", status: 201), .standard,
    "Makes a thread from exported lines, under its own id where that is free.",
    params: .required("jsonl", "The lines of all pages, one after another."), result: .thread
  ) { (call, lines: String) in
    try await call.engine.threads.importLines(lines, as: call.principal)
  },
]

extension Shape where Value == Threads.ExportPage {
  static let exportPage = Shape(
    .constant("object", "thread.export"),
    .field("jsonl", \.lines, "JSON lines."),
    .nullable("next_after_seq", \.nextAfter, "Pass as after_seq for the next page."))
}
