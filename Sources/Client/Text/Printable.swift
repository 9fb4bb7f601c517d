/// What may reach a terminal: data of the daemon and words of a model must not steer it.
enum Printable {
  /// The text without control characters (C0 with ESC and CR, DEL, C1); line feeds and tabs stay. What followed an ESC
  /// stays visible, so that nothing is hidden by it.
  static func clean(_ text: String) -> String {
    guard text.unicodeScalars.contains(where: isControl) else { return text }
    var kept = String.UnicodeScalarView()
    kept.append(contentsOf: text.unicodeScalars.lazy.filter { !isControl($0) })
    return String(kept)
  }

  /// The same in one line.
  static func oneLine(_ text: String) -> String {
    clean(text).split(whereSeparator: { $0.isNewline || $0 == "\t" }).joined(separator: " ")
  }

  private static func isControl(_ scalar: Unicode.Scalar) -> Bool {
    switch scalar.value {
    case 0x09, 0x0A: false
    case 0..<0x20, 0x7F...0x9F: true
    default: false
    }
  }
}
