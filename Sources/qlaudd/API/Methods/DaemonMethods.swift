import Domain
import Engine
import Wire

let connectionMethods: [Method] = [
  Method(
    "initialize", nil, .standard, "Says hello, and under which key.",
    params: .text("key", "The key that the connection is to use.", length: 1...200),
    .optional("client", "Name and version of the client."), result: .raw("What the daemon is.")
  ) { (call, key: String?, _: JSON.Object?) in
    let principal: Principal
    if let key {
      principal = try await call.engine.keys.authenticate(key)
      call.session?.become(principal)
    } else {
      principal = try await call.engine.keys.ambient()
    }
    return try await greeting(call, principal)
  },
  Method(
    "initialized", nil, .standard, "The client is ready; nothing follows from it.", result: .done
  ) { _ in Done() },
]

/// The version of the protocol that this daemon speaks.
let protocolVersion = "1"

private func greeting(_ call: Call, _ principal: Principal) async throws -> JSON {
  [
    "protocol_version": .string(protocolVersion),
    "server": ["name": "qlaudd", "version": .string(call.engine.version)],
    "capabilities": ["methods": .array(call.registry.methods.map { .string($0.name) })],
    "limits": [
      "frame_bytes": .integer(Limits.frameBytes), "http_body_bytes": .integer(Limits.httpBodyBytes),
      "batch_requests": .integer(Limits.batchRequests),
      "requests_per_connection": .integer(Limits.requestsPerConnection),
      "json_depth": .integer(Limits.jsonDepth),
    ],
    "online": .bool(call.engine.isOnline),
    "key": .record([
      "id": principal.keyID.json, "scope": principal.scope.json,
      "end_user_id": principal.endUserID.map(JSON.string),
    ]),
  ]
}

let daemonMethods: [Method] = [
  Method(
    "daemon/status", .get("/v1/status"), .standard, "Counts, sizes and how things stand.",
    result: .status
  ) { call in try await call.engine.daemon.status() },
  Method(
    "daemon/schema", .get("/v1/schema"), .standard,
    "The reference, made from the methods' declarations: OpenRPC, OpenAPI 3.1, or Markdown as a string.",
    params: .optional("format", "openrpc, openapi or markdown.", default: .openrpc),
    result: .raw("The document.")
  ) { (call, format: Reference.Format) in Reference.document(call.registry, format) },
  Method(
    "daemon/backup", .post("/v1/backup"), .admin,
    "Writes a consistent copy of the file while everything goes on.",
    params: .text("path", "An absolute path that does not exist yet.", length: 1...4096),
    result: .backup
  ) { (call, path: String) in
    Backup(path: path, bytes: try await call.engine.daemon.backup(to: path))
  },
  Method(
    "daemon/doctor", .post("/v1/doctor"), .admin,
    "Checks the file, its rights and its disk, the clock, the vault and the providers, and says what to do.",
    result: .findings
  ) { call in await call.engine.doctor.examine() },
  Method(
    "daemon/shutdown", .post("/v1/shutdown"), .admin,
    "Ends the daemon: running turns are parked and go on at the next start.", result: .done
  ) { call in
    call.engine.requestShutdown()
    return Done()
  },
  Method("settings/get", .get("/v1/settings"), .admin, "All settings.", result: .raw("Settings.")) {
    call in .object(try await call.engine.daemon.settings())
  },
  Method(
    "settings/set", .patch("/v1/settings"), .admin, "Changes settings; null removes one.",
    params: .required("settings", "Names and values."), result: .raw("All settings.")
  ) { (call, settings: JSON.Object) in .object(try await call.engine.daemon.set(settings)) },
]

/// A copy of the file that was made and checked.
struct Backup: Sendable {
  let path: String
  let bytes: Int
}
extension Shape where Value == Backup {
  static let backup = Shape(
    .constant("ok", true), .field("path", \.path, "The copy: one complete file."),
    .field("bytes", \.bytes, "Its size."))
}

extension Shape where Value == Finding {
  static let finding = Shape(
    .field("check", \.check, "What was looked at."),
    .field("status", \.status, "ok, warning or error."),
    .field("message", \.message, "What was found."),
    .nullable("fix", \.fix, "What to do about it; null where nothing need be done."))
}
extension Shape where Value == [Finding] {
  static let findings = Shape(schema: [
    "type": "object",
    "properties": [
      "ok": ["type": "boolean", "description": "Whether nothing is wrong; warnings are not."],
      "findings": ["type": "array", "items": Shape<Finding>.finding.schema],
    ],
  ]) { findings in
    [
      "ok": .bool(findings.allSatisfy { $0.status != .error }),
      "findings": .array(findings.map(Shape<Finding>.finding.write)),
    ]
  }
}
