package import Domain
package import Wire

/// A tool that runs at a URL of the developer's: a signed POST, answered by `{"output": any, "is_error"?: true}`.
package struct WebhookTool: ToolKind {
  package let definition: ToolDefinition
  private let url: String
  private let timeout: Duration
  private let isLoopback: Bool

  /// Where the signing secret stands in ``ToolCall/secrets``.
  package static let secretName = "webhook"
  /// Milliseconds for the whole call, all tries together: when nothing is said, and at most.
  package static let timeout = (standard: 30_000, most: 120_000)
  /// Bytes of an answer.
  package static let answerLimit = 1 << 20
  private static let tries = 3

  /// A tool as it is registered.
  /// - Throws: ``InvalidParams`` naming the field.
  package init(
    id: ToolID, name: String, description: String, inputSchema: JSON, webhookURL: String,
    timeoutMilliseconds: Int = timeout.standard, lockedFields: [String] = []
  ) throws(InvalidParams) {
    let template = try URLTemplate(parsing: webhookURL, field: "webhook_url")
    guard template.holes.isEmpty, let authority = template.constantAuthority else {
      throw InvalidParams("webhook_url", "must not hold placeholders")
    }
    isLoopback = HostRule.isLoopback(authority)
    guard template.isSecure || isLoopback else {
      throw InvalidParams("webhook_url", "must be https://, or http:// to this machine")
    }
    guard (1...Self.timeout.most).contains(timeoutMilliseconds) else {
      throw InvalidParams("timeout_ms", "must be a whole number from 1 to \(Self.timeout.most)")
    }
    url = webhookURL
    timeout = .milliseconds(timeoutMilliseconds)
    definition = try ToolDefinition(
      id: id, kind: .webhook, name: name, description: description, inputSchema: inputSchema,
      lockedFields: lockedFields)
  }

  package func perform(_ call: ToolCall, input: JSON.Object, _ outside: Outside) async
    -> ToolResult
  {
    guard let secret = call.secrets[Self.secretName] else {
      return .failure("the webhook's signing secret is missing")
    }
    let redactor = Redactor(secrets: [secret])
    let payload = payload(call, input)
    do throws(SendFailure) {
      return try await withDeadline(timeout, outside.clock) { () throws(SendFailure) in
        try await deliver(payload, secret, redactor, outside)
      }
    } catch {
      return .failure(HTTPTemplate.words(error))
    }
  }

  package func request(_ call: ToolCall, input: JSON.Object, _ outside: Outside)
    throws(InvalidParams) -> ToolRequest?
  { request(payload(call, input), call.secrets[Self.secretName] ?? Secret([]), outside) }

  private func payload(_ call: ToolCall, _ input: JSON.Object) -> [UInt8] {
    let json: JSON = [
      "tool_id": definition.id.json, "tool_use_id": .string(call.toolUseID),
      "name": .string(definition.name), "input": .object(input),
      "request_id": .string(call.requestID), "thread_id": call.threadID?.json ?? .null,
      "end_user_id": call.endUser.id.map(JSON.string) ?? .null,
    ]
    return json.bytes
  }

  /// Three tries on 5xx and network errors; a second, then two, between them. Each try has a timestamp of its own.
  private func deliver(
    _ payload: [UInt8], _ secret: Secret, _ redactor: Redactor, _ outside: Outside
  ) async throws(SendFailure) -> ToolResult {
    var attempt = 1
    while true {
      let isLast = attempt == Self.tries
      do throws(SendFailure) {
        let response = try await outside.send(request(payload, secret, outside))
        if (200..<500).contains(response.status) || isLast {
          return try await answer(response, redactor)
        }
      } catch {
        if error.reason != .network || isLast { throw error }
      }
      do { try await outside.clock.sleep(for: .seconds(1 << (attempt - 1))) } catch {
        throw SendFailure(.cancelled, "the call was cancelled")
      }
      attempt += 1
    }
  }

  private func request(_ payload: [UInt8], _ secret: Secret, _ outside: Outside) -> ToolRequest {
    let timestamp = String(outside.now() / 1000)
    let signature = Hex.text(outside.sign(secret, Array("\(timestamp).".utf8) + payload))
    return ToolRequest(
      method: "POST", url: url,
      headers: [
        HeaderField("content-type", "application/json"),
        HeaderField("x-qlaud-timestamp", timestamp),
        HeaderField("x-qlaud-signature", signature),
      ],
      body: payload, timeout: timeout, addresses: isLoopback ? .loopbackOnly : .notLinkLocal,
      followsRedirects: false)
  }

  private func answer(_ response: ToolResponse, _ redactor: Redactor) async throws(SendFailure)
    -> ToolResult
  {
    let body = try await ResponseText.read(response, limit: Self.answerLimit, redactor)
    guard (200..<300).contains(response.status) else {
      let value = ResponseText.value(
        body, of: response, limit: Self.answerLimit)
      return ToolResult(
        output: [
          "error": .string("the webhook answered with HTTP status \(response.status)"),
          "status": .integer(response.status), "body": value,
        ], isError: true)
    }
    guard !body.isCutOff else {
      return .failure("the webhook's answer is over \(Self.answerLimit) bytes")
    }
    let json: JSON
    do throws(JSONError) { json = try JSON(parsing: body.bytes) } catch {
      return .failure("the webhook's answer is not JSON: \(error.reasonWithoutContent)")
    }
    guard let output = json["output"] else {
      return .failure("the webhook's answer has no \"output\"")
    }
    if let flag = json["is_error"]?.nonNull, flag.bool == nil {
      return .failure("the webhook's answer has an \"is_error\" that is not true or false")
    }
    return ToolResult(output: output, isError: json["is_error"] == true)
  }
}
