/// Server-sent events as text (WHATWG HTML, "Server-sent events"): how our HTTP face writes them.
package enum SSEText {
  /// One frame: `id`, `event` and `data` lines and the blank line that ends it. `data` may hold line breaks (LF, CRLF or
  /// CR, which the format takes for the same); each line becomes a `data:` line of its own. `id` and `event` are names
  /// of ours and hold none.
  package static func frame(id: String? = nil, event: String? = nil, data: [UInt8]) -> [UInt8] {
    var out: [UInt8] = []
    out.reserveCapacity(data.count + 64)
    if let id { field("id", id.utf8, to: &out) }
    if let event { field("event", event.utf8, to: &out) }
    var rest = data[...]
    while let end = rest.firstIndex(where: { $0 == 0x0A || $0 == 0x0D }) {
      field("data", rest[..<end], to: &out)
      let isPair = rest[end] == 0x0D && rest[end...].dropFirst().first == 0x0A
      rest = rest[(end + (isPair ? 2 : 1))...]
    }
    field("data", rest, to: &out)
    out.append(UInt8(ascii: "\n"))
    return out
  }

  /// A comment frame: keeps intermediaries and clients from giving up on a silent stream.
  package static func comment(_ text: String) -> [UInt8] { Array(": \(text)\n\n".utf8) }

  private static func field(
    _ name: StaticString, _ value: some Sequence<UInt8>, to out: inout [UInt8]
  ) {
    name.withUTF8Buffer { out.append(contentsOf: $0) }
    out.append(contentsOf: ": ".utf8)
    out.append(contentsOf: value)
    out.append(UInt8(ascii: "\n"))
  }
}
