package import Wire

/// An id that is text on the wire: a UUIDv7 (RFC 9562), or a fixed name such as the key `local`. Ids of different nouns
/// are different types, so they cannot be exchanged by mistake.
package protocol Identifier: RawRepresentable, Hashable, Sendable, Comparable,
  CustomStringConvertible, WireReadable,
  WireWritable
where RawValue == String {
  init(rawValue: String)
}
extension Identifier {
  package static var schema: JSON { ["type": "string", "minLength": 1, "maxLength": 64] }
  package static var expectation: String { "an id (a string of 1 to 64 characters)" }
  package init?(wire json: JSON) {
    guard let text = json.string, (1...64).contains(text.utf8.count) else { return nil }
    self.init(rawValue: text)
  }
  package var json: JSON { .string(rawValue) }
  package var description: String { rawValue }
  package static func < (left: Self, right: Self) -> Bool { left.rawValue < right.rawValue }
}

/// A conversation.
package struct ThreadID: Identifier {
  package let rawValue: String
  package init(rawValue: String) { self.rawValue = rawValue }
}
/// One send and all that follows from it.
package struct TurnID: Identifier {
  package let rawValue: String
  package init(rawValue: String) { self.rawValue = rawValue }
}
/// An API key's public id; never the key itself.
package struct KeyID: Identifier {
  package let rawValue: String
  package init(rawValue: String) { self.rawValue = rawValue }
  /// The owner of the machine account: the key of a bare socket connection.
  package static let local = KeyID(rawValue: "local")
}
/// A registered tool: `tool_` and 32 hex digits.
package struct ToolID: Identifier {
  package let rawValue: String
  package init(rawValue: String) { self.rawValue = rawValue }
}
/// An approval that waits or was answered.
package struct ApprovalID: Identifier {
  package let rawValue: String
  package init(rawValue: String) { self.rawValue = rawValue }
}

/// A number in the one event sequence of a file; a cursor is the last one that was seen, 0 for none.
package typealias EventSeq = Int64
/// A message's place in its thread, from 1, without gaps.
package typealias MessageSeq = Int64
/// Milliseconds since 1970-01-01 UTC.
package typealias Milliseconds = Int64
/// Millionths of a US dollar.
package typealias Microdollars = Int64
