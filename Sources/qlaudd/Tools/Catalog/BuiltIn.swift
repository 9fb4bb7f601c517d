package import Domain
package import Wire

/// One entry of the catalog of built-in tools.
package struct BuiltIn: Sendable {
  /// Whose credentials a call uses.
  package enum AuthMode: String, WireEnum {
    case tenant
    case perUser = "per_user"
    case either
  }
  /// Code behind an entry: most are nothing but a template.
  package enum Runner: String, WireEnum {
    case template
    case httpCall = "http-call"
    case webFetch = "web-fetch"
    case codeExecution = "code-execution"
  }
  /// `qlaud-builtin/web-search`.
  package let provider: String
  package let displayName: String
  package let brand: String
  package let description: String
  package let authMode: AuthMode
  package let inputSchema: JSON
  /// JSON Schema of the configuration; members with `format: "password"` are secrets.
  package let configSchema: JSON
  /// Input fields that `lock_input_fields` may name.
  package let lockableFields: [String]
  let isReadOnly: Bool
  /// What runs it.
  package let runner: Runner
  /// Nil where the runner is not the template.
  let template: HTTPTemplate?
  /// Input fields that fall back on the configuration's field of the same name.
  let inputFromConfig: [String]
  private let config: Schema
  /// What else people call what it does; for the search.
  private let otherWords: String

  /// The slug of the tool whose configuration is the template itself.
  package static let httpCall = "qlaud-builtin/http-call"

  /// The catalog, read from its table.
  /// - Throws: ``InvalidParams`` where an entry is not as it must be; a test reads them all.
  package static func catalog() throws(InvalidParams) -> [BuiltIn] { try shipped.get() }

  /// Read once, when first asked for: reading takes tens of milliseconds, which a start must not pay.
  private static let shipped: Result<[BuiltIn], InvalidParams> = {
    do throws(InvalidParams) { return .success(try read()) } catch { return .failure(error) }
  }()

  private static func read() throws(InvalidParams) -> [BuiltIn] {
    let json: JSON
    do throws(JSONError) { json = try JSON(parsing: BuiltInData.text) } catch {
      throw InvalidParams("builtins", error.description)
    }
    var all: [BuiltIn] = []
    for entry in json.array ?? [] { all.append(try BuiltIn(entry)) }
    return all
  }

  init(_ json: JSON) throws(InvalidParams) {
    func text(_ name: String) throws(InvalidParams) -> String {
      guard let text = json[name]?.string, !text.isEmpty else {
        throw InvalidParams("builtins.\(name)", "must be a string")
      }
      return text
    }
    provider = try text("provider")
    displayName = try text("display_name")
    brand = try text("provider_brand")
    description = try text("description")
    guard let mode = AuthMode(rawValue: try text("auth_mode")) else {
      throw InvalidParams("builtins.auth_mode", "must be \(AuthMode.expectation)")
    }
    authMode = mode
    inputSchema = json["input_schema"] ?? .null
    configSchema = json["config_schema"] ?? .null
    _ = try Schema(checking: inputSchema, name: "\(provider).input_schema")
    config = try Schema(checking: configSchema, name: "\(provider).config_schema")
    lockableFields = json["lockable"].flatMap { [String](wire: $0) } ?? []
    inputFromConfig = json["input_from_config"].flatMap { [String](wire: $0) } ?? []
    isReadOnly = json["read_only"] == true
    otherWords = json["words"]?.string ?? ""
    guard let runner = Runner(rawValue: json["runner"]?.string ?? Runner.template.rawValue),
      (runner == .template) == (json["request"] != nil)
    else { throw InvalidParams("builtins.runner", "must be \(Runner.expectation)") }
    self.runner = runner
    if let request = json["request"] {
      template = try Self.template(request, json["response"] ?? [:], provider)
    } else {
      template = nil
    }
  }

  private static func template(_ request: JSON, _ response: JSON, _ name: String)
    throws(InvalidParams) -> HTTPTemplate
  {
    let headers = try HeaderTemplates(
      request["headers"]?.object ?? [:], field: "\(name).headers")
    var basic: (user: TemplateText, password: TemplateText)?
    if let given = request["basic"] {
      basic = (
        try TemplateText(parsing: given["user"]?.string ?? "", field: "\(name).basic.user"),
        try TemplateText(parsing: given["password"]?.string ?? "", field: "\(name).basic.password")
      )
    }
    var rule = ResultRule.whole
    if let failure = response["failure"] {
      rule.failure = .init(path: path(failure["path"]), value: failure["value"])
    }
    rule.path = path(response["path"])
    rule.members = response["members"].flatMap { [String](wire: $0) } ?? []
    rule.image = response["image"]?.string
    return HTTPTemplate(
      method: request["method"]?.string ?? "POST",
      url: try URLTemplate(parsing: request["url"]?.string ?? "", field: "\(name).url"),
      headers: headers,
      body: try BodyTemplate(
        request["body"] ?? .null, contentType: headers.constant("content-type"),
        field: "\(name).body"),
      basicAuthorization: basic,
      responseMaxBytes: Int(clamping: response["max_bytes"]?.int ?? 8_192),
      timeout: .milliseconds(response["timeout_ms"]?.int ?? 30_000), addresses: .publicOnly,
      result: rule)
  }

  private static func path(_ json: JSON?) -> [String] {
    (json?.string ?? "").split(separator: ".").map(String.init)
  }

  /// Why tools of it cannot be run on this machine, so that it is not offered; nil where they can.
  package func obstacle(_ outside: Outside) async -> String? {
    runner == .codeExecution ? await outside.sandbox.obstacle() : nil
  }

  /// The entry as `builtin/list` shows it.
  package var json: JSON {
    [
      "provider": .string(provider), "display_name": .string(displayName),
      "description": .string(description), "provider_brand": .string(brand),
      "input_schema": inputSchema, "config_schema": configSchema, "auth_mode": authMode.json,
      "lockable_fields": .array(lockableFields.map(JSON.string)),
    ]
  }

  /// A configuration that fits: what may be shown, what must be sealed, what is locked.
  package struct Configuration: Sendable {
    /// Without secrets; with the defaults of the schema.
    package let config: JSON.Object
    /// By the names of their fields.
    package let secrets: [String: Secret]
    package let lockedFields: [String]
  }

  /// Checks a configuration as it is given at registration or by an end-user. `lock_input_fields` may stand in it: an array
  /// of strings, or the same as JSON text.
  /// - Throws: ``InvalidParams`` naming the field: `config.team_id: is required`.
  package func configure(_ json: JSON) throws(InvalidParams) -> Configuration {
    guard var object = json.object else { throw InvalidParams("config", "must be an object") }
    let locked = try locks(object["lock_input_fields"])
    object["lock_input_fields"] = nil
    return try configure(object, locked, "config")
  }

  /// Checks what an end-user brings; locks are not theirs to set.
  /// - Throws: ``InvalidParams`` naming the field: `credentials.team_id: is required`.
  package func connect(_ credentials: JSON.Object) throws(InvalidParams) -> Configuration {
    try configure(credentials, [], "credentials")
  }

  private func configure(_ given: JSON.Object, _ locked: [String], _ field: String)
    throws(InvalidParams) -> Configuration
  {
    var object = given
    try config.check(.object(object), name: field)
    var secrets: [String: Secret] = [:]
    for member in configSchema["properties"]?.object?.members ?? []
    where member.value["format"] == "password" {
      guard let value = object[member.key]?.string else { continue }
      guard (SecretForms.shortest...Limits.secretBytes).contains(value.utf8.count) else {
        throw InvalidParams(
          "\(field).\(member.key)",
          "must have \(SecretForms.shortest) to \(Limits.secretBytes) bytes")
      }
      secrets[member.key] = Secret(value.utf8)
      object[member.key] = nil
    }
    var whole = config.defaults
    for name in secretNames { whole[name] = nil }
    whole.merge(object)
    return Configuration(config: whole, secrets: secrets, lockedFields: locked)
  }

  /// The fields of the configuration that are secret.
  package var secretNames: [String] {
    (configSchema["properties"]?.object?.members ?? []).filter { $0.value["format"] == "password" }
      .map(\.key)
  }

  /// The tool under a name, with a configuration from ``configure(_:)``; for http-call the configuration is
  /// ``HTTPCallConfig``'s.
  /// - Throws: ``InvalidParams`` naming the field.
  package func tool(
    id: ToolID, name: String, config: JSON.Object, lockedFields: [String] = [],
    description: String? = nil, inputSchema: JSON? = nil
  ) throws(InvalidParams) -> any ToolKind {
    guard !name.hasPrefix("qlaud-builtin/") else {
      throw InvalidParams("name", "must not start with qlaud-builtin/")
    }
    switch runner {
    case .template:
      return try BuiltInTool(
        id: id, name: name, builtIn: self, config: config, lockedFields: lockedFields,
        description: description, inputSchema: inputSchema)
    case .httpCall:
      return try HTTPCallTool(
        id: id, name: name, description: description ?? self.description,
        inputSchema: inputSchema ?? self.inputSchema, config: try HTTPCallConfig(.object(config)))
    case .webFetch:
      return try WebFetchTool(
        id: id, name: name, description: description ?? self.description,
        inputSchema: inputSchema ?? self.inputSchema)
    case .codeExecution:
      return try CodeTool(
        id: id, name: name, description: description ?? self.description,
        inputSchema: inputSchema ?? self.inputSchema, config: config)
    }
  }

  private func locks(_ json: JSON?) throws(InvalidParams) -> [String] {
    guard let json = json?.nonNull else { return [] }
    var value = json
    if let text = json.string {
      do throws(JSONError) { value = try JSON(parsing: text.isEmpty ? "[]" : text) } catch {
        throw InvalidParams("config.lock_input_fields", "is not JSON: \(error)")
      }
    }
    guard let keys = [String](wire: value) else {
      throw InvalidParams("config.lock_input_fields", "must hold a JSON array of strings")
    }
    try checkLocks(keys, field: "config.lock_input_fields")
    return keys
  }

  /// - Throws: ``InvalidParams`` for a key that cannot be locked in this tool.
  package func checkLocks(_ keys: [String], field: String) throws(InvalidParams) {
    for key in keys where !lockableFields.contains(key) {
      let allowed = lockableFields.isEmpty ? "none" : lockableFields.joined(separator: ", ")
      throw InvalidParams(
        field, "\"\(key.prefix(64))\" cannot be locked in \(provider); can be: \(allowed)")
    }
  }

  /// Vendor and other names, for the search.
  package var searchWords: [String] { [brand, displayName, otherWords] }
}

/// A built-in tool with its configuration. With per-user credentials there is one value of it for each end-user.
package struct BuiltInTool: ToolKind {
  package let definition: ToolDefinition
  private let template: HTTPTemplate
  private let config: JSON.Object
  private let inputFromConfig: [String]

  /// A tool as it is registered, or as it is read back. `config` and `lockedFields` come from ``BuiltIn/configure(_:)``.
  /// - Throws: ``InvalidParams`` naming the field.
  init(
    id: ToolID, name: String, builtIn: BuiltIn, config: JSON.Object, lockedFields: [String] = [],
    description: String? = nil, inputSchema: JSON? = nil
  ) throws(InvalidParams) {
    guard let template = builtIn.template else {
      throw InvalidParams("provider", "\(builtIn.provider) is not run from a template")
    }
    self.template = template
    self.config = config
    inputFromConfig = builtIn.inputFromConfig
    definition = try ToolDefinition(
      id: id, kind: .builtin, name: name, description: description ?? builtIn.description,
      inputSchema: inputSchema ?? builtIn.inputSchema, lockedFields: lockedFields,
      hints: .init(isReadOnly: builtIn.isReadOnly))
  }

  package func perform(_ call: ToolCall, input: JSON.Object, _ outside: Outside) async
    -> ToolResult
  {
    await template.perform(values(call, input), outside)
  }

  package func request(_ call: ToolCall, input: JSON.Object, _ outside: Outside)
    throws(InvalidParams) -> ToolRequest?
  { try template.request(values(call, input)) }

  private func values(_ call: ToolCall, _ input: JSON.Object) -> TemplateValues {
    var args = definition.schema.defaults
    // A locked field without a trusted value stays away: no default stands in for it.
    for key in definition.locks.keys { args[key] = nil }
    for key in inputFromConfig where !definition.locks.isLocked(key) { args[key] = config[key] }
    args.merge(input)
    return TemplateValues(
      config: config, secrets: call.secrets, args: args, endUser: call.endUser)
  }
}
