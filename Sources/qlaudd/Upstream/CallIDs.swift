import Domain
import Wire

/// Gives each tool call of a reply an id that no other call of the conversation has.
///
/// Some providers send no id, an empty one, or the same again in every reply (`functions.search:0`); results are matched by
/// it, so such a call gets an id of ours, made from the reply's id and its place: the same bytes give the same id.
struct CallIDs: Sendable {
  private var taken: Set<String>
  private var number = 0

  /// Knows the ids that stand in the history of a call.
  init(history call: ModelCall) {
    taken = []
    for message in call.messages {
      for block in message.blocks {
        if block.type.hasSuffix("tool_use"), let id = block["id"]?.string { taken.insert(id) }
      }
    }
  }

  /// The id for the next call: the provider's own where it is there and new.
  mutating func claim(_ id: String?, reply: String) -> String {
    if let id, !id.isEmpty, taken.insert(id).inserted { return id }
    while true {
      let made = "call_" + StableHash.hex("\(reply) \(number) \(taken.count)")
      number += 1
      if taken.insert(made).inserted { return made }
    }
  }
}
