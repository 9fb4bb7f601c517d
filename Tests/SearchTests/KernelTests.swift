import CVector
import Testing

/// Numbers that look random and are the same in every run.
struct SplitMix: RandomNumberGenerator {
  var state: UInt64
  mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var mixed = state
    mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
    mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
    return mixed ^ (mixed >> 31)
  }
}

@Suite struct KernelTests {
  static let kernels = (0..<Int32(CVECTOR_KERNELS)).filter { cvector_has($0) == 1 }

  @Test func `the portable kernel is everywhere and the best is one of those there are`() {
    #expect(cvector_has(Int32(CVECTOR_PORTABLE)) == 1)
    #expect(Self.kernels.contains(cvector_best()))
    #expect(cvector_has(Int32(CVECTOR_KERNELS)) == 0)
  }

  @Test(arguments: kernels) func `every kernel adds up the same costs`(kernel: Int32) {
    var random = SplitMix(state: 1)
    var query = cvector_query()
    let wanted = (0..<4).map { _ in random.next() }
    let planes = (0..<16).map { _ in random.next() }
    withUnsafeMutableBytes(of: &query.wanted) { $0.copyBytes(from: wanted.flatMap(Self.bytes)) }
    withUnsafeMutableBytes(of: &query.planes) { $0.copyBytes(from: planes.flatMap(Self.bytes)) }
    var codes = (0..<(4 * 500)).map { _ in random.next() }
    codes.replaceSubrange(0..<4, with: wanted)
    var found = [UInt16](repeating: 0, count: 500)
    cvector_costs(kernel, codes, 500, &query, &found)
    let expected: [UInt16] = (0..<500).map { row in
      var cost = 0
      for word in 0..<4 {
        let other = codes[row * 4 + word] ^ wanted[word]
        for plane in 0..<4 { cost += (other & planes[plane * 4 + word]).nonzeroBitCount << plane }
      }
      return UInt16(cost)
    }
    #expect(found == expected)
    #expect(found[0] == 0)
  }

  @Test(arguments: kernels) func `the greatest cost fits`(kernel: Int32) {
    var query = cvector_query()
    withUnsafeMutableBytes(of: &query) { bytes in
      for index in bytes.indices { bytes[index] = 0xFF }
    }
    var found: [UInt16] = [0]
    cvector_costs(kernel, [0, 0, 0, 0], 1, &query, &found)
    #expect(found == [UInt16(CVECTOR_MAX_COST)])
  }

  static func bytes(_ word: UInt64) -> [UInt8] {
    (0..<8).map { UInt8(truncatingIfNeeded: word >> UInt64($0 * 8)) }
  }

  @Test(arguments: kernels, [0, 1, 15, 16, 17, 256, 384, 1_536])
  func `every kernel gives the same sum of products`(kernel: Int32, count: Int) {
    var random = SplitMix(state: UInt64(count))
    let left = (0..<count).map { _ in Int8.random(in: -128...127, using: &random) }
    let right = (0..<count).map { _ in Int8.random(in: -128...127, using: &random) }
    let expected = zip(left, right).reduce(Int32(0)) { $0 + Int32($1.0) * Int32($1.1) }
    #expect(cvector_dot(kernel, left, right, count) == expected)
  }

  @Test(arguments: kernels) func `every kernel reads half-precision numbers`(kernel: Int32) {
    // One, minus two, the least subnormal, the greatest, zero and minus zero, and a tail that fills no register.
    let halves: [UInt16] = [0x3C00, 0xC000, 0x0001, 0x7BFF, 0, 0x8000, 0x3555, 0x3C01, 0x3800]
    var sum = [Float](repeating: 1, count: halves.count)
    cvector_add_halves(kernel, &sum, halves, 2, halves.count)
    let expected: [Float] = [
      3, -3, 1 + 0x1p-23, 131_009, 1, 1, 1 + 2 * 0.333251953125, 3.001953125, 2,
    ]
    #expect(sum == expected)
  }
}
