import Domain
import Wire

/// All methods, found by name or by HTTP route.
struct Registry: Sendable {
  let methods: [Method]
  private let byName: [String: Method]
  /// By the first two segments of their paths, of which none is a parameter.
  private let routes: [String: [Candidate]]

  private struct Candidate: Sendable {
    /// The method's place.
    let index: Int
    let route: Method.Route
    let segments: [Substring]
  }

  init(_ families: [[Method]]) {
    let methods = families.flatMap(\.self)
    self.methods = methods
    let candidates = methods.indices.compactMap { index in
      methods[index].route.map { Candidate(index: index, route: $0, segments: $0.segments) }
    }
    routes = Dictionary(grouping: candidates) { Self.place($0.segments) }
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
    var best: (index: Int, parameters: JSON.Object, literals: Int)?
    var verbs: [String] = []
    for candidate in routes[Self.place(segments)] ?? [] {
      guard let found = Self.match(candidate, segments) else { continue }
      verbs.append(candidate.route.verb.rawValue)
      if candidate.route.verb.rawValue == verb, found.literals > best?.literals ?? -1 {
        best = (candidate.index, found.parameters, found.literals)
      }
    }
    if let best { return .method(methods[best.index], parameters: best.parameters) }
    return verbs.isEmpty ? .nothing : .otherVerbs(Array(Set(verbs)).sorted())
  }

  private static func place(_ segments: [Substring]) -> String {
    segments.prefix(2).joined(separator: "/")
  }

  private static func match(_ candidate: Candidate, _ path: [Substring])
    -> (parameters: JSON.Object, literals: Int)?
  {
    let pattern = candidate.segments
    var path = path
    if candidate.route.takesRest, path.count > pattern.count {
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
