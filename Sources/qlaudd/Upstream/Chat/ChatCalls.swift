import Domain
import Wire

/// Puts the pieces of tool calls in order: our blocks come one after the other, a host may mix the pieces of several calls.
///
/// The first call that is not closed is `open`; its input is passed on as it comes. Others collect theirs until it is
/// complete, which is known when another call begins (its input then reads as a JSON object) or at the reply's end.
struct ChatCalls: Sendable {
  struct Call: Sendable {
    let index: Int64?
    var id: String?
    var name: String
    /// The whole input so far.
    var input: [UInt8] = []
    /// Bytes of `input` that were passed on.
    var passed = 0
    var isOpened = false
    var isClosed = false

    var hasCompleteInput: Bool {
      do throws(JSONError) { return try JSON(parsing: input).object != nil } catch { return false }
    }

    /// What may be passed on now. Input that does not begin as an object is held back to the end, see `rest`.
    mutating func nextPiece() -> String? {
      guard input.first(where: { $0 > 0x20 }) == UInt8(ascii: "{") else { return nil }
      return rest()
    }

    private mutating func rest() -> String? {
      guard passed < input.count else { return nil }
      let piece = String(decoding: input[passed...], as: UTF8.self)
      passed = input.count
      return piece
    }

    /// What is still to be passed on at the end: `null` and `""` mean no input, a string that holds an object is that object,
    /// anything else goes as it is, for the reader to refuse.
    mutating func lastPiece() -> String? {
      guard passed == 0, !input.isEmpty else { return rest() }
      passed = input.count
      let json: JSON
      do throws(JSONError) { json = try JSON(parsing: input) } catch {
        return String(decoding: input, as: UTF8.self)
      }
      switch json {
      case .null, "": return nil
      case .string(let text): return text
      default: return json.text
      }
    }
  }

  private(set) var all: [Call] = []

  var isEmpty: Bool { all.isEmpty }
  /// The call whose block is open.
  var open: Int? { all.indices.last { all[$0].isOpened && !all[$0].isClosed } }
  /// The next call that waits for its block.
  var next: Int? { all.firstIndex { !$0.isOpened } }

  subscript(position: Int) -> Call {
    get { all[position] }
    set { all[position] = newValue }
  }

  /// Takes one piece: an element of `tool_calls`, or a `function_call` of the API's first form.
  mutating func take(_ piece: JSON) {
    let function = piece["function"] ?? piece
    let name = function["name"]?.string.flatMap { $0.isEmpty ? nil : $0 }
    let id = piece["id"]?.string.flatMap { $0.isEmpty ? nil : $0 }
    let position: Int
    if let known = find(index: piece["index"]?.int, id: id, name: name) {
      position = known
    } else {
      all.append(Call(index: piece["index"]?.int, id: id, name: name ?? ""))
      position = all.count - 1
    }
    if all[position].id == nil { all[position].id = id }
    if all[position].name.isEmpty, let name { all[position].name = name }
    switch function["arguments"] ?? .null {
    case .null: break
    case .string(let text): all[position].input += Array(text.utf8)
    case let value: all[position].input += value.bytes
    }
  }

  /// The call that a piece belongs to; nil for a new one.
  ///
  /// Hosts leave out the index, send 0 for every call, leave out the id, or repeat id and name in every piece. So: a new id together with a
  /// name begins a call whatever the index says; else the index decides, then the id; a piece with a name but neither is a new call, and one
  /// with nothing belongs to the last.
  private func find(index: Int64?, id: String?, name: String?) -> Int? {
    if let id, name != nil {
      if let known = all.lastIndex(where: { $0.id == id && (index == nil || $0.index == index) }) {
        return known
      }
      if let same = lastIndex(of: index), all[same].id == nil { return same }
      return nil
    }
    if let known = lastIndex(of: index) { return known }
    if index != nil { return nil }
    if let id { return all.lastIndex { $0.id == id } }
    return name == nil && !all.isEmpty ? all.count - 1 : nil
  }

  private func lastIndex(of index: Int64?) -> Int? {
    guard let index else { return nil }
    return all.lastIndex { $0.index == index }
  }
}
