import Domain
import Engine
import HTTPTypes
import Wire

/// The HTTP side of the same methods: a request line finds a method, path, query and body become its
/// parameters, the answer is JSON or a stream of server-sent events.
struct HTTPFace: Sendable {
  let engine: LocalEngine
  let registry: Registry

  /// Silence after which a stream carries a ping, so that clients and what stands between do not give
  /// up on it.
  static let pingInterval: Duration = .seconds(15)

  /// Answers one request.
  func serve(_ exchange: HTTPExchange) async {
    let requestID = "req_" + engine.newID()
    do {
      let (method, params) = try parameters(exchange)
      let call = Call(
        principal: try await principal(exchange), engine: engine, registry: registry, session: nil)
      let answer = try await registry.dispatch(method, params, as: call)
      try await write(answer, of: method, to: exchange, requestID)
    } catch {
      await refuse(
        Failure.seen(error, by: engine, during: exchange.request.path ?? ""), exchange, requestID)
    }
  }

  private func principal(_ exchange: HTTPExchange) async throws -> Principal {
    let fields = exchange.request.headerFields
    if let key = fields[HTTPField.Name.apiKey] { return try await engine.keys.authenticate(key) }
    if let bearer = fields[.authorization], bearer.lowercased().hasPrefix("bearer ") {
      return try await engine.keys.authenticate(String(bearer.dropFirst("bearer ".count)))
    }
    guard exchange.peer.transport == .socket else {
      throw QlaudError(.unauthorized, "a key is required: x-api-key or Authorization: Bearer")
    }
    return try await engine.keys.ambient()
  }

  private func parameters(_ exchange: HTTPExchange) throws -> (Method, JSON.Object) {
    let target = exchange.request.path ?? "/"
    let path = target.prefix { $0 != "?" }
    let verb = exchange.request.method.rawValue
    switch registry.match(verb: verb, path: path) {
    case .nothing: throw QlaudError.notFound("route", "\(verb) \(path)")
    case .otherVerbs(let verbs):
      throw QlaudError.notFound(
        "route", "\(verb) \(path); there is \(verbs.joined(separator: ", "))")
    case .method(let method, var params):
      try add(try body(exchange), to: &params)
      try add(try Query.read(target.dropFirst(path.count + 1), for: method), to: &params)
      if let last = exchange.request.headerFields[HTTPField.Name.lastEventID],
        params["after"] == nil,
        method.parameters.contains(where: { $0.name == "after" }), let seq = Int64(last)
      {
        params["after"] = .int(seq)
      }
      return (method, params)
    }
  }

  private func add(_ more: JSON.Object, to params: inout JSON.Object) throws(InvalidParams) {
    for member in more.members {
      guard params[member.key] == nil else {
        throw InvalidParams(member.key, "stands in more than one of path, query and body")
      }
      params[member.key] = member.value
    }
  }

  private func body(_ exchange: HTTPExchange) throws -> JSON.Object {
    guard let bytes = exchange.body else {
      throw QlaudError(
        .tooLarge, "the body may have at most \(Limits.httpBodyBytes) bytes",
        details: ["limit": .integer(Limits.httpBodyBytes)])
    }
    guard !bytes.isEmpty else { return [:] }
    let json: JSON
    do throws(JSONError) { json = try JSON(parsing: bytes) } catch {
      throw QlaudError.invalid("body", "is not JSON: \(error)")
    }
    guard case .object(let object) = json else {
      throw QlaudError.invalid("body", "must be a JSON object")
    }
    return object
  }

  private func write(
    _ answer: Answer<JSON>, of method: Method, to exchange: HTTPExchange, _ requestID: String
  ) async throws {
    var fields = answer.headers.httpFields
    fields.name(request: requestID)
    if let frames = answer.frames {
      return try await forward(frames, fields, to: exchange, requestID, during: method.name)
    }
    if let stream = answer.stream { return try await forward(stream, fields, to: exchange) }
    let status = answer.status ?? method.route?.status ?? 200
    try await write(answer.value.bytes, status: status, fields, to: exchange)
  }

  private func write(
    _ body: [UInt8], status: Int, _ fields: HTTPFields, to exchange: HTTPExchange
  ) async throws {
    var fields = fields
    fields[.contentType] = "application/json"
    fields[.contentLength] = String(body.count)
    try await exchange.start(HTTPResponse(status: .init(code: status), headerFields: fields))
    try await exchange.write(body)
  }

  private func refuse(_ error: QlaudError, _ exchange: HTTPExchange, _ requestID: String) async {
    var fields = HTTPFields()
    fields.name(request: requestID)
    if let seconds = error.details["retry_after"]?.int { fields[.retryAfter] = String(seconds) }
    let version = exchange.request.headerFields[HTTPField.Name.anthropicVersion]
    let body = errorStyle(exchange).body(
      error, requestID: requestID, namesVersion: version != nil
    ).bytes
    do { try await write(body, status: error.httpStatus, fields, to: exchange) } catch {
      // The client has gone; what it asked for has been decided all the same.
      return
    }
  }

  /// The words of the method that the path leads to, also where the request never came to it.
  private func errorStyle(_ exchange: HTTPExchange) -> ErrorStyle {
    let path = (exchange.request.path ?? "/").prefix { $0 != "?" }
    guard
      case .method(let method, _) = registry.match(
        verb: exchange.request.method.rawValue, path: path)
    else { return .anthropic }
    return method.errors
  }
}

extension HTTPField.Name {
  static let apiKey = Self("x-api-key")
  static let anthropicVersion = Self("anthropic-version")
  static let lastEventID = Self("last-event-id")
  static let requestID = Self("request-id")
  static let otherRequestID = Self("x-request-id")
}

extension HTTPFields {
  /// Anthropic's clients look for the one header, OpenAI's for the other.
  fileprivate mutating func name(request id: String) {
    self[HTTPField.Name.requestID] = id
    self[HTTPField.Name.otherRequestID] = id
  }
  /// A field by a name that may not be legal; then it is not there.
  subscript(name: HTTPField.Name?) -> String? {
    get { name.flatMap { self[$0] } }
    set { if let name { self[name] = newValue } }
  }
}

extension [HeaderField] {
  /// The headers as HTTPTypes knows them; names of ours are all legal.
  fileprivate var httpFields: HTTPFields {
    var fields = HTTPFields()
    for header in self {
      if let name = HTTPField.Name(header.name) { fields[name] = header.value }
    }
    return fields
  }
}
