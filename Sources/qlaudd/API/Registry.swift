import Domain
import Wire

/// All methods, found by name or by HTTP route.
struct Registry: Sendable {
  let methods: [Method]
  private let byName: [String: Method]

  init(_ families: [[Method]]) {
    methods = families.flatMap(\.self)
    byName = Dictionary(methods.map { ($0.name, $0) }, uniquingKeysWith: { first, _ in first })
  }

  /// Every method of the product.
  static let all = Registry([
    connectionMethods, threadMethods, messageMethods, turnMethods, jobMethods, eventMethods,
    keyMethods, providerMethods, toolMethods, toolUseMethods, toolCareMethods, approvalMethods,
    secretMethods, queueMethods, accountMethods, daemonMethods, inferenceMethods, searchMethods,
    importMethods,
  ])

  func method(named name: String) -> Method? { byName[name] }

  /// Checks the right, then calls.
  /// - Throws: ``QlaudError``, ``InvalidParams``.
  func dispatch(_ method: Method, _ params: JSON.Object, as call: Call) async throws -> Answer<JSON>
  {
    guard call.principal.scope >= method.scope else {
      throw QlaudError.forbidden("\(method.name) needs an admin key")
    }
    return try await method.call(call, params)
  }

  /// What a path leads to.
  enum Match: Sendable {
    case method(Method, parameters: JSON.Object)
    /// The path is known, with these verbs.
    case otherVerbs([String])
    case nothing
  }

  /// Finds the method of a request line; literal segments win over parameters.
  func match(verb: String, path: Substring) -> Match {
    let segments = path.split(separator: "/")
    var best: (method: Method, parameters: JSON.Object, literals: Int)?
    var verbs: [String] = []
    for method in methods {
      guard let route = method.route, let found = Self.match(route, segments) else {
        continue
      }
      verbs.append(route.verb.rawValue)
      if route.verb.rawValue == verb, found.literals > best?.literals ?? -1 {
        best = (method, found.parameters, found.literals)
      }
    }
    if let best { return .method(best.method, parameters: best.parameters) }
    return verbs.isEmpty ? .nothing : .otherVerbs(Array(Set(verbs)).sorted())
  }

  private static func match(_ route: Method.Route, _ path: [Substring])
    -> (parameters: JSON.Object, literals: Int)?
  {
    let pattern = route.segments
    var path = path
    if route.takesRest, path.count > pattern.count {
      let rest = path[(pattern.count - 1)...].joined(separator: "/")
      path.replaceSubrange((pattern.count - 1)..., with: CollectionOfOne(rest[...]))
    }
    guard pattern.count == path.count else { return nil }
    var parameters: JSON.Object = [:]
    var literals = 0
    for (expected, given) in zip(pattern, path) {
      if expected.hasPrefix(":") {
        guard let text = PercentEncoding.decode(given) else { return nil }
        parameters[String(expected.dropFirst())] = .string(text)
      } else if expected == given {
        literals += 1
      } else {
        return nil
      }
    }
    return (parameters, literals)
  }
}
