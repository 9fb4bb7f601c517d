import HTTPTypes

/// Who may speak HTTP over TCP: programs that name this machine, and pages that came from it.
///
/// Any web page can make a browser send requests to a loopback port, or point a name of its own at 127.0.0.1 ("DNS
/// rebinding"). The first shows in `Origin`, the second in `Host`.
struct LoopbackGate: Sendable {
  private static let names: Set<String> = ["localhost", "127.0.0.1", "[::1]"]
  private let port: Int

  /// The gate of a listener on this port.
  init(port: Int) { self.port = port }

  /// Why a request with these header values is refused; nil where it may pass.
  func refusal(hosts: [String], origins: [String]) -> Refusal? {
    guard hosts.count == 1, let host = hosts.first, isOurs(host) else {
      let given = hosts.first.map { "\"\($0)\"" } ?? "none"
      return Refusal(
        .forbidden, "Host: must be localhost, 127.0.0.1 or [::1] with port \(port), is \(given)")
    }
    if let foreign = origins.first(where: { !Self.isLoopback(origin: $0) }) {
      return Refusal(.forbidden, "Origin: must be a loopback origin, is \"\(foreign)\"")
    }
    return nil
  }

  private func isOurs(_ host: String) -> Bool {
    let (name, given) = Self.split(host)
    guard Self.names.contains(name) else { return false }
    // A client leaves out the port that its scheme implies.
    return given == "\(port)" || (given == nil && port == 80)
  }

  private static func isLoopback(origin: String) -> Bool {
    for scheme in ["http://", "https://"] where origin.lowercased().hasPrefix(scheme) {
      let (name, port) = split(String(origin.dropFirst(scheme.count)))
      return names.contains(name) && port.map { UInt16($0) != nil } ?? true
    }
    return false
  }

  /// A name, in lower case, and the text after its colon; a literal IPv6 address keeps its brackets.
  private static func split(_ authority: String) -> (name: String, port: String?) {
    let lower = authority.lowercased()
    let afterAddress = lower.lastIndex(of: "]") ?? lower.startIndex
    guard let colon = lower[afterAddress...].lastIndex(of: ":") else { return (lower, nil) }
    return (String(lower[..<colon]), String(lower[lower.index(after: colon)...]))
  }
}
