import Domain
import Wire

/// The reference documents, made from the methods' own declarations.
enum Reference {
  enum Format: String, WireEnum { case openrpc, openapi, markdown }

  static func document(_ registry: Registry, _ format: Format) -> JSON {
    switch format {
    case .openrpc: openRPC(registry)
    case .openapi: openAPI(registry)
    case .markdown: .string(markdown(registry))
    }
  }

  /// For people, and for a test that holds it against the committed text: a change of the protocol
  /// shows as a change of that file.
  static func markdown(_ registry: Registry) -> String {
    let methods = registry.methods.sorted { $0.name < $1.name }.map { method in
      let route = method.route.map { " · `\($0.verb.rawValue) \($0.path)` → \($0.status)" } ?? ""
      let parameters = method.parameters.map { parameter in
        let doc = parameter.schema["description"]?.string ?? ""
        return "- `\(parameter.name)`\(parameter.isRequired ? " (required)" : ""): \(doc)\n"
      }
      return "### \(method.name)\n\n\(method.scope.rawValue)\(route)\n\n\(method.summary)\n\n"
        + parameters.joined() + (parameters.isEmpty ? "" : "\n")
    }
    return
      "# Methods\n\nMade from the declarations: `qlaud call daemon/schema '{\"format\":\"markdown\"}'`.\n\n"
      + methods.joined()
  }

  private static let info: JSON = [
    "title": "qlaudd", "version": .string(protocolVersion),
    "description": "One socket, two dialects, one vocabulary: the methods of the qlaudd daemon.",
  ]

  /// OpenRPC 1.3 (https://spec.open-rpc.org).
  private static func openRPC(_ registry: Registry) -> JSON {
    [
      "openrpc": "1.3.2", "info": info,
      "methods": .array(
        registry.methods.map { method in
          .record([
            "name": .string(method.name), "summary": .string(method.summary),
            "paramStructure": "either",
            "params": .array(
              method.parameters.map {
                ["name": .string($0.name), "required": .bool($0.isRequired), "schema": $0.schema]
              }),
            "result": ["name": "result", "schema": method.result],
            "x-scope": method.scope.json,
            "x-http": method.route.map { .string("\($0.verb.rawValue) \($0.path)") },
          ])
        }),
    ]
  }

  /// OpenAPI 3.1 (https://spec.openapis.org/oas/v3.1.0).
  private static func openAPI(_ registry: Registry) -> JSON {
    var paths: JSON.Object = [:]
    for method in registry.methods {
      guard let route = method.route else { continue }
      let path =
        "/"
        + route.segments.map { $0.hasPrefix(":") ? "{\($0.dropFirst())}" : String($0) }
        .joined(separator: "/")
      var operations = paths[path]?.object ?? [:]
      operations[route.verb.rawValue.lowercased()] = operation(method, route)
      paths[path] = .object(operations)
    }
    return [
      "openapi": "3.1.0", "info": info, "paths": .object(paths),
      "components": [
        "securitySchemes": [
          "key": ["type": "apiKey", "in": "header", "name": "x-api-key"],
          "bearer": ["type": "http", "scheme": "bearer"],
        ]
      ],
    ]
  }

  private static func operation(_ method: Method, _ route: Method.Route) -> JSON {
    let inPath = route.parameters
    let takesBody = route.verb != .get && route.verb != .delete
    let rest = method.parameters.filter { !inPath.contains($0.name) }
    var parameters = method.parameters.filter { inPath.contains($0.name) }
      .map { parameter($0, in: "path") }
    if !takesBody { parameters += rest.map { parameter($0, in: "query") } }
    return .record([
      "operationId": .string(method.name), "summary": .string(method.summary),
      "parameters": parameters.isEmpty ? nil : .array(parameters),
      "requestBody": takesBody && !rest.isEmpty ? body(rest) : nil,
      "responses": [
        "\(route.status)": [
          "description": "Success.", "content": ["application/json": ["schema": method.result]],
        ]
      ],
      "x-scope": method.scope.json,
    ])
  }

  private static func parameter(_ parameter: Method.Parameter, in place: JSON) -> JSON {
    [
      "name": .string(parameter.name), "in": place,
      "required": .bool(place == "path" || parameter.isRequired), "schema": parameter.schema,
    ]
  }

  private static func body(_ parameters: [Method.Parameter]) -> JSON {
    [
      "required": .bool(parameters.contains(where: \.isRequired)),
      "content": [
        "application/json": [
          "schema": [
            "type": "object",
            "properties": .object(.init(parameters.map { .init(key: $0.name, value: $0.schema) })),
            "required": .array(parameters.filter(\.isRequired).map { .string($0.name) }),
            "additionalProperties": false,
          ]
        ]
      ],
    ]
  }
}
