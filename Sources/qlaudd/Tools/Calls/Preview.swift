import Domain
package import Wire

extension Dispatch {
  /// What a call would be, without making it: the input as it would be used, and the request as it would be sent. No secret
  /// is opened for it; `***` stands in the place of each.
  package struct Preview: Sendable, Equatable {
    /// With locks applied.
    package let input: JSON.Object
    /// method, url, headers and body; nil for a kind that sends no request.
    package let request: JSON?
  }

  /// What a call would be.
  /// - Parameter secrets: the names of the tool's secrets.
  /// - Throws: ``InvalidParams`` where the call would not be made.
  package static func preview(
    _ input: JSON, endUser: EndUser, of tool: some ToolKind, secrets: [String], _ outside: Outside
  ) throws(InvalidParams) -> Preview {
    // A word of its own for each secret, which is then taken out as the secret would be, however it was written.
    let standIns = secrets.map { ($0, Secret("stand-in for the secret \($0)".utf8)) }
    let call = ToolCall(
      toolUseID: "toolu_preview", requestID: "preview", threadID: nil, endUser: endUser,
      input: input, secrets: Dictionary(standIns, uniquingKeysWith: { first, _ in first }))
    let prepared = try prepare(call, for: tool.definition)
    let redactor = Redactor(secrets: Array(call.secrets.values))
    let request = try tool.request(call, input: prepared, outside)
    return Preview(input: prepared, request: request.map { redactor.redact(shown($0)) })
  }

  private static func shown(_ request: ToolRequest) -> JSON {
    var headers: JSON.Object = [:]
    for field in request.headers {
      // Signed with what is no secret: it says nothing.
      let isSignature = field.name.lowercased() == "x-qlaud-signature"
      headers[field.name] = .string(isSignature ? Redactor.mark : field.value)
    }
    return .record([
      "method": .string(request.method), "url": .string(request.url), "headers": .object(headers),
      "body": request.body.map(body),
    ])
  }

  private static func body(_ bytes: [UInt8]) -> JSON {
    do throws(JSONError) { return try JSON(parsing: bytes) } catch {
      // A form, or a text of the developer's own.
      return .string(String(decoding: bytes, as: UTF8.self))
    }
  }
}
