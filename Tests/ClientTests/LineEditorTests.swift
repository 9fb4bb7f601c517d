import Testing

@testable import Client

@Suite struct LineEditorTests {
  struct Case: Sendable, CustomTestStringConvertible {
    let keys: String
    let text: String
    let cursor: Int
    var testDescription: String { keys.debugDescription }
    init(_ keys: String, _ text: String, _ cursor: Int) {
      self.keys = keys
      self.text = text
      self.cursor = cursor
    }
  }

  @Test(arguments: [
    Case("abc", "abc", 3),
    Case("abc\u{1B}[D\u{1B}[Dx", "axbc", 2),
    Case("abc\u{1}x\u{5}y", "xabcy", 5),
    Case("abc\u{1B}[Hx\u{1B}[Fy", "xabcy", 5),
    Case("abc\u{1B}[1~x\u{1B}[4~y", "xabcy", 5),
    Case("abc\u{1B}OHx\u{1B}OFy", "xabcy", 5),
    Case("abc\u{7F}\u{7F}", "a", 1),
    Case("abc\u{1}\u{1B}[3~", "bc", 0),
    Case("abc def\u{17}", "abc ", 4),
    Case("abc def\u{17}\u{17}\u{19}", "abc ", 4),
    Case("abc def\u{1B}b\u{B}", "abc ", 4),
    Case("abc def\u{1B}[1;5D\u{15}", "def", 0),
    Case("abc\u{2}\u{2}\u{4}", "ac", 1),
    Case("größe\u{7F}\u{7F}\u{7F}", "gr", 2),
    Case("日本\u{1B}[Dx", "日x本", 2),
    Case("👨‍👩‍👧a\u{7F}\u{7F}", "", 0),
    Case("e\u{301}x", "e\u{301}x", 2),
    Case("\u{1B}[200~a\r\nb\tc\u{1B}[31m\u{1B}[201~!", "a\nb  c[31m!", 11),
    Case("a\u{1B}\rb", "a\nb", 3),
    Case("ab\\\rcd", "ab\ncd", 5),
    Case("ab\\\rcd\u{1B}[A\u{7F}", "a\ncd", 1),
    Case("a\u{0}\u{1F}\u{1B}[99~\u{1B}[?1;2cb", "ab", 2),
  ])
  func `Keys make this text`(_ expected: Case) {
    var editor = LineEditor()
    _ = editor.take(expected.keys.utf8)
    #expect(editor.text == expected.text)
    #expect(editor.cursor == expected.cursor)
  }

  @Test(arguments: ["größe 日本 👨‍👩‍👧\u{1B}[D!", "\u{1B}[200~äö\nü\u{1B}[201~x", "a\u{1B}[1;5Db"])
  func `Bytes may come one at a time`(_ keys: String) {
    var whole = LineEditor()
    _ = whole.take(keys.utf8)
    var pieces = LineEditor()
    for byte in keys.utf8 { _ = pieces.take([byte]) }
    #expect(pieces.text == whole.text)
    #expect(pieces.cursor == whole.cursor)
  }

  @Test func `The history is walked and the draft comes back`() {
    var editor = LineEditor(history: ["one", "two"])
    _ = editor.take("dr\u{1B}[A".utf8)
    #expect(editor.text == "two")
    _ = editor.take("\u{1B}[A\u{1B}[A".utf8)
    #expect(editor.text == "one")
    _ = editor.take("\u{1B}[B\u{1B}[B\u{1B}[B".utf8)
    #expect(editor.text == "dr")
  }

  @Test func `Ctrl-R finds older and older entries and Enter takes one`() {
    var editor = LineEditor(history: ["git log", "ls", "git diff"])
    _ = editor.take("\u{12}git".utf8)
    #expect(editor.text == "git diff")
    _ = editor.take("\u{12}".utf8)
    #expect(editor.text == "git log")
    #expect(editor.take("\r".utf8) == [.accept("git log")])
  }

  @Test(arguments: [
    ("a\r", [LineEditor.Action.redraw, .accept("a")]), ("\u{3}", [.interrupt]),
    ("a\u{3}", [.redraw, .cleared]), ("\u{4}", [.end]), ("\u{C}", [.clearScreen]),
    ("ab\u{4}", [.redraw]),
  ])
  func `Control keys mean these actions`(_ keys: String, _ actions: [LineEditor.Action]) {
    var editor = LineEditor()
    #expect(editor.take(keys.utf8) == actions)
  }

  @Test func `A pasted line break does not send`() {
    var editor = LineEditor()
    let actions = editor.take("\u{1B}[200~rm -rf\nx\u{1B}[201~".utf8)
    #expect(actions == [.redraw])
    #expect(editor.text == "rm -rf\nx")
  }

  @Test func `Wide characters wrap whole and the cursor counts cells`() {
    let layout = LineLayout(prompt: "> ", characters: Array("日本語x"), cursor: 2, columns: 8)
    #expect(layout.rows == ["> 日本", "語x"])
    #expect(layout.cursorRow == 1)
    #expect(layout.cursorColumn == 0)
  }

  @Test func `Lines are indented below the prompt`() {
    let layout = LineLayout(prompt: "> ", characters: Array("a\nb"), cursor: 3, columns: 80)
    #expect(layout.rows == ["> a", "  b"])
    #expect((layout.cursorRow, layout.cursorColumn) == (1, 3))
    #expect(layout.drawing(over: layout) == "\r\u{1B}[1A\u{1B}[J> a\r\n  b\r\u{1B}[3C")
  }

  @Test(arguments: ["plain", "two\nlines", "back\\slash\\n", "\\", "tab\t"])
  func `The history file gives back what it was given`(_ entry: String) {
    let line = History.escape(entry)
    #expect(!line.contains("\n"))
    #expect(History.unescape(line) == entry)
  }
}
