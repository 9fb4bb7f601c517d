import Domain
import Wire

/// A method of the protocol, declared once: dispatch, HTTP route, validation, limits, scope and
/// reference text all read this value.
struct Method: Sendable {
  /// How the method is reached over HTTP.
  struct Route: Sendable {
    enum Verb: String, Sendable {
      case get = "GET"
      case post = "POST"
      case put = "PUT"
      case patch = "PATCH"
      case delete = "DELETE"
    }
    let verb: Verb
    /// Segments; one that begins with `:` is the parameter of that name.
    let path: String
    /// The status of a success.
    let status: Int
    /// Whether the last segment's parameter takes the rest of the path, slashes included.
    var takesRest = false

    static func get(_ path: String, takesRest: Bool = false) -> Route {
      Route(verb: .get, path: path, status: 200, takesRest: takesRest)
    }
    static func post(_ path: String, status: Int = 200) -> Route {
      Route(verb: .post, path: path, status: status)
    }
    static func put(_ path: String) -> Route { Route(verb: .put, path: path, status: 200) }
    static func patch(_ path: String) -> Route { Route(verb: .patch, path: path, status: 200) }
    static func delete(_ path: String) -> Route { Route(verb: .delete, path: path, status: 200) }

    var segments: [Substring] { path.split(separator: "/") }
    var parameters: [String] {
      segments.filter { $0.hasPrefix(":") }.map { String($0.dropFirst()) }
    }
  }

  /// A parameter as dispatch and reference see it.
  struct Parameter: Sendable {
    let name: String
    let isRequired: Bool
    let schema: JSON
  }

  let name: String
  let route: Route?
  let scope: Scope
  let summary: String
  let parameters: [Parameter]
  let result: JSON
  /// In whose words its errors are told over HTTP.
  var errors = ErrorStyle.anthropic
  /// Reads the parameters, calls the engine, shapes the result.
  let call: @Sendable (Call, JSON.Object) async throws -> Answer<JSON>

  /// A method whose handler returns its result.
  init<each P: Sendable, Result: Sendable>(
    _ name: String, _ route: Route?, _ scope: Scope, _ summary: String,
    params: repeat Field<each P>, result: Shape<Result>,
    handle: @escaping @Sendable (Call, repeat each P) async throws -> Result
  ) {
    self = .answering(name, route, scope, summary, params: repeat each params, result: result) {
      (call: Call, values: repeat each P) in
      Answer(try await handle(call, repeat each values))
    }
  }

  /// A method whose handler also says how it answers: another status, or events that follow.
  static func answering<each P: Sendable, Result: Sendable>(
    _ name: String, _ route: Route?, _ scope: Scope, _ summary: String,
    params: repeat Field<each P>, result: Shape<Result>,
    handle: @escaping @Sendable (Call, repeat each P) async throws -> Answer<Result>
  ) -> Method {
    var parameters: [Parameter] = []
    for field in repeat each params {
      parameters.append(
        Parameter(name: field.name, isRequired: field.isRequired, schema: field.schema))
    }
    let names = Set(parameters.map(\.name))
    let fields = (repeat each params)
    return Method(
      name: name, route: route, scope: scope, summary: summary, parameters: parameters,
      result: result.schema
    ) { call, object in
      for member in object.members where !names.contains(member.key) {
        throw InvalidParams(member.key, "is not a parameter of \(name)")
      }
      let answer = try await handle(call, repeat (each fields).read(object[(each fields).name]))
      return answer.map(result.write)
    }
  }

  /// A stateless method in a foreign dialect, whose body is read by a reader of its own; `parameters` is what the
  /// reference says of it.
  static func foreign(
    _ name: String, _ route: Route, _ summary: String, parameters: [Parameter], result: JSON,
    errors: ErrorStyle,
    handle: @escaping @Sendable (Call, JSON.Object) async throws -> Answer<JSON>
  ) -> Method {
    var method = Method(
      name: name, route: route, scope: .standard, summary: summary, parameters: parameters,
      result: result, call: handle)
    method.errors = errors
    return method
  }

  private init(
    name: String, route: Route?, scope: Scope, summary: String, parameters: [Parameter],
    result: JSON, call: @escaping @Sendable (Call, JSON.Object) async throws -> Answer<JSON>
  ) {
    self.name = name
    self.route = route
    self.scope = scope
    self.summary = summary
    self.parameters = parameters
    self.result = result
    self.call = call
  }

  /// The parameters as one JSON Schema.
  var parameterSchema: JSON {
    [
      "type": "object",
      "properties": .object(.init(parameters.map { .init(key: $0.name, value: $0.schema) })),
      "required": .array(parameters.filter(\.isRequired).map { .string($0.name) }),
      "additionalProperties": false,
    ]
  }
}
