import Domain
import Engine
import Wire

extension Shape where Value == Key {
  static let key = Shape(
    .field("id", \.id, "The key's id; never the key itself."),
    .field("name", \.name, "Its name."),
    .field("prefix", \.prefix, "The beginning and end of its text."),
    .field("scope", \.scope, "standard or admin."),
    .nullable("end_user_id", \.endUserID, "The one end-user it is bound to."),
    .nullable("max_spend_usd", \.maxSpendUSD, "Its cap in dollars; null for none."),
    .field("period", \.period, "The span over which the cap counts."),
    .nullable("expires_at", \.expiresAt, "When it ends."),
    .nullable("models", \.models, "Models that it may use; null for all."),
    .nullable("offline", \.offline, "What becomes of its sends while the upstream is away."),
    .field("created_at", \.createdAt, "Milliseconds since the epoch."),
    .nullable("last_used_at", \.lastUsedAt, "Last use, to the minute."),
    .field("revoked", \.isRevoked, "Whether it was revoked."))
}
extension Key {
  var maxSpendUSD: JSON? { maxSpend.map(Dollars.json) }
  var isRevoked: Bool { revokedAt != nil }
}

/// A key just made, with its text.
struct NewKey: Sendable {
  let key: Key
  let text: String
}
extension Shape where Value == NewKey {
  static let newKey = Shape(schema: Shape<Key>.key.schema) { new in
    guard case .object(var object) = Shape<Key>.key.write(new.key) else { return .null }
    object["secret"] = .string(new.text)
    return .object(object)
  }
}
extension Shape where Value == [Keys.Standing] {
  static let keys = Shape(schema: [
    "type": "object", "properties": ["keys": ["type": "array", "items": Shape<Key>.key.schema]],
  ]) { standings in
    ["keys": .array(standings.map(row))]
  }

  private static func row(_ standing: Keys.Standing) -> JSON {
    guard case .object(var row) = Shape<Key>.key.write(standing.key) else { return .null }
    row["spent_micros"] = .int(standing.spent)
    row["reserved_micros"] = .int(standing.reserved)
    return .object(row)
  }
}

/// Dollars as a decimal number, exact to the micro-dollar, without floating point.
enum Dollars {
  static func json(_ micros: Microdollars) -> JSON {
    let (whole, part) = micros.quotientAndRemainder(dividingBy: 1_000_000)
    guard part != 0 else { return .int(whole) }
    var digits = String(1_000_000 + abs(part)).dropFirst()
    while digits.hasSuffix("0") { digits.removeLast() }
    let sign = micros < 0 && whole == 0 ? "-" : ""
    return JSON.Lexeme(decimal: "\(sign)\(whole).\(digits)").map(JSON.number) ?? .int(whole)
  }

  /// Micro-dollars of a number of dollars from 0 to a million; nil for another or with more than six
  /// decimal places.
  static func micros(_ json: JSON) -> Microdollars? {
    guard let dollars = json.double, (0...1_000_000).contains(dollars) else { return nil }
    let micros = (dollars * 1_000_000).rounded()
    guard abs(micros - dollars * 1_000_000) < 0.001 else { return nil }
    return Microdollars(micros)
  }
}

extension Shape where Value == Provider {
  static let provider = Shape(
    .field("name", \.name, "Its name, as it stands before the slash of a model."),
    .constant("object", "provider"),
    .field("base_url", \.baseURL, "Origin and prefix."),
    .field("shape", \.shape, "The API it speaks."),
    .nullable("secret", \.secretName, "Name of the secret that holds its key."),
    .field("headers", \.headerObject, "Further headers."),
    .field("updated_at", \.updatedAt, "Milliseconds since the epoch."))
}
extension Provider {
  var headerObject: JSON.Object {
    JSON.Object(headers.map { .init(key: $0.name, value: .string($0.value)) })
  }
}
extension Shape where Value == Providers.Known {
  static let knownProvider = Shape(
    .field("name", \.name, "Its name, which provider/set takes without anything else."),
    .field("display_name", \.displayName, "Its name for people."),
    .field("base_url", \.baseURL, "Origin and prefix; braces stand for what is yours to put in."),
    .field("shape", \.shape, "The API it speaks."),
    .field("needs_key", \.needsKey, "Whether it wants a key."))
}
extension Shape where Value == Providers.Probe {
  static let probe = Shape(
    .constant("ok", true),
    .field("provider", \.provider, "Its name."),
    .field("latency_ms", \.latencyMs, "Time to its answer."),
    .field("models", \.models, "The models it lists."))
}

extension Shape where Value == SecretInfo {
  static let secret = Shape(
    .field("name", \.name, "Its name."),
    .constant("object", "secret"),
    .field("created_at", \.createdAt, "Milliseconds since the epoch."),
    .field("updated_at", \.updatedAt, "When its value was last set."))
}
extension Shape where Value == Secrets.VaultStatus {
  static let vault = Shape(
    .constant("object", "vault"),
    .field("locked", \.isLocked, "Whether secrets can be opened."),
    .field("master", \.master, "What holds the master key."),
    .field("secrets", \.secrets, "How many secrets there are."))
}

extension Shape where Value == DaemonCare.Status {
  static let status = Shape(
    .constant("object", "status"),
    .field("version", \.build.version, "The daemon's version."),
    .field("database", \.build.databasePath, "The file."),
    .field("socket", \.build.socketPath, "The socket."),
    .field("started_at", \.startedAt, "Milliseconds since the epoch."),
    .field("threads", \.statistics.threads, "Threads."),
    .field("messages", \.statistics.messages, "Messages."),
    .field("events", \.statistics.events, "Events that are written."),
    .field("database_bytes", \.statistics.databaseBytes, "Size of the file."),
    .field("wal_bytes", \.statistics.walBytes, "Size of its write-ahead log."),
    .field("queued", \.queue.depth, "Turns that wait."),
    .field("running", \.running, "Turns that run."),
    .field("providers", \.providers, "Providers set up."),
    .field("vault_locked", \.isVaultLocked, "Whether secrets cannot be opened."),
    .field("last_event_seq", \.lastEventSeq, "The cursor of now."))
}
