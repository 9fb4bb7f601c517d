import Testing

@testable import Search

@Suite struct QuantizedVectorTests {
  static func vector(_ count: Int, seed: UInt64) -> [Float] {
    var random = SplitMix(state: seed)
    return (0..<count).map { _ in Float.random(in: -1...1, using: &random) }
  }

  @Test(arguments: [1, 3, 256, 384, 1_536])
  func `cosines of bytes are near those of the numbers`(count: Int) throws {
    let left = Self.vector(count, seed: 1)
    let right = Self.vector(count, seed: 2)
    func dot(_ a: [Float], _ b: [Float]) -> Float { zip(a, b).reduce(0) { $0 + $1.0 * $1.1 } }
    let exact = dot(left, right) / (dot(left, left) * dot(right, right)).squareRoot()
    let scorer = CosineScorer(try #require(QuantizedVector(left)))
    let found = scorer.cosine(try #require(QuantizedVector(right)).bytes)
    #expect(abs(found - exact) < 0.01)
    #expect(abs(scorer.cosine(try #require(QuantizedVector(left)).bytes) - 1) < 1e-6)
  }

  @Test func `a vector without a direction is none`() {
    #expect(QuantizedVector([]) == nil)
    #expect(QuantizedVector([0, 0, 0]) == nil)
    #expect(QuantizedVector([1, .nan]) == nil)
    #expect(QuantizedVector([1, .infinity]) == nil)
  }

  @Test func `a vector of another length has no likeness`() throws {
    let scorer = CosineScorer(try #require(QuantizedVector([1, 2, 3])))
    #expect(scorer.cosine([1, 2]) == 0)
    #expect(scorer.cosine([]) == 0)
    #expect(scorer.cosine([0, 0, 0]) == 0)
  }

  @Test(arguments: [2, 256, 384, 1_536])
  func `a code depends on the direction alone and opposite directions differ in every bit`(
    count: Int
  ) {
    let vector = Self.vector(count, seed: 3)
    let code = VectorCode(vector)
    #expect(VectorCode(vector.map { $0 * 8 }) == code)
    let opposite = VectorCode(vector.map { -$0 })
    #expect(CodeIndexTests.distance(code, opposite) == 256)
    #expect(VectorCode(stored: code.stored) == code)
    #expect(VectorCode(stored: Array(code.stored.dropLast())) == nil)
  }

  @Test func `stored codes stay valid: the transform is the one they were made with`() {
    let code = VectorCode((0..<256).map { Float(($0 * 37) % 101) - 50 })
    #expect(code.words == Self.pinned)
  }
  /// Changing this table means that every stored code must be made anew.
  static let pinned: [UInt64] = [
    8_182_159_367_069_880_504, 384_613_318_076_482_036, 17_907_467_692_744_814_431,
    8_258_983_528_139_586_394,
  ]
}
