#if os(Linux)
  import Foundation
  import Wire

  /// A tool, a call of it, and the request that must come in for it.
  struct WireRow: Sendable {
    /// What `tool/register` is given.
    let registration: JSON
    let input: JSON
    var metadata: JSON.Object = [:]
    /// The request line without the version, the headers with their names in lower case and in the order of the alphabet, an
    /// empty line, the body: all of it, nothing else may be sent. A `content-length` that is the body's is not written down.
    let request: String
    var answer = #"{"ok":true}"#
    var output: JSON = ["ok": true]
    var isError = false
    /// Words of a warning that registration gives; nil for none at all.
    var warning: String?

    var name: String { registration["name"]?.string ?? "" }
    /// Where the request goes.
    var host: String {
      let line = request.split(separator: "\n").first { $0.hasPrefix("host: ") }
      return line.map { String($0.dropFirst("host: ".count)) } ?? ""
    }
  }

  extension Internet.Request {
    /// In the form of ``WireRow/request``.
    var canonical: String {
      guard let end = raw.range(of: "\n\n") else { return raw }
      var lines = raw[..<end.lowerBound].split(separator: "\n").map(String.init)
      let first = lines.removeFirst().replacingOccurrences(of: " HTTP/1.1", with: "")
      let fields = lines.map { line in
        let parts = line.split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false)
        return "\(parts[0].lowercased()):\(parts.dropFirst().joined())"
      }
      let length = "content-length: \(raw[end.upperBound...].utf8.count)"
      return ([first] + fields.filter { $0 != length }.sorted()).joined(separator: "\n")
        + raw[end.lowerBound...]
    }
  }
#endif
