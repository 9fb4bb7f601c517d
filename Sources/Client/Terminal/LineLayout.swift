/// How an entry lies on the screen: rows that no terminal wraps, and where the cursor stands.
struct LineLayout: Equatable {
  let rows: [String]
  let cursorRow: Int
  let cursorColumn: Int

  /// Lays out a prompt and the text after it; further lines are indented as wide as the prompt.
  init(prompt: String, characters: [Character], cursor: Int, columns: Int) {
    // The last cell stays empty: terminals differ in when they wrap there.
    let width = max(4, columns - 1)
    let indent = String(repeating: " ", count: min(DisplayWidth.of(prompt), width / 2))
    var rows: [String] = []
    var row = prompt
    var used = DisplayWidth.of(prompt)
    var cursorAt = (row: 0, column: used)
    func wrap(_ start: String) {
      rows.append(row)
      row = start
      used = DisplayWidth.of(start)
    }
    for (index, character) in characters.enumerated() {
      let next = character == "\n" ? 0 : DisplayWidth.of(character)
      if used + next > width { wrap("") }
      if index == cursor { cursorAt = (rows.count, used) }
      if character == "\n" {
        wrap(indent)
      } else {
        row.append(character)
        used += next
      }
    }
    if cursor >= characters.count {
      if used >= width { wrap("") }
      cursorAt = (rows.count, used)
    }
    self.rows = rows + [row]
    cursorRow = cursorAt.row
    cursorColumn = cursorAt.column
  }

  /// What draws it, over what `previous` left: from its cursor to the first row, clear, write, and to the cursor.
  func drawing(over previous: LineLayout?) -> String {
    var out = "\r"
    if let up = previous?.cursorRow, up > 0 { out += "\u{1B}[\(up)A" }
    out += "\u{1B}[J" + rows.joined(separator: "\r\n")
    let back = rows.count - 1 - cursorRow
    if back > 0 { out += "\u{1B}[\(back)A" }
    return out + "\r" + (cursorColumn > 0 ? "\u{1B}[\(cursorColumn)C" : "")
  }

  /// What leaves the entry standing and goes to the line below it.
  var leaving: String {
    let down = rows.count - 1 - cursorRow
    return (down > 0 ? "\u{1B}[\(down)B" : "") + "\r\n"
  }
}
