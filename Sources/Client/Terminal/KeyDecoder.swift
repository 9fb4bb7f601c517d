/// What was pressed.
enum Key: Equatable {
  case text(String)
  /// Text that was pasted in one go; its line feeds are text.
  case paste(String)
  case enter, newline, backspace, delete
  case left, right, wordLeft, wordRight, home, end, up, down
  case killToEnd, killToStart, killWord, killNextWord, yank
  case clearScreen, interrupt, endOfInput, search, escape
}

/// Turns a terminal's bytes into keys: a pure machine over xterm's sequences and bracketed paste.
///
/// States: `ground` → `escape` on ESC → `csi` on `[` or `ss3` on `O`, back to `ground` at the end of a sequence;
/// `csi` → `paste` on `200~`, back on `ESC [ 201 ~`. An unfinished UTF-8 character waits in `ground`.
struct KeyDecoder {
  private enum State: Equatable {
    case ground, escape, ss3, paste
    case csi([UInt8])
  }
  private var state = State.ground
  private var text: [UInt8] = []
  private var pasted: [UInt8] = []

  /// Bytes of one paste; what is over is dropped.
  static let pasteLimit = 1 << 20
  private static let pasteEnd = Array("\u{1B}[201~".utf8)

  /// The keys that these bytes finish.
  mutating func decode(_ bytes: some Sequence<UInt8>) -> [Key] {
    var keys: [Key] = []
    for byte in bytes { take(byte, &keys) }
    flush(&keys)
    return keys
  }

  private mutating func take(_ byte: UInt8, _ keys: inout [Key]) {
    switch state {
    case .ground: ground(byte, &keys)
    case .escape: escape(byte, &keys)
    case .ss3:
      state = .ground
      if let key = Self.cursorKey(byte) { keys.append(key) }
    case .csi(let parameters): csi(byte, parameters, &keys)
    case .paste: paste(byte, &keys)
    }
  }

  private mutating func ground(_ byte: UInt8, _ keys: inout [Key]) {
    if byte >= 0x20, byte != 0x7F {
      // A leading byte ends a broken character before it.
      if byte & 0xC0 != 0x80 { flush(&keys, all: true) }
      text.append(byte)
      return
    }
    flush(&keys, all: true)
    if byte == 0x1B { state = .escape } else if let key = Self.control(byte) { keys.append(key) }
  }

  private static func control(_ byte: UInt8) -> Key? {
    switch byte {
    case 0x01: .home
    case 0x02: .left
    case 0x03: .interrupt
    case 0x04: .endOfInput
    case 0x05: .end
    case 0x06: .right
    case 0x07: .escape
    case 0x08, 0x7F: .backspace
    case 0x09: .text("  ")
    case 0x0A, 0x0D: .enter
    case 0x0B: .killToEnd
    case 0x0C: .clearScreen
    case 0x0E: .down
    case 0x10: .up
    case 0x12: .search
    case 0x15: .killToStart
    case 0x17: .killWord
    case 0x19: .yank
    default: nil
    }
  }

  private mutating func escape(_ byte: UInt8, _ keys: inout [Key]) {
    state = .ground
    switch byte {
    case UInt8(ascii: "["): state = .csi([])
    case UInt8(ascii: "O"): state = .ss3
    case 0x1B:
      keys.append(.escape)
      state = .escape
    case 0x0A, 0x0D: keys.append(.newline)
    case UInt8(ascii: "b"): keys.append(.wordLeft)
    case UInt8(ascii: "f"): keys.append(.wordRight)
    case UInt8(ascii: "d"): keys.append(.killNextWord)
    case 0x7F, 0x08: keys.append(.killWord)
    default: ground(byte, &keys)
    }
  }

  private mutating func csi(_ byte: UInt8, _ parameters: [UInt8], _ keys: inout [Key]) {
    if (0x20..<0x40).contains(byte), parameters.count < 32 {
      state = .csi(parameters + [byte])
      return
    }
    state = .ground
    guard (0x40...0x7E).contains(byte) else { return }
    let fields = String(decoding: parameters, as: UTF8.self).split(separator: ";").map(String.init)
    if byte == UInt8(ascii: "~") {
      switch fields.first {
      case "1", "7": keys.append(.home)
      case "4", "8": keys.append(.end)
      case "3": keys.append(.delete)
      case "200":
        state = .paste
        pasted.removeAll()
      default: break
      }
      return
    }
    guard let key = Self.cursorKey(byte) else { return }
    switch (key, fields.count > 1) {
    case (.left, true): keys.append(.wordLeft)
    case (.right, true): keys.append(.wordRight)
    default: keys.append(key)
    }
  }

  private static func cursorKey(_ byte: UInt8) -> Key? {
    switch byte {
    case UInt8(ascii: "A"): .up
    case UInt8(ascii: "B"): .down
    case UInt8(ascii: "C"): .right
    case UInt8(ascii: "D"): .left
    case UInt8(ascii: "H"): .home
    case UInt8(ascii: "F"): .end
    default: nil
    }
  }

  private mutating func paste(_ byte: UInt8, _ keys: inout [Key]) {
    if pasted.count < Self.pasteLimit || byte == 0x1B
      || !pasted.suffix(5).allSatisfy({ $0 != 0x1B })
    {
      pasted.append(byte)
    }
    guard byte == UInt8(ascii: "~"), pasted.suffix(Self.pasteEnd.count).elementsEqual(Self.pasteEnd)
    else { return }
    state = .ground
    let text = String(decoding: pasted.dropLast(Self.pasteEnd.count), as: UTF8.self)
    let lines = text.split(omittingEmptySubsequences: false, whereSeparator: \.isNewline)
    let clean = Printable.clean(lines.joined(separator: "\n"))
    keys.append(
      .paste(clean.split(separator: "\t", omittingEmptySubsequences: false).joined(separator: "  "))
    )
    pasted.removeAll()
  }

  /// Hands over the text so far; an unfinished character at its end stays unless `all`.
  private mutating func flush(_ keys: inout [Key], all: Bool = false) {
    let kept = all ? 0 : Self.unfinished(text)
    guard text.count > kept else { return }
    let whole = Printable.clean(String(decoding: text.dropLast(kept), as: UTF8.self))
    text.removeFirst(text.count - kept)
    if case .text(let before)? = keys.last {
      keys[keys.count - 1] = .text(before + whole)
    } else {
      keys.append(.text(whole))
    }
  }

  /// How many bytes at the end begin a character that is not complete.
  private static func unfinished(_ bytes: [UInt8]) -> Int {
    for back in 1...4 where back <= bytes.count {
      let byte = bytes[bytes.count - back]
      if byte & 0xC0 == 0x80 { continue }
      let length = byte >= 0xF0 ? 4 : byte >= 0xE0 ? 3 : byte >= 0xC0 ? 2 : 1
      return back < length ? back : 0
    }
    return 0
  }
}
