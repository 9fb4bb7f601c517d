package import Domain
import Synchronization

/// The codes of one model's vectors, in memory: 42 bytes a message, found by a scan of all that the filter lets pass.
///
/// It holds no vectors: a search gives candidates, whose stored bytes the caller fetches and scores with
/// ``CosineScorer``. Safe to use from any thread: a scan works on a snapshot, so that it neither waits for writers nor
/// makes them wait. Nothing is durable; at start it is filled from the embeddings table.
package final class CodeIndex: Sendable {
  /// What is kept of a message.
  package struct Entry: Sendable {
    /// The message's row in the store. Ascending ids are added fastest.
    package let id: Int64
    /// A number that stands for the thread.
    package let thread: UInt32
    package let owner: VectorOwner
    package let role: Role
    package let createdAt: Milliseconds
    package let code: VectorCode
    /// An entry.
    package init(
      id: Int64, thread: UInt32, owner: VectorOwner, role: Role, createdAt: Milliseconds,
      code: VectorCode
    ) {
      self.id = id
      self.thread = thread
      self.owner = owner
      self.role = role
      self.createdAt = createdAt
      self.code = code
    }
  }

  /// A message whose code is near.
  package struct Candidate: Sendable, Equatable {
    package let id: Int64
    /// What its differing bits cost; less is nearer.
    package let cost: Int
  }

  /// What a scan found.
  package struct Candidates: Sendable, Equatable {
    /// Nearest first; equal costs in the order of addition.
    package let nearest: [Candidate]
    /// How many messages the filter let pass.
    package let passed: Int
    /// How the cosines of all that passed lie, as far as their codes tell.
    package let background: Ranking.Background
  }

  private let rows = Mutex(CodeRows())

  /// An empty index.
  package init() {}

  /// Entries that can be found.
  package var count: Int { rows.withLock { $0.live } }

  /// Adds entries; one whose id is there already takes its place.
  package func insert(_ entries: [Entry]) {
    rows.withLock { rows in
      let greatest = rows.greatestID
      let known = Set(entries.lazy.map(\.id).filter { $0 <= greatest })
      if !known.isEmpty { rows.remove { id, _ in known.contains(id) } }
      for entry in entries { rows.append(entry) }
    }
  }

  /// Removes messages; unknown ids are passed over.
  package func remove(_ ids: Set<Int64>) {
    rows.withLock { $0.remove { id, _ in ids.contains(id) } }
  }

  /// Removes all of a thread.
  package func remove(thread: UInt32) {
    rows.withLock { $0.remove { _, other in other == thread } }
  }

  /// Forgets everything.
  package func removeAll() {
    rows.withLock { $0 = CodeRows() }
  }

  /// The messages with the nearest codes, among those that the filter lets pass.
  package func candidates(
    near query: CodeQuery, limit: Int, filter: VectorFilter
  ) -> Candidates {
    let snapshot = rows.withLock { $0 }
    return snapshot.scan(query, limit: limit, filter: filter)
  }
}
