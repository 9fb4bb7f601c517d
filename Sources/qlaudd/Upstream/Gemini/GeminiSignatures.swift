import Domain
import Wire

/// The thought signatures of one block: which part of it each came with, so that each goes back on the very same part.
///
/// Stored as `{"thought_signature": …}` where one signature covers the whole block, which is the usual case, else as
/// `{"signatures": [{"from": 0, "to": 32, "thought_signature": …}]}` with offsets in UTF-8 bytes of the block's text. A
/// stream may also bring a signature on an empty text part after the block; that one is marked `"alone": true`.
struct GeminiSignatures: Equatable {
  struct Mark: Equatable {
    let from: Int
    let to: Int
    let signature: String
    let alone: Bool
  }
  private(set) var marks: [Mark] = []

  init() {}

  /// Reads what `members` writes.
  /// - Parameter length: bytes of the block's text; 0 for a block without.
  init(_ stored: JSON, length: Int) {
    if let signature = stored["thought_signature"]?.string {
      add(signature, from: 0, to: length)
    }
    for entry in stored["signatures"]?.array ?? [] {
      guard let from = entry["from"]?.int, let to = entry["to"]?.int, from >= 0, to >= from,
        let signature = entry["thought_signature"]?.string
      else { continue }
      add(
        signature, from: Int(clamping: from), to: Int(clamping: to), alone: entry["alone"] == true)
    }
  }

  var isEmpty: Bool { marks.isEmpty }
  /// The signature of a block that is one part.
  var own: String? { marks.first { !$0.alone }?.signature }

  mutating func add(_ signature: String, from: Int, to: Int, alone: Bool = false) {
    marks.append(Mark(from: from, to: to, signature: signature, alone: alone))
  }

  /// The members to store.
  func members(length: Int) -> JSON.Object {
    if marks.isEmpty { return [:] }
    if marks.count == 1, let mark = marks.first, !mark.alone, mark.from == 0, mark.to == length {
      return ["thought_signature": .string(mark.signature)]
    }
    let entries = marks.map { mark in
      JSON.record([
        "from": .integer(mark.from), "to": .integer(mark.to),
        "thought_signature": .string(mark.signature), "alone": mark.alone ? true : nil,
      ])
    }
    return ["signatures": .array(entries)]
  }

  /// A text as the parts it came in: those with a signature, and what lies between two of them as one part. Signatures
  /// that do not fit the text any more (somebody edited it) are left out.
  func parts(of text: String, thought: Bool) -> [JSON] {
    let bytes = Array(text.utf8)
    var parts: [JSON] = []
    var at = 0
    func part(_ range: Range<Int>, _ signature: String?) -> JSON {
      .record([
        "text": .string(String(decoding: bytes[range], as: UTF8.self)),
        "thought": thought ? true : nil, "thoughtSignature": signature.map(JSON.string),
      ])
    }
    for mark in marks where mark.from >= at && mark.to <= bytes.count {
      if mark.from > at { parts.append(part(at..<mark.from, nil)) }
      parts.append(part(mark.from..<mark.to, mark.signature))
      at = mark.to
    }
    if at < bytes.count { parts.append(part(at..<bytes.count, nil)) }
    return parts
  }

  /// A part that is no text, with its own signature and the empty text parts that followed it.
  func parts(of part: JSON.Object) -> [JSON] {
    var part = part
    part["thoughtSignature"] = own.map(JSON.string)
    let alone = marks.filter(\.alone).map { mark -> JSON in
      ["text": "", "thoughtSignature": .string(mark.signature)]
    }
    return [.object(part)] + alone
  }
}
