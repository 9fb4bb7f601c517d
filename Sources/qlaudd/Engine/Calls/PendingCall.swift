import Domain
import Store
import Tools
import Wire

/// One call that a reply asks for, or one inside a `qlaud_multi_execute`, and the row that it has or will have.
struct PendingCall: Sendable {
  /// As the model wrote it.
  let input: JSON
  /// Why it must not be made, where that can be seen at once.
  let problem: String?
  var row: ToolCallRow
  let entry: Toolbox.Entry?
  let isStarted: Bool
  /// The tool's opened secrets; nil where one of them is missing.
  var secrets: [String: Secret]? = [:]
  /// Whether this run has noted that it begins, with others of its round; what an earlier run has noted is ``isStarted``.
  private(set) var isBegun = false
  /// The calls inside it; for other calls there are none.
  var items: [PendingCall] = []

  /// Whether the tool will be run here: not what was answered, interrupted, or is somebody else's.
  var needsSecrets: Bool {
    guard let entry, case .tool = entry.runner, problem == nil, !row.isDone else { return false }
    return !isStarted || entry.isReadOnly
  }

  /// Whether it is run here and nobody has to be asked first.
  var mayBeginAtOnce: Bool {
    guard let entry, case .tool = entry.runner else { return false }
    return entry.policy == .auto && problem == nil && !isStarted && secrets != nil
  }

  /// The call, and those inside it, after it was noted that those begin which may.
  var noted: PendingCall {
    var call = self
    call.isBegun = call.mayBeginAtOnce
    call.items = items.map(\.noted)
    return call
  }

  /// The call after the reply that asks for it was stored with that number.
  func at(_ seq: MessageSeq) -> PendingCall {
    var call = self
    call.row.messageSeq = seq
    call.items = items.map { $0.at(seq) }
    return call
  }

  /// What its secrets are kept out of.
  var redactor: Redactor {
    Redactor(secrets: ([self] + items).flatMap { $0.secrets.map { Array($0.values) } ?? [] })
  }

  /// The calls of a reply, with those inside them.
  /// - Parameter shelf: where the tools of the calls inside calls stand; asked for where there are any.
  static func all(
    of reply: Message, _ turn: Turn, iteration: Int, toolbox: Toolbox, rows: [ToolCallRow],
    shelf: ToolShelf?
  ) -> [PendingCall] {
    let blocks = reply.blocks.filter { $0.type == "tool_use" }
    let endsInCall = reply.blocks.last?.type == "tool_use"
    let isCut = reply.stopReason == "max_tokens" && endsInCall
    return blocks.enumerated().map { place, block in
      let entry = toolbox[block.toolName]
      let maker = Maker(reply: reply, turn: turn, iteration: iteration, rows: rows)
      let problem =
        isCut && place == blocks.count - 1
        ? "max_tokens cut the reply off before it was complete"
        : block[Block.invalidInputKey]?.string.map {
          "its input is not a JSON object; it begins with: \($0.prefix(200))"
        }
      var call = maker.call(
        CallPlace(place), id: block.toolUseID, name: block.toolName, block["input"] ?? [:], entry,
        problem)
      if let shelf, problem == nil { call.items = maker.items(of: call, shelf) }
      return call
    }
  }

  private struct Maker {
    let reply: Message
    let turn: Turn
    let iteration: Int
    let rows: [ToolCallRow]

    func call(
      _ place: CallPlace, id: String, name: String, _ input: JSON, _ entry: Toolbox.Entry?,
      _ problem: String?
    ) -> PendingCall {
      let stored = rows.first { $0.place == place }
      let row = ToolCallRow(
        turnID: turn.id, messageSeq: reply.seq, place: place, threadID: reply.threadID,
        toolUseID: id, name: name,
        kind: entry?.definition.kind.rawValue ?? ToolRound.unknownKind, iteration: iteration)
      return PendingCall(
        input: input, problem: problem, row: stored ?? row, entry: entry, isStarted: stored != nil)
    }

    func items(of call: PendingCall, _ shelf: ToolShelf) -> [PendingCall] {
      guard case .meta(.multiExecute)? = call.entry?.runner,
        case .success(.execute(let calls)) = MetaTool.multiExecute.request(call.input)
      else { return [] }
      return calls.enumerated().map { index, inner in
        let row = shelf.row(inner.tool)
        let entry = row.flatMap(shelf.entry)
        return self.call(
          CallPlace(call.row.place.index, item: index + 1),
          id: "\(call.row.toolUseID)/\(index + 1)",
          name: Block.storable(row?.name ?? String(inner.tool.prefix(200))), .object(inner.args),
          entry, entry == nil ? shelf.unknown(inner.tool) : nil)
      }
    }
  }
}

extension MetaTool {
  /// What a call asks for, or what is wrong with it.
  func request(_ input: JSON) -> Result<Request, InvalidParams> {
    do throws(InvalidParams) { return .success(try read(input)) } catch { return .failure(error) }
  }
}

extension Block {
  /// The id of a tool_use, without what a text column cannot hold.
  var toolUseID: String { Self.storable(self["id"]?.string ?? "") }
  /// The name in a tool_use, likewise.
  var toolName: String { Self.storable(self["name"]?.string ?? "") }

  static func storable(_ text: String) -> String {
    text.utf8.contains(0)
      ? String(String.UnicodeScalarView(text.unicodeScalars.filter { $0.value != 0 })) : text
  }
}
