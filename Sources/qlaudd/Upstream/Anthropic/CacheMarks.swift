import Wire

/// Puts `cache_control` where a prompt that grows at its end is worth caching: on the last tool, on the last block of the
/// system prompt, and at the ends of the two newest messages of the user, which this call writes and the one before
/// wrote. What stands before a mark is the cache's key, the marks themselves are not.
///
/// Thinking and empty text cannot carry a mark. The API takes four; a caller's own count first, the newest of them, and
/// ours come only behind them, so that a mark of an hour never follows one of five minutes.
/// Rules: https://docs.claude.com/en/docs/build-with-claude/prompt-caching
struct CacheMarks {
  private(set) var tools: [JSON]
  private(set) var system: [JSON]
  private(set) var messages: [JSON]

  /// Marks in one request.
  static let most = 4
  private static let member = "cache_control"
  private static let mark: JSON = ["type": "ephemeral"]

  init(tools: [JSON], system: [JSON], messages: [JSON]) {
    self.tools = tools
    self.system = system
    self.messages = messages
  }

  /// Where a mark can stand, in the order in which the API reads a request.
  private enum Place: Equatable {
    case tool(Int)
    case system(Int)
    case block(message: Int, Int)

    private var order: (Int, Int, Int) {
      switch self {
      case .tool(let index): (0, index, 0)
      case .system(let index): (1, index, 0)
      case .block(let message, let index): (2, message, index)
      }
    }
    func isAfter(_ other: Place) -> Bool { order > other.order }
  }

  /// Adds the marks and takes off what is too much.
  mutating func place() {
    let own = ownPlaces
    for place in own.dropLast(Self.most) { set(nil, at: place) }
    let free = Self.most - min(own.count, Self.most)
    let wanted = candidates.filter { place in own.last.map(place.isAfter) ?? true }
    for place in wanted.suffix(free) { set(Self.mark, at: place) }
  }

  private var ownPlaces: [Place] {
    var places: [Place] = []
    for (index, tool) in tools.enumerated() where isMarked(tool) { places.append(.tool(index)) }
    for (index, block) in system.enumerated() where isMarked(block) {
      places.append(.system(index))
    }
    for (number, message) in messages.enumerated() {
      for (index, block) in (message["content"]?.array ?? []).enumerated() where isMarked(block) {
        places.append(.block(message: number, index))
      }
    }
    return places
  }

  private func isMarked(_ json: JSON) -> Bool { json[Self.member]?.nonNull != nil }

  private var candidates: [Place] {
    var places: [Place] = []
    if !tools.isEmpty { places.append(.tool(tools.count - 1)) }
    if !system.isEmpty { places.append(.system(system.count - 1)) }
    let ends = messages.indices.reversed().lazy.filter { messages[$0]["role"] == "user" }
      .compactMap(end).prefix(2)
    return places + ends.reversed()
  }

  /// The last block of a message that can carry a mark.
  private func end(of message: Int) -> Place? {
    let blocks = messages[message]["content"]?.array ?? []
    return blocks.lastIndex(where: Self.canCarry).map { .block(message: message, $0) }
  }

  private static func canCarry(_ block: JSON) -> Bool {
    switch block["type"]?.string {
    case "text": block["text"]?.string?.isEmpty == false
    case "image", "document", "search_result", "tool_use", "tool_result": true
    default: false
    }
  }

  private mutating func set(_ mark: JSON?, at place: Place) {
    switch place {
    case .tool(let index): Self.set(mark, on: &tools[index])
    case .system(let index): Self.set(mark, on: &system[index])
    case .block(let message, let index):
      guard var object = messages[message].object, var blocks = object["content"]?.array else {
        return
      }
      Self.set(mark, on: &blocks[index])
      object["content"] = .array(blocks)
      messages[message] = .object(object)
    }
  }

  private static func set(_ mark: JSON?, on json: inout JSON) {
    guard var object = json.object else { return }
    object[member] = mark
    json = .object(object)
  }
}
