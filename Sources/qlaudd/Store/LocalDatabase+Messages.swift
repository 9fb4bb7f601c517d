package import Domain
import GRDB

extension LocalDatabase {
  /// Messages by their place; both cursors are exclusive. Does not look at who may see the thread.
  package func messages(
    _ thread: ThreadID, order: SortOrder, limit: Int, after: MessageSeq?, before: MessageSeq?
  ) async throws -> [Message] {
    try await read { db in
      try MessageTable.page(db, thread, order: order, limit: limit, after: after, before: before)
    }
  }

  /// Stores messages at the thread's end, in order, with their `message.created`.
  /// - Throws: `not_found`.
  package func appendMessages(
    _ thread: ThreadID, visibleTo key: KeyID?, _ drafts: [MessageDraft]
  ) async throws -> [MessageSeq] {
    try await write { transaction in
      let stored = try Self.stored(transaction.db, thread, visibleTo: key)
      return try Self.append(transaction, to: stored, drafts, turn: nil, anchor: nil)
    }
  }

  /// The one way by which messages come to an existing thread.
  /// - Parameters:
  ///   - anchor: the user message of the turn they belong to; nil for messages that stand for themselves.
  ///   - isStep: they come between a turn's question and its reply. Those two move the thread to the top of the lists, what
  ///     is between them would only rewrite the lists' indexes.
  static func append(
    _ transaction: Transaction, to stored: StoredThread, _ drafts: [MessageDraft], turn: TurnID?,
    anchor: MessageSeq?, isStep: Bool = false
  ) throws -> [MessageSeq] {
    guard !drafts.isEmpty else { return [] }
    let thread = stored.thread
    var seqs: [MessageSeq] = []
    for draft in drafts {
      let seq = stored.lastSeq + MessageSeq(seqs.count) + 1
      let message = Message(
        threadID: thread.id, seq: seq, role: draft.role, content: draft.content,
        requestID: draft.requestID, turnID: turn, model: draft.model, stopReason: draft.stopReason,
        usage: draft.usage, createdAt: transaction.now)
      try MessageTable.insert(transaction.db, message, anchor: anchor ?? seq)
      seqs.append(seq)
    }
    try ThreadTable.noteMessages(
      transaction.db, thread.id, lastSeq: stored.lastSeq + MessageSeq(seqs.count),
      at: isStep ? nil : transaction.now)
    try transaction.emit(
      zip(seqs, drafts).map { seq, draft in
        .messageCreated(thread.id, turn: turn, owner: thread.keyID, seq: seq, role: draft.role)
      })
    return seqs
  }
}
