import Testing
import Wire

@testable import Client

@Suite struct TextTests {
  @Test(arguments: [
    (Int64(0), "$0.00"), (1, "$0.000001"), (123, "$0.000123"), (1_200_000, "$1.20"),
    (1_234_567, "$1.234567"), (-50_000, "-$0.05"), (.max, "$9223372036854.775807"),
    (.min, "-$9223372036854.775808"),
  ])
  func `Money is exact`(_ micros: Int64, _ text: String) {
    #expect(Format.money(micros) == text)
  }

  @Test(arguments: [
    ("a\u{1B}[31mb", "a[31mb"), ("a\u{1B}]0;title\u{7}b", "a]0;titleb"), ("a\r\nb\tc", "a\nb\tc"),
    ("a\u{9B}31mb", "a31mb"), ("a\u{7F}\u{8}b", "ab"), ("grün 日本 👍", "grün 日本 👍"),
  ])
  func `Control characters do not reach a terminal`(_ text: String, _ clean: String) {
    #expect(Printable.clean(text) == clean)
  }

  @Test(arguments: [
    ("abc", 3), ("日本", 4), ("e\u{301}", 1), ("👍", 2), ("👨‍👩‍👧", 2), ("❤️", 2), ("ü", 1), ("ﾊ", 1),
    ("한", 2), ("\u{200B}", 0),
  ])
  func `Width counts cells`(_ text: String, _ width: Int) {
    #expect(DisplayWidth.of(text) == width)
  }

  @Test func `A table takes from the widest column that may be cut`() {
    var table = Table(columns: [
      .init(title: "ID"), .init(title: "TITLE", shrinks: true),
      .init(title: "N", alignsRight: true),
    ])
    table.rows = [
      ["abcdef", "a long title of a thread", "5"], ["x", "日本語の長い題名です", "1000"], ["y"],
    ]
    #expect(
      table.lines(width: 24) == [
        "ID      TITLE          N",
        "abcdef  a long ti…     5",
        "x       日本語の…   1000",
        "y",
      ])
    #expect(table.lines(width: 24).allSatisfy { DisplayWidth.of($0) <= 24 })
    #expect(table.lines(width: nil)[1] == "abcdef  a long title of a thread     5")
  }

  @Test(arguments: [
    (Int64(0), "now"), (30_000, "30 s ago"), (90_000, "1 min ago"), (7_200_000, "2 h ago"),
    (-60_000, "in 1 min"),
  ])
  func `Times within a day are told from now`(_ age: Int64, _ text: String) {
    #expect(Format.relative(1_000_000_000_000 - age, now: 1_000_000_000_000) == text)
  }

  @Test(arguments: [
    (Int64(0), "0 B"), (1023, "1023 B"), (1536, "1.5 KiB"), (1 << 20, "1.0 MiB"),
    (5 << 40, "5.0 TiB"),
  ])
  func `Sizes have a unit`(_ bytes: Int64, _ text: String) { #expect(Format.bytes(bytes) == text) }

  @Test func `A moment is a span or a day that exists`() throws {
    #expect(try Format.moment("12h", option: "--expires", now: 1000) == 43_201_000)
    #expect(try Format.moment("30d", option: "--expires", now: 0) == 2_592_000_000)
    let day = try Format.moment("2030-01-31", option: "--expires", now: 0)
    #expect(Format.time(day) == "2030-01-31 00:00")
    for bad in ["2030-02-30", "soon", "h", "-3d", "2030-1"] {
      #expect(throws: Failure.self) { try Format.moment(bad, option: "--expires", now: 0) }
    }
  }

  @Test(arguments: [
    ([String: String](), "/home/a/.local/state/qlaud/qlaud.sock"),
    (["XDG_RUNTIME_DIR": "/run/user/1"], "/run/user/1/qlaud/qlaud.sock"),
    (["XDG_RUNTIME_DIR": "relative"], "/home/a/.local/state/qlaud/qlaud.sock"),
    (["XDG_RUNTIME_DIR": "/run/user/1", "QLAUD_SOCKET": "/x.sock"], "/x.sock"),
  ])
  func `The socket's path follows the protocol's order`(_ set: [String: String], _ socket: String)
    throws
  {
    let paths = try Paths(environment: { set[$0] }, accountHome: { "/home/a" })
    #expect(paths.socket == socket)
    #expect(paths.state == "/home/a/.local/state/qlaud")
  }

  @Test func `Without a home there is a clear error`() {
    #expect(throws: Failure.self) { try Paths(environment: { _ in nil }, accountHome: { nil }) }
  }

  @Test(arguments: [("", ""), ("f", "Zg=="), ("fo", "Zm8="), ("foo", "Zm9v"), ("foob", "Zm9vYg==")])
  func `Base64 follows the RFC's examples`(_ text: String, _ coded: String) {
    #expect(Base64.encode(Array(text.utf8)) == coded)
  }

  @Test func `A report makes times and money readable and leaves out nulls`() {
    let lines = Report.lines(["id": "x", "cost_micros": 1500, "reason": nil, "queue": ["depth": 2]])
    #expect(lines == ["id     x", "cost   $0.0015", "queue", "  depth  2"])
    let wallet = Report.lines(["balance_usd": 2.5, "balance_micros": 2_500_000, "cap_usd": 1])
    #expect(wallet == ["balance  $2.50", "cap_usd  1"])
  }
}
