import Testing

/// The rules themselves: what they must find and what they must leave alone.
@Suite struct RulesTests {
  @Test(arguments: [
    ("let a = 1 // try? x\nb", "let a = 1          \nb"),
    ("a /* x /* y */ z */ b", "a                   b"),
    (#"f("try?") + g"#, "f(      ) + g"),
    (##"f(#"a"b"#) + g"##, "f(       ) + g"),
    ("x = \"\"\"\n  try!\n  \"\"\"\ny", "x =    \n      \n     \ny"),
    (#"f("a\"b") g"#, "f(      ) g"), ("#if os(Linux)\n#endif", "#if os(Linux)\n#endif"),
  ])
  func `code is what is neither comment nor string`(text: String, code: String) {
    #expect(SourceFile.codeAlone(text) == code)
  }

  @Test func `what a protocol has explained is not explained again`() {
    let text = """
      package protocol Tool {
        /// Runs it.
        func perform() async
      }
      struct Other { func lone() {} }
      """
    let asked = Rules.requirements(SourceFile(path: "A.swift", text: text))
    #expect(asked == ["perform"])
    let file = SourceFile(
      path: "B.swift", text: "package func perform() {}\npackage func lone() {}")
    #expect(Rules.undocumented(file, requirements: asked) == [1])
    #expect(Rules.undocumented(file) == [0, 1])
  }

  @Test(arguments: [
    ("let a = try? b()", "try?", true), ("let a = try b()", "try?", false),
    ("do { x } catch { }", "catch {}", true), ("do { x } catch {\n\n}", "catch {}", true),
    ("do { x } catch { log() }", "catch {}", false), ("a as! B", "as!", true),
    ("a has! B", "as!", false), ("fatalError(\"x\")", "fatalError", true),
    ("notfatalErrors()", "fatalError", false),
    ("final class A: @unchecked  Sendable {}", "@unchecked Sendable", true),
    ("private nonisolated(unsafe) let a", "nonisolated(unsafe)", true),
    ("Task.detached { }", "Task.detached", true), ("MyTask.detached()", "Task.detached", false),
    ("[String: Any]", "[String: Any]", true), ("[String: AnyThing]", "[String: Any]", false),
  ])
  func `a construct is found where it stands and only there`(
    code: String, construct: String, found: Bool
  ) {
    #expect(Rules.contains(Rules.collapsed(code), construct) == found)
  }

  @Test(
    arguments: [
      ("package func f() {}", [0]), ("/// Says.\npackage func f() {}", []),
      ("/// Says.\n@discardableResult\npackage func f() {}", []),
      ("@discardableResult\npackage func f() {}", [1]), ("  package init() {}", [0]),
      ("  /// Says.\n  package init() {}", []), ("package import Wire", []), ("import Wire", []),
      ("package let a = 1", []), ("package private(set) var a = 1", []),
      ("package static let a = 1", []),
      ("package struct A {}", [0]), ("  package static func < (a: A, b: A) -> Bool { true }", []),
      ("  package static func make() {}", [0]), ("func f() {}", []),
      ("  package subscript(a: Int) -> Int { a }", [0]), ("// no\npackage enum A {}", [1]),
      ("package final class A {}", [0]), ("package typealias B = A", [0]),
      ("  package init(rawValue: String) {}", []), ("\"package func f()\"", []),
    ] as [(String, [Int])])
  func `what is not explained is found`(text: String, lines: [Int]) {
    #expect(Rules.undocumented(SourceFile(path: "A.swift", text: text)) == lines)
  }

  @Test(
    arguments: [
      ("import Wire", "Wire"), ("package import Wire", "Wire"), ("  import Glibc", "Glibc"),
      ("@preconcurrency import GRDB", "GRDB"), ("@_spi(X) package import Wire", "Wire"),
      ("import struct Foundation.URL", "Foundation"), ("let important = 1", nil),
      ("important()", nil),
    ] as [(String, String?)])
  func `an import is read in every spelling`(line: String, module: String?) {
    #expect(line.firstMatch(of: ModuleMapTests.importLine).map { String($0.1) } == module)
  }
}
