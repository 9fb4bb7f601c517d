import Domain
import Wire

/// Puts the events of a reply into the strict order that ``StreamEvent`` states, whatever order a decoder finds things in.
///
/// States:
/// ```
///   waiting ──start──▶ between ◀──open / close──▶ inBlock
///                         └───────end────▶ done        (end closes an open block first)
/// ```
/// Nothing is said twice: `start` and `end` count once, what comes after `end` is dropped, a delta outside of a block is
/// dropped, `open` closes the block before it, indexes are 0, 1, 2 …, and a tool call whose input never came is closed with
/// one `{}`, so that each call has at least one delta of input.
struct BlockWriter: Sendable {
  private var events: [StreamEvent] = []
  private var current: Current?
  /// Blocks opened so far.
  private(set) var count = 0
  private(set) var hasStarted = false
  private(set) var isDone = false

  private struct Current {
    let index: Int
    let type: String
    var needsInput: Bool
  }

  /// An empty reply.
  init() {}

  /// The type of the open block.
  var openType: String? { current?.type }

  /// Starts the message; only the first time counts.
  mutating func start(id: String, model: String, usage: Usage) {
    guard !hasStarted else { return }
    hasStarted = true
    events.append(.messageStart(id: id, model: model, usage: usage))
  }

  /// Opens a block, closing the one before it.
  /// - Returns: the block's index.
  @discardableResult
  mutating func open(_ block: Block) -> Int {
    guard !isDone else { return count }
    start(id: "", model: "", usage: Usage())
    close()
    let isCall = block.type.hasSuffix("tool_use") && block["input"]?.object?.isEmpty != false
    current = Current(index: count, type: block.type, needsInput: isCall)
    events.append(.blockStart(index: count, block))
    count += 1
    return count - 1
  }

  /// Grows the open block.
  mutating func delta(_ delta: StreamEvent.Delta) {
    guard let current else { return }
    if case .inputJSON = delta { self.current?.needsInput = false }
    events.append(.blockDelta(index: current.index, delta))
  }

  /// Closes the open block, if there is one.
  mutating func close() {
    guard let current else { return }
    if current.needsInput { events.append(.blockDelta(index: current.index, .inputJSON("{}"))) }
    events.append(.blockStop(index: current.index))
    self.current = nil
  }

  /// Leaves data of a family on a block, open or closed.
  mutating func opaque(_ index: Int, family: String, _ value: JSON) {
    guard !isDone, index < count else { return }
    events.append(.opaque(index: index, family: family, value))
  }

  /// Text, in the open text block or a new one.
  mutating func text(_ text: String) {
    guard !text.isEmpty else { return }
    if openType != "text" { open(.text("")) }
    delta(.text(text))
  }

  /// Thinking, in the open thinking block or a new one.
  /// - Returns: the block's index.
  @discardableResult
  mutating func thinking(_ text: String) -> Int {
    if openType != "thinking" {
      open(Block(["type": "thinking", "thinking": "", "signature": ""]))
    }
    if !text.isEmpty { delta(.thinking(text)) }
    return count - 1
  }

  mutating func ping() {
    if hasStarted, !isDone { events.append(.ping) }
  }

  /// Ends the message; only the first time counts.
  mutating func end(stopReason: String, stopSequence: String? = nil, usage: Usage) {
    guard !isDone else { return }
    start(id: "", model: "", usage: Usage())
    close()
    events.append(
      .messageDelta(stopReason: stopReason, stopSequence: stopSequence, usage: usage))
    events.append(.messageStop)
    isDone = true
  }

  /// Takes out what has been written since the last time.
  mutating func drain() -> [StreamEvent] {
    defer { events = [] }
    return events
  }
}
