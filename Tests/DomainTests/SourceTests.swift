import Synchronization
import Testing

@testable import Domain

@Suite struct SourceTests {
  @Test func `an id is a UUID of version 7 in the RFC's own example`() {
    // RFC 9562, appendix A.6: 2022-02-22 19:22:22 UTC.
    let random: [UInt8] = [
      0, 0, 0, 0, 0, 0, 0x0C, 0xC3, 0x18, 0xC4, 0xDC, 0x0C, 0x0C, 0x07, 0x39, 0x8F,
    ]
    let source = Source(now: { 1_645_557_742_000 }, randomBytes: { Array(random.prefix($0)) })
    #expect(source.uuid() == "017f22e2-79b0-7cc3-98c4-dc0c0c07398f")
  }

  @Test func `an id has its form, version and variant, whatever the random bits`() {
    let form =
      /[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}/
    for byte in [0x00, 0xFF, 0x5A] as [UInt8] {
      for now in [0, 1, -5, 1_700_000_000_000, (1 << 48) - 1] as [Milliseconds] {
        let source = Source(now: { now }, randomBytes: { .init(repeating: byte, count: $0) })
        #expect(source.uuid().wholeMatch(of: form) != nil)
      }
    }
    for _ in 0..<100 { #expect(Source.system.uuid().wholeMatch(of: form) != nil) }
  }

  @Test func `ids sort by the time they were made at`() {
    let time = Mutex<Milliseconds>(1_700_000_000_000)
    let source = Source(
      now: { time.withLock { $0 } }, randomBytes: Source.system.randomBytes)
    var last = ThreadID(rawValue: "")
    for step in [1, 1, 2, 255, 256, 65_536, 1 << 32] as [Milliseconds] {
      time.withLock { $0 += step }
      let id = ThreadID(rawValue: source.uuid())
      #expect(last < id)
      last = id
    }
  }

  @Test func `ids of one millisecond differ`() {
    let source = Source(now: { 1 }, randomBytes: Source.system.randomBytes)
    #expect(Set((0..<10_000).map { _ in source.uuid() }).count == 10_000)
  }

  @Test func `the system's clock is in milliseconds and its bytes are as many as asked for`() {
    #expect(Source.system.now() > 1_700_000_000_000)
    #expect(Source.system.now() < 10_000_000_000_000)
    #expect([0, 1, 32].map { Source.system.randomBytes($0).count } == [0, 1, 32])
    #expect(Source.system.randomBytes(32) != Source.system.randomBytes(32))
  }

  @Test func `hexadecimal is lower-case and two digits a byte`() {
    #expect(Hex.text([0x00, 0x0F, 0xA0, 0xFF]) == "000fa0ff")
    #expect(Hex.text([]) == "")
  }
}
