#if os(Linux)
  import Foundation
  import Synchronization
  import Wire

  /// An internet of the test's own around a daemon (`contrib/bench/internet.py`): every name resolves, HTTP and HTTPS answer for
  /// every host, and what must not be reached is there to be reached. The daemon and its tools are what they are everywhere:
  /// their URLs, certificates, name look-ups and sockets are real.
  final class Internet: Sendable {
    /// One request as it came in.
    struct Request: Sendable {
      let address: String
      let port: Int
      let isTLS: Bool
      /// Its lines parted by a line feed, then an empty one and the body.
      let raw: String
    }
    struct Unreadable: Error { let line: String }

    let folder: TemporaryFolder
    private let rules = Mutex<JSON.Object>([:])
    private let names = Mutex<JSON.Object>([:])

    /// What the first of its public addresses is.
    static let publicAddress = "93.184.216.34"

    private static let isolate =
      ["/usr/bin/unshare"] + (geteuid() == 0 ? [] : ["-U", "-r"])
      + ["-n", "-m", "--propagation", "private"]

    /// Why there can be none on this machine; nil where there can.
    static let obstacle: String? = {
      for program in ["/usr/bin/unshare", "/usr/bin/python3", "/usr/bin/openssl"]
      where access(program, X_OK) != 0 {
        return "\(program) is not there"
      }
      let made = try? Spawn.run(isolate + ["/bin/sh", "-c", "ip link set lo up"])
      return made?.status == 0 ? nil : "no right to make a network of one's own"
    }()

    /// - Parameter hosts: the names that it has a certificate for.
    init(hosts: [String]) throws {
      folder = try TemporaryFolder()
      try write("hosts.json", .array((hosts + ["localhost"]).map { .string($0) }))
    }

    private func write(_ name: String, _ json: JSON) throws {
      // At once, since a server may read at any time.
      try Data(json.bytes).write(to: URL(fileURLWithPath: folder[name]), options: .atomic)
    }

    /// What a host, or `host/path`, answers from now on.
    func answer(
      _ place: String, _ body: String = "{}", status: Int = 200,
      headers: JSON.Object = ["content-type": "application/json"], stream: String? = nil
    ) throws {
      var rule: JSON.Object = [
        "status": .integer(status), "headers": .object(headers), "body": .string(body),
      ]
      if let stream { rule["stream"] = .string(stream) }
      let all = rules.withLock { rules in
        rules[place] = .object(rule)
        return rules
      }
      try write("answers.json", .object(all))
    }

    /// What a name is answered, one look-up after the other.
    func resolve(_ name: String, _ answers: [[String]], ipv6: Bool = false) throws {
      let all = names.withLock { names in
        names[ipv6 ? "\(name)/6" : name] = .array(
          answers.map { .array($0.map { .string($0) }) })
        return names
      }
      try write("names.json", .object(all))
    }

    /// The daemon inside; its socket reaches out. The servers end with it.
    func daemon(in folder: TemporaryFolder? = nil) throws -> Daemon {
      let script = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
        .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
        .appendingPathComponent("contrib/bench/internet.py").path
      return try Daemon(
        in: folder, through: Self.isolate + ["/usr/bin/python3", script, self.folder.path])
    }

    /// All that was seen: questions to the name server, connections, requests, in their order.
    func seen() throws -> [JSON] {
      guard let text = try? String(contentsOfFile: folder["seen.jsonl"], encoding: .utf8) else {
        return []
      }
      return try text.split(separator: "\n").map { try JSON(parsing: String($0)) }
    }

    func requests() throws -> [Request] {
      try seen().filter { $0["kind"] == "request" }.map { line in
        guard let address = line["to"]?.string, let raw = line["raw"]?.string else {
          throw Unreadable(line: line.text)
        }
        return Request(
          address: address, port: Int(line["port"]?.int ?? 0), isTLS: line["tls"] == true, raw: raw)
      }
    }

    /// The addresses that were connected to.
    func connections() throws -> [String] {
      try seen().filter { $0["kind"] == "connection" }.compactMap { $0["to"]?.string }
    }
  }
#endif
