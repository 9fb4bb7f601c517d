import Wire

/// A strict reading of a chat completions request. Sources: https://platform.openai.com/docs/api-reference/chat/create,
/// https://api-docs.deepseek.com/guides/thinking_mode, https://docs.mistral.ai/api and the errors that the hosts answer with.
struct ChatRules {
  /// Where the hosts differ.
  struct Host {
    var limitField = "max_tokens"
    var idLimit = 256
    /// Nine letters or digits, and no user directly after a result.
    var isMistral = false
    /// Members of an assistant's message beyond OpenAI's.
    var further: [String: Complaints.Kind] = [:]
    /// Whether each assistant's message must say what it thought, if only "".
    var needsReasoning = false
    var fields: [String: Complaints.Kind] = [:]
  }
  private let sent: Sent
  private let host: Host
  private var complaints = Complaints()
  /// Calls that wait for their answer.
  private var open: [String] = []

  static func problems(_ sent: Sent, _ host: Host) -> [String] {
    var rules = ChatRules(sent: sent, host: host)
    rules.check()
    return rules.complaints.all
  }

  private init(sent: Sent, host: Host) {
    self.sent = sent
    self.host = host
  }

  private mutating func check() {
    var optional: [String: Complaints.Kind] = [
      "tools": .list, "tool_choice": .any, "parallel_tool_calls": .bool, "temperature": .number,
      "top_p": .number, "stop": .list, "response_format": .object, "stream": .bool,
      "stream_options": .object,
    ]
    optional.merge(host.fields) { $1 }
    let body = complaints.members(
      sent.body, "body", ["model": .text, "messages": .list, host.limitField: .whole], optional)
    for (index, tool) in (body["tools"]?.array ?? []).enumerated() {
      let place = "tools[\(index)]"
      complaints.members(tool, place, ["type": .oneOf(["function"]), "function": .object])
      let function = complaints.members(
        tool["function"], "\(place).function", ["name": .text, "parameters": .object],
        ["description": .text])
      complaints.name(function["name"], "\(place).function.name", limit: 64)
      complaints.expect(function["parameters"]?["type"] == "object", place, "describes no object")
    }
    complaints.expect(
      body["stream"] == true || body["stream_options"] == nil, "stream_options",
      "is only allowed when stream is enabled")
    let messages = body["messages"]?.array ?? []
    for (index, message) in messages.enumerated() {
      self.message(message, before: index > 0 ? messages[index - 1]["role"]?.string : nil, index)
    }
    complaints.expect(open.isEmpty, "messages", "leave calls unanswered: \(open)")
    let last = messages.last?["role"]
    complaints.expect(last == "user" || last == "tool", "messages", "do not end with the user")
  }

  private mutating func message(_ message: JSON, before: String?, _ index: Int) {
    let place = "messages[\(index)]"
    let role = message["role"]?.string ?? ""
    if role != "tool" {
      complaints.expect(open.isEmpty, place, "comes before calls are answered: \(open)")
      open = []
    }
    switch role {
    case "system":
      complaints.expect(index == 0, place, "is not at the front")
      complaints.members(message, place, ["role": .any, "content": .text])
    case "user":
      complaints.expect(before != "user", place, "does not alternate")
      complaints.expect(!host.isMistral || before != "tool", place, "follows a result")
      complaints.members(message, place, ["role": .any, "content": .any])
      content(message["content"] ?? .null, place)
    case "tool":
      complaints.members(
        message, place, ["role": .any, "tool_call_id": .text, "content": .string])
      let id = message["tool_call_id"]?.string ?? ""
      complaints.expect(open.contains(id), place, "answers \(id), asked is \(open)")
      open.removeAll { $0 == id }
    case "assistant": assistant(message, before, place)
    default: complaints.say(place, "has role \(role)")
    }
  }

  private mutating func content(_ content: JSON, _ place: String) {
    if let text = content.string {
      return complaints.expect(!text.isEmpty, place, "is empty")
    }
    complaints.expect(content.array?.isEmpty == false, place, "has no content")
    for (index, part) in (content.array ?? []).enumerated() {
      let place = "\(place).content[\(index)]"
      switch part["type"]?.string {
      case "text": complaints.members(part, place, ["type": .any, "text": .text])
      case "image_url":
        complaints.members(part, place, ["type": .any, "image_url": .object])
        let image = complaints.members(
          part["image_url"], place, ["url": .text], ["detail": .string])
        url(image["url"], place)
      case "file":
        complaints.members(part, place, ["type": .any, "file": .object])
        let file = complaints.members(
          part["file"], place, ["filename": .text, "file_data": .text])
        url(file["file_data"], place)
      case "document_url" where host.isMistral:
        complaints.members(part, place, ["type": .any, "document_url": .text])
      default: complaints.say(place, "has no place here: \(part.text.prefix(60))")
      }
    }
  }

  private mutating func url(_ json: JSON?, _ place: String) {
    let url = json?.string ?? ""
    guard url.hasPrefix("data:") else {
      return complaints.expect(url.hasPrefix("https://"), place, "\(url) is no address")
    }
    let parts = url.split(separator: ";base64,")
    complaints.expect(parts.count == 2, place, "is no data URL")
    complaints.base64(parts.last.map { .string(String($0)) }, place)
  }

  private mutating func assistant(_ message: JSON, _ before: String?, _ place: String) {
    complaints.expect(before != "assistant", place, "does not alternate")
    var optional: [String: Complaints.Kind] = ["tool_calls": .list]
    optional.merge(host.further) { $1 }
    // `null` is no kind: content may be it only beside calls.
    let isSilent = message["content"]?.isNull == true
    complaints.expect(
      !isSilent || message["tool_calls"] != nil, place, "has neither content nor calls")
    complaints.members(
      message.withoutNull, place,
      isSilent ? ["role": .any] : ["role": .any, "content": .text], optional)
    if host.needsReasoning {
      complaints.expect(
        message["reasoning_content"]?.string != nil, place,
        "reasoning_content must be passed back")
    }
    if let text = message["reasoning_content"]?.string, !text.isEmpty {
      sent.check(.string(text), on: .null, "\(place).reasoning_content", &complaints)
    }
    for (index, detail) in (message["reasoning_details"]?.array ?? []).enumerated() {
      sent.check(
        detail["signature"] ?? detail["data"], on: detail["text"] ?? .null,
        "\(place).reasoning_details[\(index)]", &complaints)
    }
    for (index, call) in (message["tool_calls"]?.array ?? []).enumerated() {
      self.call(call, "\(place).tool_calls[\(index)]")
    }
  }

  private mutating func call(_ call: JSON, _ place: String) {
    complaints.members(
      call, place, ["id": .text, "type": .oneOf(["function"]), "function": .object])
    let function = complaints.members(
      call["function"], "\(place).function", ["name": .text, "arguments": .text])
    complaints.name(function["name"], "\(place).function.name", limit: 64)
    let id = call["id"]?.string ?? ""
    complaints.expect(id.utf8.count <= host.idLimit, "\(place).id", "\(id) is too long")
    if host.isMistral {
      complaints.name(call["id"], "\(place).id", limit: 9, also: "")
      complaints.expect(id.utf8.count == 9, "\(place).id", "\(id) has not nine characters")
    }
    complaints.expect(!open.contains(id), "\(place).id", "\(id) is used twice")
    open.append(id)
    do throws(JSONError) {
      let input = try JSON(parsing: function["arguments"]?.string ?? "")
      complaints.expect(input.object != nil, place, "has arguments that are no object")
    } catch { complaints.say(place, "has arguments that are no JSON") }
  }
}

extension JSON {
  /// An object without the members that are `null`.
  var withoutNull: JSON {
    object.map { .object(JSON.Object($0.members.filter { !$0.value.isNull })) } ?? self
  }
}
