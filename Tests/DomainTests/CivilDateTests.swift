import Domain
import Testing

@Suite struct CivilDateTests {
  @Test(
    arguments: [
      (0, "1970-01-01T00:00:00Z"), (951_782_400_000, "2000-02-29T00:00:00Z"),
      (1_795_277_109_999, "2026-11-21T16:05:09Z"), (4_107_542_399_000, "2100-02-28T23:59:59Z"),
      (4_107_542_400_000, "2100-03-01T00:00:00Z"), (-5, "1970-01-01T00:00:00Z"),
    ] as [(Milliseconds, String)])
  func `a time is written as RFC 3339 has it`(time: Milliseconds, text: String) {
    #expect(CivilDate.rfc3339(time) == text)
  }
}
