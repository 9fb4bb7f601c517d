/// Rows in columns, fitted to a width.
struct Table {
  /// A column: its title, and whether it may be cut where there is no room.
  struct Column {
    let title: String
    var alignsRight = false
    var shrinks = false
  }
  let columns: [Column]
  /// Cells by column; missing ones are empty.
  var rows: [[String]] = []

  private static let gap = "  "
  /// No column is cut narrower than this.
  private static let least = 8

  /// The head and the rows as lines; `width` nil means as wide as they need.
  func lines(width: Int?) -> [String] {
    let cells = ([columns.map(\.title)] + rows).map { row in
      columns.indices.map { row.indices.contains($0) ? Printable.oneLine(row[$0]) : "" }
    }
    let widths = fitted(
      columns.indices.map { column in cells.map { DisplayWidth.of($0[column]) }.max() ?? 0 },
      to: width)
    return cells.map { row in
      let line = columns.indices.map { column in
        DisplayWidth.pad(
          DisplayWidth.fit(row[column], to: widths[column]), to: widths[column],
          right: columns[column].alignsRight)
      }.joined(separator: Self.gap)
      return String(line.reversed().drop { $0 == " " }.reversed())
    }
  }

  /// Takes cells from the widest column that may be cut until all fit.
  private func fitted(_ natural: [Int], to width: Int?) -> [Int] {
    guard let width else { return natural }
    var widths = natural
    var excess = natural.reduce(0, +) + Self.gap.count * max(0, columns.count - 1) - width
    while excess > 0 {
      let candidates = columns.indices.filter { columns[$0].shrinks && widths[$0] > Self.least }
      guard let widest = candidates.max(by: { widths[$0] < widths[$1] }) else { break }
      widths[widest] -= 1
      excess -= 1
    }
    return widths
  }
}
