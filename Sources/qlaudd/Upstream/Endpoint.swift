/// The address of a call.
enum Endpoint {
  /// Puts `path` behind a provider's `base_url`.
  ///
  /// A base that ends in a version (`/api/paas/v4`, `/v1`) or in a deployment (`/openai/deployments/NAME`) has said what comes
  /// before the endpoint, so the version at the start of `path` is left out. The base may carry a query
  /// (`?api-version=2024-12-01-preview`), which goes to the end.
  static func url(_ base: String, _ path: String) -> String {
    let (root, ownQuery) = cut(base)
    var (way, query) = cut(path)
    let root2 = root.hasSuffix("/") ? String(root.dropLast()) : root
    if hasVersion(root2), let rest = withoutVersion(way) { way = rest }
    query = [query, ownQuery].filter { !$0.isEmpty }.joined(separator: "&")
    return root2 + way + (query.isEmpty ? "" : "?" + query)
  }

  /// The host in lower case, without port and user; empty where there is none.
  static func host(_ url: String) -> String {
    let text = url.lowercased()
    let start = text.firstRange(of: "://")?.upperBound ?? text.startIndex
    let authority = text[start...].prefix { $0 != "/" && $0 != "?" && $0 != "#" }
    let host = authority.split(separator: "@").last ?? ""
    return String(host.hasPrefix("[") ? host : host.prefix { $0 != ":" })
  }

  private static func cut(_ text: String) -> (String, String) {
    let parts = text.split(separator: "?", maxSplits: 1, omittingEmptySubsequences: false)
    return (String(parts[0]), parts.count > 1 ? String(parts[1]) : "")
  }

  private static func hasVersion(_ base: String) -> Bool {
    let segments = base.split(separator: "/")
    guard let last = segments.last else { return false }
    return isVersion(last) || segments.dropLast().last == "deployments"
  }

  private static func withoutVersion(_ path: String) -> String? {
    let segments = path.split(separator: "/")
    guard let first = segments.first, isVersion(first) else { return nil }
    return "/" + segments.dropFirst().joined(separator: "/")
  }

  /// `v1`, `v4`, `v1beta`, `v1beta1`, `v2alpha`.
  private static func isVersion(_ segment: Substring) -> Bool {
    guard segment.first == "v", let digit = segment.dropFirst().first, digit.isNumber else {
      return false
    }
    let rest = segment.dropFirst().drop(while: \.isNumber)
    return rest.isEmpty || rest.hasPrefix("beta") || rest.hasPrefix("alpha")
  }
}
