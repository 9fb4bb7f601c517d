import Wire

/// A strict reading of a Responses request. Source: https://platform.openai.com/docs/api-reference/responses/create and the
/// errors that the API answers with ("No tool output found for function call …", "Item 'rs_…' of type 'reasoning' was
/// provided without its required following item").
struct ResponsesRules {
  private let sent: Sent
  private var complaints = Complaints()
  private var asked: Set<String> = []
  private var answered: Set<String> = []
  private var ids: Set<String> = []

  static func problems(_ sent: Sent) -> [String] {
    var rules = ResponsesRules(sent: sent)
    rules.check()
    return rules.complaints.all
  }

  private init(sent: Sent) { self.sent = sent }

  private mutating func check() {
    let body = complaints.members(
      sent.body, "body", ["model": .text, "input": .list],
      [
        "instructions": .text, "tools": .list, "tool_choice": .any, "parallel_tool_calls": .bool,
        "max_output_tokens": .whole, "temperature": .number, "top_p": .number,
        "reasoning": .object, "text": .object, "include": .list, "store": .bool, "stream": .bool,
      ])
    for (index, tool) in (body["tools"]?.array ?? []).enumerated() {
      complaints.members(
        tool, "tools[\(index)]",
        ["type": .oneOf(["function"]), "name": .text, "parameters": .object, "strict": .bool],
        ["description": .text])
      complaints.name(tool["name"], "tools[\(index)].name", limit: 64)
    }
    if let reasoning = body["reasoning"] {
      complaints.members(
        reasoning, "reasoning", [:],
        [
          "effort": .oneOf(["none", "minimal", "low", "medium", "high", "xhigh"]),
          "summary": .oneOf(["auto", "concise", "detailed"]),
        ])
    }
    let items = body["input"]?.array ?? []
    for (index, item) in items.enumerated() {
      self.item(item, next: index + 1 < items.count ? items[index + 1] : nil, "input[\(index)]")
    }
    complaints.expect(
      asked == answered, "input", "answers \(answered.sorted()), asked was \(asked.sorted())")
    let isSigned = items.contains { $0["encrypted_content"] != nil }
    complaints.expect(
      !isSigned || (body["store"] == false && body["include"] == ["reasoning.encrypted_content"]),
      "include", "does not ask for what is sent back")
  }

  private mutating func item(_ item: JSON, next: JSON?, _ place: String) {
    switch item["type"]?.string ?? "" {
    case "message": message(item, place)
    case "function_call":
      complaints.members(
        item, place,
        ["type": .any, "call_id": .text, "name": .text, "arguments": .text])
      complaints.name(item["name"], "\(place).name", limit: 64)
      let id = item["call_id"]?.string ?? ""
      complaints.expect(id.utf8.count <= 64, "\(place).call_id", "is too long")
      complaints.expect(asked.insert(id).inserted, "\(place).call_id", "is used twice")
      do throws(JSONError) {
        let input = try JSON(parsing: item["arguments"]?.string ?? "")
        complaints.expect(input.object != nil, place, "has arguments that are no object")
      } catch { complaints.say(place, "has arguments that are no JSON") }
    case "function_call_output":
      complaints.members(item, place, ["type": .any, "call_id": .text, "output": .any])
      let id = item["call_id"]?.string ?? ""
      complaints.expect(asked.contains(id), place, "answers no call before it")
      complaints.expect(answered.insert(id).inserted, place, "answers twice")
      for (index, part) in (item["output"]?.array ?? []).enumerated() {
        input(part, "\(place).output[\(index)]")
      }
    case "reasoning":
      complaints.members(
        item, place, ["type": .any, "id": .text, "summary": .any, "encrypted_content": .text])
      sent.check(
        item["encrypted_content"], on: item["id"] ?? .null, "\(place).encrypted_content",
        &complaints)
      complaints.expect(
        ids.insert(item["id"]?.string ?? "").inserted, "\(place).id", "is used twice")
      let follows = next?["type"]
      complaints.expect(
        follows == "function_call" || follows == "reasoning"
          || (follows == "message" && next?["role"] == "assistant"), place,
        "was provided without its required following item")
    default: complaints.say(place, "has type \(item["type"]?.text ?? "none")")
    }
  }

  private mutating func message(_ item: JSON, _ place: String) {
    complaints.members(
      item, place,
      ["type": .any, "role": .oneOf(["user", "assistant"]), "content": .list],
      ["phase": .string])
    for (index, part) in (item["content"]?.array ?? []).enumerated() {
      let place = "\(place).content[\(index)]"
      if item["role"] == "user" {
        input(part, place)
      } else {
        complaints.members(part, place, ["type": .oneOf(["output_text"]), "text": .text])
      }
    }
  }

  private mutating func input(_ part: JSON, _ place: String) {
    switch part["type"]?.string {
    case "input_text": complaints.members(part, place, ["type": .any, "text": .text])
    case "input_image":
      complaints.members(part, place, ["type": .any, "image_url": .text], ["detail": .string])
    case "input_file":
      let isURL = part["file_url"] != nil
      complaints.members(
        part, place,
        isURL
          ? ["type": .any, "file_url": .text]
          : ["type": .any, "filename": .text, "file_data": .text])
    default: complaints.say(place, "has no place in an input")
    }
  }
}
