import Testing

@testable import Wire

/// SplitMix64: the same numbers for the same seed, everywhere.
struct SeededGenerator: RandomNumberGenerator {
  private var state: UInt64
  init(seed: UInt64) { state = seed }
  mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var mixed = state
    mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
    mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
    return mixed ^ (mixed >> 31)
  }
}

@Suite struct JSONFuzzTests {
  static let rounds = 60_000
  static let documents = [
    #"{"jsonrpc":"2.0","id":1,"method":"a/b","params":{"x":[1,2.5,-0]}}"#,
    #"["\ud83d\ude00","\u00e9\n\\","é€",null,true]"#,
    #"{"a":{"b":{"c":[[],{},""]}},"d":1e5,"e":-1.5E-3}"#,
    #"[9223372036854775807,-9223372036854775808,1180591620717411303424]"#,
    #" [ 1 , { "k" : false } ] "#, "\"\"", "-0", "[[[[[[1]]]]]]",
  ].map { Array($0.utf8) }
  /// Bytes that mean something, so that mutations come close to the grammar's edges.
  static let telling =
    Array("\"\\{}[]:,-+.eE0123456789truefalsn u/bdD\u{0}\u{1F}\n".utf8)
    + [0x80, 0xBF, 0xC0, 0xC3, 0xE2, 0xED, 0xA0, 0xF0, 0xF4, 0xFF]

  static func mutate(_ document: [UInt8], with random: inout SeededGenerator) -> [UInt8] {
    var bytes = document
    for _ in 0...Int.random(in: 0...3, using: &random) {
      let place = bytes.isEmpty ? 0 : Int.random(in: 0..<bytes.count, using: &random)
      let byte = telling.randomElement(using: &random) ?? 0
      switch Int.random(in: 0..<6, using: &random) {
      case 0 where !bytes.isEmpty: bytes[place] = byte
      case 1 where !bytes.isEmpty: bytes.remove(at: place)
      case 2: bytes.insert(byte, at: place)
      case 3: bytes.removeLast(Int.random(in: 0...min(3, bytes.count), using: &random))
      case 4 where !bytes.isEmpty: bytes[place] ^= 1 << UInt8.random(in: 0..<8, using: &random)
      default:
        let end = min(bytes.count, place + Int.random(in: 0...8, using: &random))
        bytes.insert(contentsOf: bytes[place..<end], at: place)
      }
    }
    return bytes
  }

  @Test(
    .timeLimit(.minutes(1)),
    arguments: [0x511A_0D01, 0x511A_0D02, 0x511A_0D03, 0x511A_0D04] as [UInt64])
  func `no mutation crashes, and what is accepted reads back equal`(seed: UInt64) throws {
    print("JSON fuzz: seed \(seed), \(Self.rounds) mutations")
    var random = SeededGenerator(seed: seed)
    var accepted = 0
    for round in 0..<Self.rounds {
      let bytes = Self.mutate(Self.documents[round % Self.documents.count], with: &random)
      let value: JSON
      do throws(JSONError) { value = try JSON(parsing: bytes) } catch {
        if !(0...bytes.count).contains(error.offset) {
          Issue.record("offset \(error.offset) of \(bytes) outside the text, seed \(seed)")
        }
        continue
      }
      accepted += 1
      let written = value.bytes
      let again = try JSON(parsing: written)
      if again != value || again.bytes != written {
        Issue.record("\(bytes) does not survive a round trip, seed \(seed)")
      }
    }
    // Both sides of the grammar were met.
    #expect(accepted > Self.rounds / 50 && accepted < Self.rounds)
  }

  @Test(arguments: [7, 8] as [UInt64])
  func `no mutation crashes the reader of messages`(seed: UInt64) {
    print("RPC fuzz: seed \(seed)")
    var random = SeededGenerator(seed: seed)
    var requests = 0
    for _ in 0..<5_000 {
      let bytes = Self.mutate(Self.documents[0], with: &random)
      if case .single(.request(let request)) = RPC.read(bytes) {
        requests += 1
        let again = RPC.read(request.json.bytes)
        #expect(again == .single(.request(request)))
      }
    }
    #expect(requests > 0)
  }
}
