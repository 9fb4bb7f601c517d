package import Domain
package import Wire

/// Takes secrets out of what came from outside before anything else sees it: each value as it is, and as JSON, URL, form,
/// HTML, hexadecimal and base64 (at any offset) write it.
///
/// Made for one call, of the secrets of that call. What a remote does to a secret on purpose (reversing it, spelling it
/// out) is beyond it; such a remote was given the secret anyway.
package struct Redactor: Sendable {
  /// What stands in a secret's place.
  package static let mark = "***"
  /// Longest first, by their first four bytes.
  private let forms: [UInt32: [[UInt8]]]
  fileprivate let longest: Int

  /// A redactor of these values. Values under four bytes are left alone; registration refuses them.
  package init(secrets: [Secret]) {
    var forms: [UInt32: [[UInt8]]] = [:]
    var longest = 0
    for form in Set(secrets.flatMap(SecretForms.all)) {
      forms[Self.key(form, 0), default: []].append(form)
      longest = max(longest, form.count)
    }
    self.forms = forms.mapValues { $0.sorted { $0.count > $1.count } }
    self.longest = longest
  }

  private static func key(_ bytes: [UInt8], _ at: Int) -> UInt32 {
    UInt32(bytes[at]) << 24 | UInt32(bytes[at + 1]) << 16 | UInt32(bytes[at + 2]) << 8
      | UInt32(bytes[at + 3])
  }

  /// Bytes of the form that stands at this place; nil for none.
  fileprivate func match(_ bytes: [UInt8], _ at: Int) -> Int? {
    guard at + 4 <= bytes.count, let candidates = forms[Self.key(bytes, at)] else { return nil }
    for form in candidates where bytes[at...].starts(with: form) { return form.count }
    return nil
  }

  /// Whether what follows this place may be the beginning of a form that is longer than the bytes at hand.
  fileprivate func mayBegin(_ bytes: [UInt8], _ at: Int) -> Bool {
    let rest = bytes[at...]
    if rest.count >= 4 {
      guard let candidates = forms[Self.key(bytes, at)] else { return false }
      return candidates.contains { $0.count > rest.count && $0.starts(with: rest) }
    }
    return forms.values.contains { $0.contains { $0.count > rest.count && $0.starts(with: rest) } }
  }

  /// The bytes with every secret replaced.
  package func redact(_ bytes: [UInt8]) -> [UInt8] {
    var stream = Stream(self)
    return stream.take(bytes) + stream.finish()
  }

  /// The text with every secret replaced.
  package func redact(_ text: String) -> String {
    if forms.isEmpty { return text }
    return String(decoding: redact(Array(text.utf8)), as: UTF8.self)
  }

  /// The value with every secret replaced in strings, names of members and numbers.
  package func redact(_ json: JSON) -> JSON {
    if forms.isEmpty { return json }
    switch json {
    case .null, .bool: return json
    case .int, .number:
      let text = json.text
      return redact(text) == text ? json : .string(Self.mark)
    case .string(let text): return .string(redact(text))
    case .array(let elements): return .array(elements.map { redact($0) })
    case .object(let object):
      var out = JSON.Object()
      var used: Set<String> = []
      var members: [JSON.Object.Member] = []
      for member in object.members {
        var key = redact(member.key)
        while !used.insert(key).inserted { key += "*" }
        members.append(.init(key: key, value: redact(member.value)))
      }
      out = JSON.Object(members)
      return .object(out)
    }
  }

  /// The complaint with every secret replaced.
  package func redact(_ error: InvalidParams) -> InvalidParams {
    InvalidParams(redact(error.field), redact(error.problem))
  }

  /// Redaction of bytes that come in pieces: a secret that is cut by a border between them is found.
  package struct Stream: Sendable {
    private let redactor: Redactor
    /// What may yet turn out to be a secret's beginning.
    private var held: [UInt8] = []

    /// A stream that has seen nothing.
    package init(_ redactor: Redactor) { self.redactor = redactor }

    /// Takes a piece; gives what is settled.
    package mutating func take(_ piece: [UInt8]) -> [UInt8] {
      if redactor.longest == 0 { return piece }
      let bytes = held + piece
      var out: [UInt8] = []
      out.reserveCapacity(bytes.count)
      var at = 0
      // From here on a form may reach beyond the bytes at hand.
      let border = max(0, bytes.count - redactor.longest + 1)
      while at < bytes.count {
        if at >= border, redactor.mayBegin(bytes, at) { break }
        if let length = redactor.match(bytes, at) {
          out.append(contentsOf: Redactor.mark.utf8)
          at += length
        } else {
          out.append(bytes[at])
          at += 1
        }
      }
      held = Array(bytes[at...])
      return out
    }

    /// What is left at the end. Where the bytes were cut off, a rest that may be the beginning of a secret is dropped.
    package mutating func finish(isCutOff: Bool = false) -> [UInt8] {
      defer { held = [] }
      if isCutOff, held.count >= 2 { return Array(Redactor.mark.utf8) }
      // No longer form can come any more, but a shorter one may stand inside.
      var out: [UInt8] = []
      var at = 0
      while at < held.count {
        if let length = redactor.match(held, at) {
          out.append(contentsOf: Redactor.mark.utf8)
          at += length
        } else {
          out.append(held[at])
          at += 1
        }
      }
      return out
    }
  }
}
