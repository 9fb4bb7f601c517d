/// The words of a text as a small blob: which stems stand in it and how often, without the text.
///
/// With it a message's neighbours can be weighed exactly while a query is ranked, which an inverted index alone cannot do.
/// The blob is the number of tokens (two bytes, little-endian), then for each different term, in rising order, its hash
/// (four bytes) and its count (one byte, at most 255). Two terms share a hash once in four thousand million pairs.
package struct TermSignature: Sendable, Equatable {
  /// The blob, for the store.
  package let stored: [UInt8]

  /// Makes the signature of a text's terms, as the text index has them: folded and stemmed, in any order.
  package init(terms: some Sequence<String>) {
    var counts: [UInt32: Int] = [:]
    var total = 0
    for term in terms {
      counts[Self.hash(term), default: 0] += 1
      total += 1
    }
    var bytes: [UInt8] = []
    bytes.reserveCapacity(2 + counts.count * Self.entry)
    let length = UInt16(clamping: total)
    bytes.append(UInt8(truncatingIfNeeded: length))
    bytes.append(UInt8(truncatingIfNeeded: length >> 8))
    for (hash, count) in counts.sorted(by: { $0.key < $1.key }) {
      for shift in [0, 8, 16, 24] { bytes.append(UInt8(truncatingIfNeeded: hash >> UInt32(shift))) }
      bytes.append(UInt8(clamping: count))
    }
    stored = bytes
  }

  /// What the store gave back; one of a wrong length counts as empty.
  package init(stored: [UInt8]) {
    self.stored =
      stored.count >= 2 && (stored.count - 2) % Self.entry == 0 ? stored : [0, 0]
  }

  /// The hash of a term: FNV-1a over its UTF-8, 32 bits.
  package static func hash(_ term: String) -> UInt32 {
    var hash: UInt32 = 2_166_136_261
    for byte in term.utf8 { hash = (hash ^ UInt32(byte)) &* 16_777_619 }
    return hash
  }

  private static let entry = 5

  /// Tokens of the text, at most 65,535.
  package var length: Int { Int(stored[0]) | Int(stored[1]) << 8 }

  /// How often a term stands in the text.
  package func count(_ hash: UInt32) -> Int {
    stored.withUnsafeBufferPointer { bytes in
      var low = 0
      var high = (bytes.count - 2) / Self.entry
      while low < high {
        let middle = (low + high) / 2
        let place = 2 + middle * Self.entry
        let found =
          UInt32(bytes[place]) | UInt32(bytes[place + 1]) << 8 | UInt32(bytes[place + 2]) << 16
          | UInt32(bytes[place + 3]) << 24
        if found == hash { return Int(bytes[place + 4]) }
        if found < hash { low = middle + 1 } else { high = middle }
      }
      return 0
    }
  }
}
