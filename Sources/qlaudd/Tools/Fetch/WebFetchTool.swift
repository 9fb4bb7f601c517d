import Domain
package import Wire

/// Reads a public page for the model: HTML as readable text, JSON and text as they are. The address comes from the model,
/// so nothing but public addresses may be reached, no secret goes along, and a redirect to another origin is told, not
/// followed.
package struct WebFetchTool: ToolKind {
  package let definition: ToolDefinition

  /// Bytes that are read of a page.
  private static let pageLimit = 2 << 20
  /// Characters of text that are handed on: when nothing is said, and at most.
  private static let characters = (standard: 20_000, most: 200_000)
  private static let timeout = Duration.seconds(30)

  /// The tool under a name; description and schema are the catalog's or the caller's own.
  /// - Throws: ``InvalidParams`` naming the field.
  init(id: ToolID, name: String, description: String, inputSchema: JSON) throws(InvalidParams) {
    definition = try ToolDefinition(
      id: id, kind: .builtin, name: name, description: description, inputSchema: inputSchema,
      hints: .init(isReadOnly: true))
  }

  package func perform(_ call: ToolCall, input: JSON.Object, _ outside: Outside) async
    -> ToolResult
  {
    let request: ToolRequest
    do throws(InvalidParams) { request = try Self.request(input) } catch {
      return .failure("the page was not asked for: \(error)")
    }
    let wanted = input["max_chars"]?.int.map(Int.init) ?? Self.characters.standard
    do throws(SendFailure) {
      return try await withDeadline(Self.timeout, outside.clock) { () throws(SendFailure) in
        let response = try await outside.send(request)
        let body = try await ResponseText.read(
          response, limit: Self.pageLimit, Redactor(secrets: []))
        return Self.outcome(response, body, wanted)
      }
    } catch {
      return .failure(HTTPTemplate.words(error))
    }
  }

  package func request(_ call: ToolCall, input: JSON.Object, _ outside: Outside)
    throws(InvalidParams) -> ToolRequest?
  { try Self.request(input) }

  private static func request(_ input: JSON.Object) throws(InvalidParams) -> ToolRequest {
    ToolRequest(
      method: "GET", url: try checked(input["url"]?.string ?? ""),
      headers: [
        HeaderField("accept", "text/html,application/xhtml+xml,text/plain,application/json;q=0.9"),
        HeaderField("accept-encoding", "identity"), HeaderField("user-agent", "qlaudd"),
      ], body: nil, timeout: timeout, addresses: .publicOnly, followsRedirects: true)
  }

  /// The address as it is sent. The same rules as for templates, but none of their placeholders.
  private static func checked(_ text: String) throws(InvalidParams) -> String {
    guard !text.contains("{{") else { throw InvalidParams("url", "must not hold {{") }
    var ascii = ""
    for scalar in text.unicodeScalars {
      ascii += scalar.isASCII ? String(scalar) : Percent.encoded(String(scalar))
    }
    let template = try URLTemplate(parsing: ascii, field: "url")
    return try template.render(
      TemplateValues(config: [:], secrets: [:], args: [:], endUser: EndUser(id: nil)))
  }

  private static func outcome(
    _ response: ToolResponse, _ body: ResponseText.Body, _ wanted: Int
  ) -> ToolResult {
    if (300..<400).contains(response.status), let target = response.header("location") {
      return ToolResult(
        output: [
          "error": "the page redirects to another address; ask for that one if it is wanted",
          "status": .integer(response.status), "location": .string(String(target.prefix(4_096))),
        ], isError: true)
    }
    guard (200..<300).contains(response.status) else {
      return .failure("HTTP status \(response.status)")
    }
    let type = (response.header("content-type") ?? "").lowercased()
    let shown = ResponseText.value(body, of: response, limit: pageLimit)
    guard let text = shown.string else { return ToolResult(output: clipped(shown.text, wanted)) }
    let start = text.unicodeScalars.prefix(256).drop { $0.properties.isWhitespace }
    let isHTML =
      type.contains("html")
      || (type.isEmpty
        && ["<!doctype html", "<html"].contains {
          String(String.UnicodeScalarView(start)).lowercased().hasPrefix($0)
        })
    guard isHTML else { return ToolResult(output: clipped(text, wanted)) }
    let page = HTMLText.read(text)
    return ToolResult(output: [
      "title": .string(String(page.title.prefix(300))), "text": clipped(page.text, wanted),
    ])
  }

  private static func clipped(_ text: String, _ wanted: Int) -> JSON {
    let limit = min(wanted, characters.most)
    guard text.unicodeScalars.count > limit else { return .string(text) }
    let head = String(String.UnicodeScalarView(text.unicodeScalars.prefix(limit)))
    return .string(head + "\n[…truncated…] only the first \(limit) characters are shown")
  }
}
