/// Edits one entry, which may have several lines: a pure machine from bytes to actions.
///
/// Emacs keys as in readline. Enter finishes the entry, unless it ends in a backslash: then the backslash becomes a line
/// break. Up and down move between the lines, and at the first and last one through the history; what was typed
/// there comes back below the newest entry.
struct LineEditor {
  /// What the owner of the terminal has to do.
  enum Action: Equatable {
    case redraw
    case clearScreen
    case accept(String)
    /// Ctrl-C on a line with text: it is gone.
    case cleared
    /// Ctrl-C on an empty line.
    case interrupt
    /// Ctrl-D on an empty line.
    case end
  }

  private var decoder = KeyDecoder()
  private(set) var characters: [Character] = []
  /// Where the next character goes, counted in characters.
  private(set) var cursor = 0
  private let history: [String]
  /// The history entry that is shown; its end is the line being typed.
  private var place: Int
  private var draft = ""
  private var killed = ""
  /// What is looked for in the history, while that goes on.
  private(set) var query: String?

  /// An empty line over a history, oldest first.
  init(history: [String] = []) {
    self.history = history
    place = history.count
  }

  var text: String { String(characters) }

  /// Takes bytes of the terminal. After an `accept`, `interrupt` or `end` the rest of the bytes is not looked at.
  mutating func take(_ bytes: some Sequence<UInt8>) -> [Action] {
    var actions: [Action] = []
    for key in decoder.decode(bytes) {
      guard let action = press(key) else { continue }
      if action == .redraw, actions.last == .redraw { continue }
      actions.append(action)
      switch action {
      case .accept, .interrupt, .end: return actions
      case .redraw, .clearScreen, .cleared: continue
      }
    }
    return actions
  }

  private mutating func press(_ key: Key) -> Action? {
    if query != nil, let action = searching(key) { return action }
    switch key {
    case .text(let text), .paste(let text): insert(text)
    case .newline: insert("\n")
    case .enter: return enter()
    case .backspace: remove(cursor - 1..<cursor)
    case .delete: remove(cursor..<cursor + 1)
    case .left: cursor = max(0, cursor - 1)
    case .right: cursor = min(characters.count, cursor + 1)
    case .wordLeft: cursor = wordStart
    case .wordRight: cursor = wordEnd
    case .home: cursor = lineStart
    case .end: cursor = lineEnd
    case .up: up()
    case .down: down()
    case .killToEnd: kill(cursor..<(cursor == lineEnd ? cursor + 1 : lineEnd))
    case .killToStart: kill(lineStart..<cursor)
    case .killWord: kill(wordStart..<cursor)
    case .killNextWord: kill(cursor..<wordEnd)
    case .yank: insert(killed)
    case .clearScreen: return .clearScreen
    case .search: query = ""
    case .escape: return nil
    case .interrupt:
      if characters.isEmpty { return .interrupt }
      show("")
      place = history.count
      return .cleared
    case .endOfInput:
      if characters.isEmpty { return .end }
      remove(cursor..<cursor + 1)
    }
    return .redraw
  }

  private mutating func enter() -> Action {
    if characters.last == "\\" {
      characters.removeLast()
      cursor = characters.count
      insert("\n")
      return .redraw
    }
    return .accept(text)
  }

  // Editing

  private mutating func insert(_ text: String) {
    // A combining mark joins the character before it, so the whole is cut anew.
    let before = Array(String(characters[..<cursor]) + text)
    characters = Array(String(before) + String(characters[cursor...]))
    cursor = min(before.count, characters.count)
  }

  private mutating func remove(_ range: Range<Int>) {
    let range = range.clamped(to: 0..<characters.count)
    guard !range.isEmpty else { return }
    characters.removeSubrange(range)
    cursor = range.lowerBound
  }

  private mutating func kill(_ range: Range<Int>) {
    let range = range.clamped(to: 0..<characters.count)
    guard !range.isEmpty else { return }
    killed = String(characters[range])
    remove(range)
  }

  private mutating func show(_ text: String) {
    characters = Array(text)
    cursor = characters.count
  }

  // Places

  private var lineStart: Int {
    (characters[..<cursor].lastIndex(of: "\n").map { $0 + 1 }) ?? 0
  }
  private var lineEnd: Int { characters[cursor...].firstIndex(of: "\n") ?? characters.count }
  private var wordStart: Int {
    var at = cursor
    while at > 0, !Self.isWord(characters[at - 1]) { at -= 1 }
    while at > 0, Self.isWord(characters[at - 1]) { at -= 1 }
    return at
  }
  private var wordEnd: Int {
    var at = cursor
    while at < characters.count, !Self.isWord(characters[at]) { at += 1 }
    while at < characters.count, Self.isWord(characters[at]) { at += 1 }
    return at
  }
  private static func isWord(_ character: Character) -> Bool { !character.isWhitespace }

  // History

  private mutating func up() {
    let start = lineStart
    guard start == 0 else {
      let column = cursor - start
      cursor = start - 1
      cursor = min(lineStart + column, start - 1)
      return
    }
    guard place > 0 else { return }
    if place == history.count { draft = text }
    place -= 1
    show(history[place])
  }

  private mutating func down() {
    let end = lineEnd
    guard end == characters.count else {
      let column = cursor - lineStart
      cursor = end + 1
      cursor = min(end + 1 + column, lineEnd)
      return
    }
    guard place < history.count else { return }
    place += 1
    show(place == history.count ? draft : history[place])
  }

  // Search

  /// A key while the history is searched; nil where the search ends and the key has its usual meaning.
  private mutating func searching(_ key: Key) -> Action? {
    var before = history.count
    switch key {
    case .text(let text): query = (query ?? "") + text
    case .backspace: query = String((query ?? "").dropLast())
    case .search: before = place
    case .escape, .interrupt:
      query = nil
      return .redraw
    default:
      query = nil
      return nil
    }
    let wanted = query ?? ""
    if !wanted.isEmpty, let found = history[..<before].lastIndex(where: { $0.contains(wanted) }) {
      if place == history.count { draft = text }
      place = found
      show(history[found])
    }
    return .redraw
  }
}
