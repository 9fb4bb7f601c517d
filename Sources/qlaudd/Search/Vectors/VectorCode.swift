/// 256 bits of a vector: the signs of 256 fixed mixtures of its numbers. Of two vectors the share of bits that differ
/// grows with the angle between them, so that the nearest codes hold the nearest vectors.
///
/// The mixtures are a Walsh–Hadamard transform after fixed sign changes, twice: an orthogonal rotation that needs no
/// table, spreads what a few dimensions hold over all bits, and gives any number of dimensions the same 256 bits.
/// A stored code is only valid for this very transform: changing it means re-making all codes from the stored bytes.
package struct VectorCode: Sendable, Equatable {
  /// The words, first bits lowest.
  package let words: [UInt64]
  /// Bytes of a stored code.
  package static let byteCount = 32

  /// The code of a vector; only its direction matters.
  package init(_ vector: [Float]) {
    let mixed = Self.mixed(vector)
    words = (0..<4).map { word in
      (0..<64).reduce(into: UInt64(0)) { bits, bit in
        if mixed[word * 64 + bit] > 0 { bits |= 1 << UInt64(bit) }
      }
    }
  }

  /// The mixtures whose signs a code holds, 256 or more.
  static func mixed(_ vector: [Float]) -> [Float] {
    var size = 256
    while size < vector.count { size *= 2 }
    var mixed = vector + [Float](repeating: 0, count: size - vector.count)
    for round in 0..<2 {
      flipSigns(&mixed, seed: UInt64(round + 1))
      transform(&mixed)
    }
    return mixed
  }

  /// The code of stored bytes: where a code was lost, or its making has changed.
  package init(bytes: [UInt8]) {
    self.init(bytes.map { Float(Int8(bitPattern: $0)) })
  }

  /// A code from its words.
  init(words: [UInt64]) { self.words = words }

  /// Reads what ``stored`` gave; nil where the count is wrong.
  package init?(stored: [UInt8]) {
    guard stored.count == Self.byteCount else { return nil }
    words = (0..<4).map { word in
      (0..<8).reduce(into: UInt64(0)) { bits, byte in
        bits |= UInt64(stored[word * 8 + byte]) << UInt64(byte * 8)
      }
    }
  }

  /// The 32 bytes of the embeddings table, little-endian words.
  package var stored: [UInt8] {
    words.flatMap { word in (0..<8).map { UInt8(truncatingIfNeeded: word >> UInt64($0 * 8)) } }
  }

  /// Signs from splitmix64, one bit a number.
  private static func flipSigns(_ values: inout [Float], seed: UInt64) {
    var state = seed &* 0x9E37_79B9_7F4A_7C15
    for index in values.indices {
      state &+= 0x9E37_79B9_7F4A_7C15
      var mixed = state
      mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
      mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
      if (mixed ^ (mixed >> 31)) & 1 == 1 { values[index] = -values[index] }
    }
  }

  private static func transform(_ values: inout [Float]) {
    var half = 1
    values.withUnsafeMutableBufferPointer { values in
      while half < values.count {
        var start = 0
        while start < values.count {
          for index in start..<(start + half) {
            let (low, high) = (values[index], values[index + half])
            values[index] = low + high
            values[index + half] = low - high
          }
          start += half * 2
        }
        half *= 2
      }
    }
  }
}
