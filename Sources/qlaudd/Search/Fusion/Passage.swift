/// A message as the ranking sees it.
package struct Passage: Sendable {
  /// The message's row in the store.
  package let id: Int64
  /// A number that stands for its thread.
  package let thread: UInt32
  /// Its place in the thread; messages whose places follow one another are neighbours.
  package let seq: Int64
  package let signature: TermSignature
  /// Its vector's cosine with the query's; nil where either has none.
  package var cosine: Float?
  /// Whether it may be a result; the others are context of those that may.
  package let isCandidate: Bool
  /// What a match in it counts, 1 for what people and models said to each other; less for tool chatter.
  package let weight: Double
  /// A passage.
  package init(
    id: Int64, thread: UInt32, seq: Int64, signature: TermSignature, cosine: Float? = nil,
    isCandidate: Bool = true, weight: Double = 1
  ) {
    self.id = id
    self.thread = thread
    self.seq = seq
    self.signature = signature
    self.cosine = cosine
    self.isCandidate = isCandidate
    self.weight = weight
  }
}

/// A passage with its score. Scores order the results of one query; they do not compare across queries.
package struct RankedPassage: Sendable, Equatable {
  package let id: Int64
  package let score: Double
  /// The words' part: 1 for the best of the query, 0 where neither the passage nor its context holds any.
  package let text: Double
  /// The vectors' part: 0 for an average passage; 0 throughout where there are no vectors.
  package let semantic: Double
  /// Terms of the query that the passage itself holds.
  package let matched: Int
}
