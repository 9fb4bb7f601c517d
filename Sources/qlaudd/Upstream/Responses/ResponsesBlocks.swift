import Domain
import Wire

/// Where the output items of a reply have become blocks, and how far each part of them has been passed on.
///
/// One item at a time holds the open block. Text and reasoning let go when another item opens one; they get a new block
/// if they speak again.
struct ResponsesBlocks {
  let model: String
  var writer = BlockWriter()
  private(set) var items: [Int: ResponsesItem] = [:]
  /// The item whose block is open, and which part of it.
  private(set) var holder: (item: Int, part: ResponsesItem.Part)?
  /// Bytes of text and input so far.
  private(set) var outputBytes = 0

  init(model: String) { self.model = model }

  /// Marks an item as one that will not grow any more.
  mutating func finish(_ index: Int, kind: String?) {
    items[index, default: ResponsesItem()].isDone = true
    items[index]?.kind = kind
  }

  /// Adds to a part, in its open block or a new one.
  mutating func grow(_ index: Int, _ part: ResponsesItem.Part, _ text: String) {
    guard !text.isEmpty else { return }
    switch part {
    case .call:
      writer.delta(.inputJSON(text))
    case .text:
      if !holds(index, { $0 == part }) { open(index, part, .text("")) }
      writer.delta(.text(text))
    case .summary, .reasoning:
      if !holds(index, \.isThinking) {
        open(index, part, Block(["type": "thinking", "thinking": "", "signature": ""]))
      } else if !holds(index, { $0 == part }) {
        // The parts of one reasoning are paragraphs of one block.
        holder = (index, part)
        writer.delta(.thinking("\n\n"))
      }
      writer.delta(.thinking(text))
    }
    items[index, default: ResponsesItem()].count(part, text.utf8.count)
    outputBytes += text.utf8.count
  }

  /// Adds what of a whole part no delta has brought.
  mutating func complete(_ index: Int, _ part: ResponsesItem.Part, _ whole: JSON?) {
    guard let whole = whole?.string, items[index]?.isDone != true else { return }
    guard part != .call || holds(index, { $0 == .call }) else { return }
    let missing = whole.utf8.dropFirst(items[index]?.count(part) ?? 0)
    grow(index, part, String(decoding: Array(missing), as: UTF8.self))
  }

  /// Whether the open block belongs to that item and such a part of it.
  func holds(_ index: Int, _ test: (ResponsesItem.Part) -> Bool) -> Bool {
    holder.map { $0.item == index && test($0.part) } ?? false
  }

  /// Opens a block of an item, closing the one before it.
  mutating func open(_ index: Int, _ part: ResponsesItem.Part, _ block: Block) {
    close()
    items[index, default: ResponsesItem()].blocks.append(writer.open(block))
    holder = (index, part)
  }

  mutating func close() {
    guard holder != nil else { return }
    writer.close()
    holder = nil
  }

  /// Leaves data of this family on a block; it replaces what was left before.
  mutating func store(_ block: Int, _ members: JSON.Object) {
    var members = members
    members["model"] = .string(model)
    writer.opaque(block, family: ResponsesDialect.family, .object(members))
  }

  /// Puts a source on the open block of its part; one that comes after the block is lost.
  mutating func cite(_ index: Int, _ part: ResponsesItem.Part, _ annotation: JSON) {
    items[index, default: ResponsesItem()].citations[part, default: 0] += 1
    guard holds(index, { $0 == part }) else { return }
    writer.delta(
      .other(["type": "citations_delta", "citation": ResponsesItem.citation(annotation)]))
  }

  /// The part that deltas grew at that place among its like: some hosts count the parts of a stream otherwise than
  /// those of the finished item.
  func seen(
    _ index: Int, _ number: Int, _ isLike: (ResponsesItem.Part) -> Bool
  ) -> ResponsesItem.Part? {
    items[index]?.parts.filter(isLike).dropFirst(number).first
  }

  /// Leaves on the block what lets the reasoning go back. Without encrypted content or the raw text the provider could
  /// not find it again (`store` is false), so there is nothing to keep. The last payload wins: encrypted content is
  /// made anew in each event, and what stands in `output_item.added` is unfinished.
  mutating func keep(_ index: Int, _ item: JSON) {
    let encrypted = item["encrypted_content"]?.nonNull
    let raw = item["content"]?.array ?? []
    guard encrypted != nil || !raw.isEmpty else { return }
    if items[index]?.block == nil {
      open(index, .summary(0), Block(["type": "redacted_thinking", "data": ""]))
      close()
    }
    guard let block = items[index]?.block else { return }
    let own = JSON.record([
      "id": item["id"]?.nonNull, "encrypted_content": encrypted,
      "summary": item["summary"]?.nonNull, "content": raw.isEmpty ? JSON?.none : .array(raw),
    ])
    store(block, own.object ?? [:])
  }
}
