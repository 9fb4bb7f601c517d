package import Domain

/// One thing to look for, in the index's own words.
package struct IndexTerm: Sendable, Hashable {
  /// How it is matched.
  package enum Kind: Sendable, Hashable { case words, prefix, character }
  package let kind: Kind
  /// One after another.
  package let tokens: [String]
  /// The identifier that the tokens are the parts of.
  package let whole: String?
  /// A term.
  package init(_ kind: Kind, _ tokens: [String], whole: String? = nil) {
    self.kind = kind
    self.tokens = tokens
    self.whole = whole
  }
}

/// What may be found. Each part is held twice: the index reads only rows that pass, and each row is looked at once more
/// before it is handed out.
package struct SearchFilter: Sendable, Equatable {
  /// Nil for all keys' threads.
  package var visibleTo: KeyID?
  package var endUserID: String?
  package var thread: ThreadID?
  package var role: Role?
  /// The first moment that counts.
  package var since: Milliseconds?
  /// The first moment that no longer counts.
  package var until: Milliseconds?
  /// Nothing newer than this document, so that further pages continue the first one.
  package var through: Int64?
  /// A filter.
  package init(
    visibleTo: KeyID?, endUserID: String? = nil, thread: ThreadID? = nil, role: Role? = nil,
    since: Milliseconds? = nil, until: Milliseconds? = nil, through: Int64? = nil
  ) {
    self.visibleTo = visibleTo
    self.endUserID = endUserID
    self.thread = thread
    self.role = role
    self.since = since
    self.until = until
    self.through = through
  }
}

/// A search by words.
package struct TextSearch: Sendable {
  /// Words that rank.
  package var terms: [IndexTerm]
  /// What must be there.
  package var required: [IndexTerm]
  /// What must not be there.
  package var excluded: [IndexTerm]
  package var filter: SearchFilter
  /// Documents at most.
  package var limit: Int
  /// A search.
  package init(
    terms: [IndexTerm], required: [IndexTerm] = [], excluded: [IndexTerm] = [],
    filter: SearchFilter, limit: Int
  ) {
    self.terms = terms
    self.required = required
    self.excluded = excluded
    self.filter = filter
    self.limit = limit
  }
}

/// A message that was found.
package struct SearchHit: Sendable, Equatable {
  /// The message's number in the file.
  package let id: Int64
  package let threadID: ThreadID
  /// The thread's title.
  package let title: String?
  /// A small number that stands for the thread in the index.
  package let threadNumber: Int64
  package let seq: MessageSeq
  package let role: Role
  package let createdAt: Milliseconds
}
