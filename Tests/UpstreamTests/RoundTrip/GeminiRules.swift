import Wire

/// A strict reading of a generateContent request. Sources: https://ai.google.dev/api/generate-content,
/// https://ai.google.dev/gemini-api/docs/thought-signatures and the errors that the API answers with ("Please ensure that the
/// number of function response parts is equal to the number of function call parts of the function call turn").
struct GeminiRules {
  private let sent: Sent
  /// Whether calls of the running turn must be signed.
  private let needsSignatures: Bool
  private var complaints = Complaints()
  private static let standIn: JSON = "skip_thought_signature_validator"

  static func problems(_ sent: Sent, needsSignatures: Bool) -> [String] {
    var rules = GeminiRules(sent: sent, needsSignatures: needsSignatures)
    rules.check()
    return rules.complaints.all
  }

  private init(sent: Sent, needsSignatures: Bool) {
    self.sent = sent
    self.needsSignatures = needsSignatures
  }

  private mutating func check() {
    let body = complaints.members(
      sent.body, "body", ["contents": .list],
      [
        "systemInstruction": .object, "tools": .list, "toolConfig": .object,
        "generationConfig": .object,
      ])
    complaints.members(
      body["generationConfig"], "generationConfig", [:],
      [
        "maxOutputTokens": .whole, "temperature": .number, "topP": .number, "topK": .whole,
        "stopSequences": .list, "responseMimeType": .string, "responseJsonSchema": .object,
        "thinkingConfig": .object,
      ])
    for tool in body["tools"]?[0]?["functionDeclarations"]?.array ?? [] {
      complaints.members(
        tool, "tools", ["name": .text, "parametersJsonSchema": .object], ["description": .text])
      name(tool["name"], "tools")
    }
    let contents = body["contents"]?.array ?? []
    complaints.expect(contents.first?["role"] == "user", "contents[0]", "is not the user's")
    complaints.expect(contents.last?["role"] == "user", "contents", "do not end with the user")
    for (index, content) in contents.enumerated() {
      self.content(content, before: index > 0 ? contents[index - 1] : nil, "contents[\(index)]")
    }
    turn(contents)
  }

  private mutating func name(_ json: JSON?, _ place: String) {
    complaints.name(json, place, limit: 64, also: "_-.")
    let first = json?.string?.unicodeScalars.first
    complaints.expect(
      first.map { $0 == "_" || $0.properties.isAlphabetic } ?? false, place, "starts wrongly")
  }

  private mutating func content(_ content: JSON, before: JSON?, _ place: String) {
    complaints.members(content, place, ["role": .oneOf(["user", "model"]), "parts": .list])
    complaints.expect(before?["role"] != content["role"], "\(place).role", "does not alternate")
    let parts = content["parts"]?.array ?? []
    for (index, part) in parts.enumerated() {
      self.part(part, isUser: content["role"] == "user", "\(place).parts[\(index)]")
    }
    let asked = (before?["parts"]?.array ?? []).compactMap { $0["functionCall"] }
    let answers = parts.compactMap { $0["functionResponse"] }
    complaints.expect(
      asked.count == answers.count, place, "has \(answers.count) answers to \(asked.count) calls")
    let names = asked.map { $0["name"]?.string ?? "" }.sorted()
    complaints.expect(
      names == answers.map { $0["name"]?.string ?? "" }.sorted(), place, "answers other functions")
    complaints.expect(
      Set(asked.compactMap { $0["id"]?.string }) == Set(answers.compactMap { $0["id"]?.string }),
      place, "answers other calls")
    complaints.expect(
      parts.prefix(answers.count).allSatisfy { $0["functionResponse"] != nil }, place,
      "has answers behind other parts")
  }

  private mutating func part(_ part: JSON, isUser: Bool, _ place: String) {
    let data = ["text", "inlineData", "fileData", "functionCall", "functionResponse"]
    complaints.expect(
      data.count { part[$0] != nil } == 1, place,
      "has not one kind of data: \(part.text.prefix(60))")
    complaints.members(
      part, place, [:],
      [
        "text": .string, "inlineData": .object, "fileData": .object, "functionCall": .object,
        "functionResponse": .object, "thought": .bool, "thoughtSignature": .text,
      ])
    if part["text"] == "" {
      complaints.expect(part["thoughtSignature"] != nil, place, "is empty")
    }
    if let media = part["inlineData"] {
      complaints.members(media, "\(place).inlineData", ["mimeType": .text, "data": .text])
      complaints.base64(media["data"], "\(place).inlineData.data")
    }
    if let response = part["functionResponse"] {
      complaints.expect(isUser, place, "answers on the model's side")
      complaints.members(
        response, place, ["name": .text, "response": .object], ["id": .text])
    }
    if let call = part["functionCall"] {
      complaints.expect(!isUser, place, "calls on the user's side")
      complaints.members(call, place, ["name": .text, "args": .object], ["id": .text])
      name(call["name"], "\(place).functionCall.name")
    }
    guard let signature = part["thoughtSignature"], signature != Self.standIn else { return }
    sent.check(
      signature, on: part["functionCall"] ?? part["text"] ?? .null, "\(place).thoughtSignature",
      &complaints)
  }

  /// The first call of each step of the running turn must be signed, or carry Google's stand-in for what others wrote.
  private mutating func turn(_ contents: [JSON]) {
    guard needsSignatures else { return }
    let start =
      contents.lastIndex { content in
        content["role"] == "user"
          && (content["parts"]?.array ?? []).contains { $0["functionResponse"] == nil }
          && !(content["parts"]?.array ?? []).contains { $0["functionResponse"] != nil }
      } ?? 0
    for (index, content) in contents.enumerated().dropFirst(start) {
      let first = content["parts"]?.array?.first { $0["functionCall"] != nil }
      complaints.expect(
        first == nil || first?["thoughtSignature"] != nil, "contents[\(index)]",
        "Function call is missing a thought_signature")
    }
  }
}
