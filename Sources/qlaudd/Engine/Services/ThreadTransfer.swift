package import Domain
import Store
import Wire

/// A thread as JSON lines: the first names the thread, each further one is a message. Importing what
/// was exported, and exporting it again, gives the same lines.
extension Threads {
  /// Part of a thread's lines.
  package struct ExportPage: Sendable {
    /// JSON Lines: each line ends with a line break.
    package let lines: String
    /// Where the next page starts; nil on the last.
    package let nextAfter: MessageSeq?
  }

  /// Messages on one page of an export.
  package static let exportPage = 1_000

  /// The lines after a place; the thread's own line comes on the first page.
  package func export(_ id: ThreadID, after: MessageSeq?, as principal: Principal) async throws
    -> ExportPage
  {
    let thread = try await core.store.thread(id, visibleTo: principal.visibleKey)
    let rows = try await core.store.messages(
      id, order: .asc, limit: Self.exportPage + 1, after: after, before: nil)
    var lines = after == nil ? [Self.line(thread)] : []
    lines += rows.prefix(Self.exportPage).map(Self.line)
    let next = rows.count > Self.exportPage ? rows[Self.exportPage - 1].seq : nil
    return ExportPage(lines: lines.map { $0.text + "\n" }.joined(), nextAfter: next)
  }

  /// Makes a thread from its lines, under its own id where that is free.
  /// - Throws: ``QlaudError`` `invalid_params` naming the line, `conflict` where the id is taken.
  package func importLines(_ text: String, as principal: Principal) async throws -> Thread {
    var thread: Thread?
    var messages: [Message] = []
    // By bytes: U+2028 and U+0085 end no line of JSON Lines, they may stand in a text.
    for (index, line) in text.utf8.split(separator: UInt8(ascii: "\n")).enumerated() {
      let field = "jsonl line \(index + 1)"
      let json = try Self.parse(line, field)
      if let thread {
        messages.append(try Self.message(json, thread.id, seq: Int64(messages.count + 1), field))
      } else {
        thread = try self.thread(json, as: principal, field)
      }
    }
    guard let thread else {
      throw QlaudError.invalid("jsonl", "must hold at least the thread's line")
    }
    try await core.store.importThread(thread, messages: messages)
    return thread
  }

  private static func parse(_ line: Substring.UTF8View, _ field: String) throws -> JSON {
    do throws(JSONError) { return try JSON(parsing: Array(line)) } catch {
      throw QlaudError.invalid(field, "\(error)")
    }
  }

  private static func line(_ thread: Thread) -> JSON {
    .record([
      "type": "thread", "id": thread.id.json, "end_user_id": thread.endUserID.map(JSON.string),
      "title": thread.title.map(JSON.string), "metadata": .object(thread.metadata),
      "default_model": thread.defaultModel.map(JSON.string), "system": thread.system,
      "offline": thread.offline?.json,
      "created_at": .int(thread.createdAt), "last_active_at": .int(thread.lastActiveAt),
    ])
  }

  private static func line(_ message: Message) -> JSON {
    .record([
      "type": "message", "seq": .int(message.seq), "role": message.role.json,
      "content": message.content, "request_id": message.requestID.map(JSON.string),
      "model": message.model.map(JSON.string), "stop_reason": message.stopReason.map(JSON.string),
      "usage": message.usage?.json, "created_at": .int(message.createdAt),
    ])
  }

  private func thread(_ json: JSON, as principal: Principal, _ field: String) throws -> Thread {
    guard json["type"] == "thread" else {
      throw QlaudError.invalid(field, "must have type \"thread\"")
    }
    let id = json["id"].flatMap(ThreadID.init(wire:)) ?? ThreadID(rawValue: core.source.uuid())
    let now = core.source.now()
    let offline = json["offline"]?.nonNull
    guard offline == nil || offline.flatMap(OfflineRule.init(wire:)) != nil else {
      throw QlaudError.invalid(
        field,
        "offline must be one of \(OfflineRule.allCases.map(\.rawValue).joined(separator: ", "))")
    }
    return Thread(
      id: id, keyID: principal.keyID, endUserID: try principal.endUser(json["end_user_id"]?.string),
      title: json["title"]?.string, metadata: json["metadata"]?.object ?? [:],
      defaultModel: json["default_model"]?.string, system: json["system"]?.nonNull,
      createdAt: json["created_at"]?.int ?? now, lastActiveAt: json["last_active_at"]?.int ?? now,
      offline: offline.flatMap(OfflineRule.init(wire:)))
  }

  private static func message(_ json: JSON, _ thread: ThreadID, seq: MessageSeq, _ field: String)
    throws -> Message
  {
    guard json["type"] == "message", let role = json["role"].flatMap(Role.init(wire:)) else {
      throw QlaudError.invalid(field, "must have type \"message\" and role user or assistant")
    }
    guard json["seq"]?.int ?? seq == seq else {
      throw QlaudError.invalid(
        field, "seq must be \(seq): messages are numbered from 1 without gaps")
    }
    let content = json["content"] ?? .null
    do throws(InvalidParams) { try MessageContent.check(content, field: "\(field) content") } catch
    {
      throw QlaudError(error)
    }
    return Message(
      threadID: thread, seq: seq, role: role, content: content,
      requestID: json["request_id"]?.string, model: json["model"]?.string,
      stopReason: json["stop_reason"]?.string, usage: json["usage"]?.nonNull.map(Usage.init(json:)),
      createdAt: json["created_at"]?.int ?? 0)
  }
}
