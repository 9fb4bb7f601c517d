package import Domain
package import Wire

/// The configuration of an http-call tool, read and checked: eight fields (`url`, `method`, `headers`, `body_template`,
/// `secrets`, `lock_input_fields`, `response_max_bytes`, `timeout_ms`), every one a string, or, where the string would
/// hold JSON, that JSON itself. Further scalar fields are the developer's own, for `{{config.X}}`.
package struct HTTPCallConfig: Sendable {
  let template: HTTPTemplate
  let config: JSON.Object
  /// Keys that the model cannot set.
  package let lockedFields: [String]
  /// The secrets' values by name, as given at registration; to be sealed. Empty when read back from the store.
  package let secrets: [String: Secret]
  /// The configuration without the secrets' values: what may be stored in the clear and shown.
  package var publicConfig: JSON.Object { config }
  /// What looks right but is not: said at registration, refused nowhere.
  package let warnings: [String]

  /// Bytes of an answer that are handed on: when nothing is said, and at most.
  package static let responseBytes = (standard: 8_192, most: 1 << 20)
  /// Milliseconds for the whole exchange: when nothing is said, and at most.
  package static let timeout = (standard: 30_000, most: 60_000)
  private static let fields: Set<String> = [
    "url", "method", "headers", "body_template", "secrets", "lock_input_fields",
    "response_max_bytes", "timeout_ms",
  ]

  /// Reads a configuration.
  /// - Throws: ``InvalidParams`` naming the field: `config.headers: …`.
  package init(_ json: JSON) throws(InvalidParams) {
    guard var object = json.object else { throw InvalidParams("config", "must be an object") }
    for member in object.members where !Self.fields.contains(member.key) {
      guard member.value.array == nil, member.value.object == nil else {
        throw InvalidParams("config.\(member.key.prefix(64))", "must be a string")
      }
    }
    let method = try Self.text(object, "method") ?? "POST"
    guard HTTPTemplate.methods.contains(method) else {
      throw InvalidParams(
        "config.method",
        "must be one of \(HTTPTemplate.methods.joined(separator: ", ")), not \"\(method.prefix(16))\""
      )
    }
    guard let url = try Self.text(object, "url") else {
      throw InvalidParams("config.url", "is required")
    }
    var warnings: [String] = []
    secrets = try Self.secrets(object)
    lockedFields = try Self.locks(object)
    let headers = try HeaderTemplates(
      try Self.parsed(object, "headers")?.object ?? [:], field: "config.headers")
    let body = try BodyTemplate(
      object["body_template"] ?? .null, contentType: Self.contentType(headers),
      field: "config.body_template")
    let most = try Self.number(object, "response_max_bytes", Self.responseBytes, &warnings)
    let milliseconds = try Self.number(object, "timeout_ms", Self.timeout, &warnings)
    template = HTTPTemplate(
      method: method, url: try URLTemplate(parsing: url, field: "config.url"), headers: headers,
      body: body, basicAuthorization: nil, responseMaxBytes: most,
      timeout: .milliseconds(milliseconds), addresses: .notLinkLocal, result: .whole)
    let isFirstReading = object["secrets"] != nil
    object["secrets"] = nil
    config = object
    warnings += Self.warnings(template, isFirstReading ? secrets : nil)
    self.warnings = warnings
  }

  /// A body of a tree has no content type of its own; text is judged by what the header says.
  private static func contentType(_ headers: HeaderTemplates) -> String? {
    headers.constant("content-type")
  }

  private static func text(_ object: JSON.Object, _ name: String) throws(InvalidParams) -> String? {
    guard let json = object[name]?.nonNull else { return nil }
    guard let text = json.string else {
      throw InvalidParams("config.\(name)", "must be a string")
    }
    return text.isEmpty ? nil : text
  }

  /// A field that holds JSON as text.
  private static func parsed(_ object: JSON.Object, _ name: String) throws(InvalidParams) -> JSON? {
    let expected = name == "lock_input_fields" ? "array of strings" : "object"
    guard let json = object[name]?.nonNull else { return nil }
    var value = json
    if let text = json.string {
      if text.isEmpty { return nil }
      do throws(JSONError) { value = try JSON(parsing: text) } catch {
        throw InvalidParams("config.\(name)", "is not JSON: \(error.reasonWithoutContent)")
      }
    }
    let fits = expected == "object" ? value.object != nil : [String](wire: value) != nil
    guard fits else {
      throw InvalidParams(
        "config.\(name)", "must be a JSON \(expected), or a string that holds one")
    }
    return value
  }

  private static func locks(_ object: JSON.Object) throws(InvalidParams) -> [String] {
    guard let value = try parsed(object, "lock_input_fields") else { return [] }
    let keys = [String](wire: value) ?? []
    guard keys.count <= 64, keys.allSatisfy({ !$0.isEmpty && $0.utf8.count <= 256 }) else {
      throw InvalidParams(
        "config.lock_input_fields", "must hold at most 64 keys of 1 to 256 bytes")
    }
    return keys
  }

  private static func secrets(_ object: JSON.Object) throws(InvalidParams) -> [String: Secret] {
    var secrets: [String: Secret] = [:]
    for member in try parsed(object, "secrets")?.object?.members ?? [] {
      let field = "config.secrets.\(member.key.prefix(64))"
      let text: String
      switch member.value {
      case .string(let value): text = value
      case .int, .number: text = member.value.text
      default: throw InvalidParams(field, "must be a string")
      }
      let size = text.utf8.count
      guard size == 0 || (SecretForms.shortest...Limits.secretBytes).contains(size) else {
        throw InvalidParams(
          field,
          "must have \(SecretForms.shortest) to \(Limits.secretBytes) bytes: a shorter one cannot be kept out of results"
        )
      }
      secrets[member.key] = Secret(text.utf8)
    }
    guard secrets.count <= 32 else {
      throw InvalidParams("config.secrets", "must hold at most 32 secrets")
    }
    return secrets
  }

  private static func number(
    _ object: JSON.Object, _ name: String, _ limits: (standard: Int, most: Int),
    _ warnings: inout [String]
  ) throws(InvalidParams) -> Int {
    guard let json = object[name]?.nonNull, json.string != "" else { return limits.standard }
    let written = json.int.map(Int.init) ?? json.string.flatMap { Int($0) }
    guard let value = written, value > 0 else {
      throw InvalidParams("config.\(name)", "must be a whole number over 0, as a string")
    }
    if value > limits.most {
      warnings.append("config.\(name): \(value) is over the ceiling; \(limits.most) holds")
    }
    return min(value, limits.most)
  }

  private static func warnings(_ template: HTTPTemplate, _ secrets: [String: Secret]?) -> [String] {
    var warnings: [String] = []
    let hasBody = if case .none = template.body { false } else { true }
    if hasBody, !template.headers.contains("content-type") {
      warnings.append(
        "config.headers: no content-type; the body is sent as it is, and most APIs refuse that")
    }
    let telling = ["authorization", "x-api-key", "api-key", "cookie", "x-auth-token"]
    for field in template.headers.fields
    where telling.contains(field.name.lowercased()) && field.value.constant?.isEmpty == false {
      warnings.append(
        "config.headers.\(field.name): looks like a secret and can be read back; move it to secrets"
      )
    }
    guard let secrets else { return warnings }
    for hole in template.holes where hole.source == .secrets {
      if secrets[hole.path.joined(separator: ".")] == nil {
        warnings.append("{{\(hole.name)}}: no such secret was given; it renders empty")
      }
    }
    return warnings
  }
}

/// An http-call tool.
package struct HTTPCallTool: ToolKind {
  package let definition: ToolDefinition
  private let config: HTTPCallConfig
  /// What the developer should be told; see ``HTTPCallConfig/warnings``.
  package var warnings: [String] {
    config.warnings
      + definition.locks.undeclared.map {
        "config.lock_input_fields: \"\($0)\" is not declared by input_schema, so the lock fills nothing"
      }
  }

  /// A tool as it is registered, or as it is read back without its secrets.
  /// - Throws: ``InvalidParams`` naming the field.
  package init(
    id: ToolID, name: String, description: String, inputSchema: JSON, config: HTTPCallConfig
  ) throws(InvalidParams) {
    self.config = config
    definition = try ToolDefinition(
      id: id, kind: .httpCall, name: name, description: description, inputSchema: inputSchema,
      lockedFields: config.lockedFields,
      hints: .init(
        isReadOnly: config.template.method == "GET",
        isDestructive: config.template.method == "DELETE"))
  }

  package func perform(_ call: ToolCall, input: JSON.Object, _ outside: Outside) async
    -> ToolResult
  {
    await config.template.perform(values(call, input), outside)
  }

  package func request(_ call: ToolCall, input: JSON.Object, _ outside: Outside)
    throws(InvalidParams) -> ToolRequest?
  { try config.template.request(values(call, input)) }

  private func values(_ call: ToolCall, _ input: JSON.Object) -> TemplateValues {
    TemplateValues(
      config: config.config, secrets: call.secrets, args: input, endUser: call.endUser)
  }
}
