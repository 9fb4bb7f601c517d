import Domain
import Engine
import Wire

extension Field where Value == KeyID {
  static let key = Field.required("key_id", "The key's id.")
}
extension Field where Value == String {
  static func name(_ doc: String) -> Field { .text("name", doc, length: Limits.nameLength) }
}

/// Dollars in a parameter: read exactly, to the micro-dollar.
struct Cap: WireReadable {
  let micros: Microdollars
  static var schema: JSON { ["type": "number", "minimum": 0, "maximum": 1_000_000] }
  static var expectation: String {
    "a number of dollars from 0 to 1000000 with at most six decimals"
  }
  init?(wire json: JSON) {
    guard let micros = Dollars.micros(json) else { return nil }
    self.micros = micros
  }
}
extension Change where Value == Cap {
  var micros: Change<Microdollars> {
    switch self {
    case .leave: .leave
    case .clear: .clear
    case .set(let cap): .set(cap.micros)
    }
  }
}

let keyMethods: [Method] = [
  Method(
    "key/create", .post("/v1/keys", status: 201), .admin,
    "Makes a key; its text is shown in this answer and never again.", params: .name("A label."),
    .optional("scope", "standard or admin.", default: .standard),
    .optional("max_spend_usd", "Cap in dollars; absent for none."),
    .optional("period", "The span over which the cap counts.", default: .lifetime), .endUser,
    .optional("expires_at", "When it ends (ms)."),
    .optional("models", "Models that it may use; absent for all."),
    .optional("offline", "What becomes of its sends while the upstream is away."), result: .newKey
  ) {
    (
      call, name, scope: Scope, cap: Cap?, period: Key.Period, endUser, expires: Int64?,
      models: [String]?, offline: OfflineRule?
    ) in
    let draft = Keys.Draft(
      name: name, scope: scope, maxSpend: cap?.micros, period: period, endUserID: endUser,
      expiresAt: expires, models: models, offline: offline)
    let (key, text) = try await call.engine.keys.create(draft)
    return NewKey(key: key, text: text)
  },
  Method("key/list", .get("/v1/keys"), .admin, "Lists the keys.", result: .keys) { call in
    try await call.engine.keys.list()
  },
  Method(
    "key/update", .patch("/v1/keys/:key_id"), .admin, "Changes a key.", params: .key,
    .optional("name", "A label."), .change("max_spend_usd", "Cap in dollars; null for none."),
    .optional("period", "The span over which the cap counts."),
    .change("expires_at", "When it ends (ms); null for never."),
    .change("models", "Models that it may use; null for all."),
    .change("offline", "What becomes of its sends while the upstream is away; null clears it."),
    result: .key
  ) {
    (
      call, key, name: String?, cap: Change<Cap>, period: Key.Period?, expires: Change<Int64>,
      models: Change<[String]>, offline: Change<OfflineRule>
    ) in
    if let name, !Limits.nameLength.contains(name.unicodeScalars.count) {
      throw InvalidParams("name", "must be a string of 1 to 64 characters")
    }
    return try await call.engine.keys.update(
      key,
      KeyChange(
        name: name, maxSpend: cap.micros, period: period, expiresAt: expires, models: models,
        offline: offline))
  },
  Method(
    "key/revoke", .delete("/v1/keys/:key_id"), .admin, "Ends a key for ever, at once.",
    params: .key, result: .done
  ) { call, key in
    try await call.engine.keys.revoke(key)
    return Done()
  },
]
