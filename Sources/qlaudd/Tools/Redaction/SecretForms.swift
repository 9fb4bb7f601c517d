import Domain

/// The texts in which one secret may come back: itself, and what common encoders make of it.
enum SecretForms {
  /// Secrets shorter than this are not looked for; registration refuses them.
  static let shortest = 4

  static func all(of secret: Secret) -> [[UInt8]] {
    guard secret.count >= shortest else { return [] }
    return secret.withText { text in
      var forms: Set<[UInt8]> = []
      func add(_ form: String) { forms.insert(Array(form.utf8)) }
      add(text)
      let quoted = JSONTextTemplate.inner(text)
      add(quoted)
      add(JSONTextTemplate.inner(quoted))
      add(quoted.replacing("/", with: "\\/"))
      for uppercase in [true, false] {
        add(escaped(text, allScalars: false, uppercase: uppercase))
        add(escaped(text, allScalars: true, uppercase: uppercase))
        for kept in keptInURLs {
          for space in ["%20", "+"] {
            add(percent(text, keeping: kept, space: space, uppercase: uppercase))
          }
        }
        add(Percent.encoded(Percent.encoded(text, lowercase: !uppercase)))
        add(hexPercent(text, uppercase: uppercase))
        add(uppercase ? Hex.text(text.utf8).uppercased() : Hex.text(text.utf8))
      }
      add(markup(text, quote: "&#39;"))
      add(markup(text, quote: "&#x27;"))
      add(markup(text, quote: "&apos;"))
      add(markup(text, quote: "'"))
      for shift in 0..<3 {
        for alphabet in [Base64.standard, Base64.urlSafe] {
          forms.insert(Base64.stableCharacters(Array(text.utf8), shift: shift, alphabet))
        }
      }
      return forms.filter { $0.count >= shortest }
    }
  }

  /// `\uXXXX` for what is not ASCII, or for everything.
  private static func escaped(_ text: String, allScalars: Bool, uppercase: Bool) -> String {
    var out = ""
    for scalar in text.unicodeScalars {
      if scalar.isASCII, !allScalars {
        out += JSONTextTemplate.inner(String(scalar))
        continue
      }
      for unit in String(scalar).utf16 {
        let digits = String(unit, radix: 16, uppercase: uppercase)
        out += "\\u" + String(repeating: "0", count: 4 - digits.utf8.count) + digits
      }
    }
    return out
  }

  /// Every byte percent-encoded, letters as well.
  private static func hexPercent(_ text: String, uppercase: Bool) -> String {
    text.utf8.map { hexPercent($0, uppercase: uppercase) }.joined()
  }

  /// What common encoders leave as it is beside letters and digits: RFC 3986, Python's `quote`, `encodeURIComponent`, `encodeURI`,
  /// forms (WHATWG, Java), PHP's `urlencode`, and those that leave nothing.
  private static let keptInURLs = [
    "-._~", "-._~/", "-._~!*'()", "-._~!*'();,/?:@&=+$#", "-._*", "-._", "",
  ].map { Set($0.utf8) }

  private static func percent(
    _ text: String, keeping kept: Set<UInt8>, space: String, uppercase: Bool
  ) -> String {
    var out = ""
    for byte in text.utf8 {
      let isWord =
        UInt8(ascii: "0")...UInt8(ascii: "9") ~= byte
        || UInt8(ascii: "a")...UInt8(ascii: "z") ~= byte | 0x20
      if byte == UInt8(ascii: " ") {
        out += space
      } else if isWord || kept.contains(byte) {
        out += String(Unicode.Scalar(byte))
      } else {
        out += hexPercent(byte, uppercase: uppercase)
      }
    }
    return out
  }

  private static func hexPercent(_ byte: UInt8, uppercase: Bool) -> String {
    "%" + (byte < 16 ? "0" : "") + String(byte, radix: 16, uppercase: uppercase)
  }

  private static func markup(_ text: String, quote: String) -> String {
    text.replacing("&", with: "&amp;").replacing("<", with: "&lt;").replacing(">", with: "&gt;")
      .replacing("\"", with: "&quot;").replacing("'", with: quote)
  }
}

/// Base64 (RFC 4648).
enum Base64 {
  static let standard = Array(
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/".utf8)
  static let urlSafe = Array(
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_".utf8)

  /// With padding.
  static func encoded(_ bytes: [UInt8], _ alphabet: [UInt8] = standard) -> [UInt8] {
    var out: [UInt8] = []
    for start in stride(from: 0, to: bytes.count, by: 3) {
      let group = Array(bytes[start..<min(start + 3, bytes.count)])
      let padded = group + [UInt8](repeating: 0, count: 3 - group.count)
      let number = padded.reduce(0) { $0 << 8 | Int($1) }
      for index in 0..<4 {
        let isThere = index <= group.count
        out.append(isThere ? alphabet[number >> (18 - 6 * index) & 63] : UInt8(ascii: "="))
      }
    }
    return out
  }

  /// The characters that stand for these bytes and no others, when `shift` bytes come before them in their group of
  /// three: what can be looked for whatever surrounds them.
  static func stableCharacters(_ bytes: [UInt8], shift: Int, _ alphabet: [UInt8]) -> [UInt8] {
    let all = encoded([UInt8](repeating: 0, count: shift) + bytes, alphabet)
    let first = (shift * 8 + 5) / 6
    let last = (shift + bytes.count) * 8 / 6
    return first < last ? Array(all[first..<last]) : []
  }
}
