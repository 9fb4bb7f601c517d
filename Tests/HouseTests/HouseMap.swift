import Testing

/// The module map, which the compiler cannot hold: an import of an undeclared target compiles. It is README's
/// "Architecture" as data; change both together, with the reason.
struct Room: Sendable, CustomTestStringConvertible {
  /// The module's name.
  let name: String
  /// Its folder, from the repository's root.
  let folder: String
  /// What it may import.
  let imports: Set<String>
  var testDescription: String { name }
}

enum HouseMap {
  /// Allowed everywhere: it takes nothing from the machine.
  static let everywhere: Set<String> = ["Synchronization"]
  /// The C library, under its three names.
  static let machine: Set<String> = ["Glibc", "Musl", "Darwin"]

  static let rooms: [Room] = [
    // Level 0: what crosses a boundary.
    room("Wire", ["HTTPTypes"]),
    // Level 1: the nouns. The machine for wiping secrets and reading the clock.
    room("Domain", ["Wire", "FoundationEssentials"], machine),
    // Level 2: four rooms that do not know each other.
    // GRDB speaks in FoundationEssentials' Data; the machine for the database file's mode and lock; SQLite itself, under
    // GRDB's name for it, where erased bytes are overwritten through its own descriptor.
    // CRank adds a function to SQLite that ranks rows.
    room(
      "Store", ["Domain", "Wire", "GRDB", "GRDBSQLite", "CRank", "FoundationEssentials"], machine),
    // Wire for the JSON in which a model's tokenizer and header are written; the machine for mapping its weights.
    room("Search", ["Domain", "Wire", "CVector"], machine),
    room("Outbound", ["Wire", "CCurl"], machine),
    room("Vault", ["CSodium"], machine),
    // Level 3: two that do not know each other. Subprocess speaks in System's file paths.
    room("Upstream", ["Outbound", "Domain", "Wire"]),
    room(
      "Tools", ["Outbound", "Domain", "Wire", "Subprocess", "SystemPackage", "System"], machine),
    // Level 4: where they meet.
    room(
      "Engine",
      [
        "Store", "Vault", "Search", "Upstream", "Tools", "Domain", "Wire", "Logging",
        "ServiceLifecycle",
      ]),
    // Level 5: two that do not know each other.
    room("API", ["Engine", "Domain", "Wire", "HTTPTypes"]),
    room(
      "Server",
      [
        "Wire", "HTTPTypes", "NIOCore", "NIOPosix", "NIOHTTP1", "NIOExtras",
        "NIOConcurrencyHelpers",
        "NIOFoundationCompat", "NIOEmbedded", "NIOTransportServices", "CHost", "Logging",
        "ServiceLifecycle",
      ], machine),
    // Level 6: the executables. Main wires everything and so may name everything of ours; CHost for the watch on the network.
    room(
      "Main",
      [
        "API", "Server", "Engine", "Store", "Vault", "Search", "Outbound", "Upstream", "Tools",
        "Domain", "Wire", "ArgumentParser", "Logging", "ServiceLifecycle", "UnixSignals", "CHost",
        "Dispatch",
      ], machine),
    Room(
      name: "Client", folder: "Sources/Client",
      imports: everywhere.union(machine).union(["Wire", "ArgumentParser"])),
    // C targets: each is imported by one room.
    room("CCurl", []), room("CSodium", []), room("CVector", []), room("CHost", []),
    room("CRank", []),
  ]

  private static func room(
    _ name: String, _ imports: Set<String>, _ more: Set<String> = []
  ) -> Room {
    Room(
      name: name, folder: "Sources/qlaudd/\(name)",
      imports: everywhere.union(imports).union(more))
  }

  /// Third-party modules and C targets, and the only rooms that may name them: the table read the other way round, so
  /// that a slip in one of the two is found.
  static let owners: [String: Set<String>] = [
    "GRDB": ["Store"], "GRDBSQLite": ["Store"], "CCurl": ["Outbound"], "CSodium": ["Vault"],
    "CVector": ["Search"],
    "CRank": ["Store"], "CHost": ["Server", "Main"], "Subprocess": ["Tools"],
    "ArgumentParser": ["Main", "Client"],
    "Logging": ["Engine", "Server", "Main"], "ServiceLifecycle": ["Server", "Engine", "Main"],
    "HTTPTypes": ["Wire", "API", "Server"],
    "NIOCore": ["Server"], "NIOPosix": ["Server"], "NIOHTTP1": ["Server"], "NIOExtras": ["Server"],
    "FoundationEssentials": ["Domain", "Store"],
  ]

  /// Rooms that must not know each other, however convenient.
  static let strangers: [Set<String>] = [
    ["Store", "Search", "Outbound", "Vault"], ["Upstream", "Tools"], ["API", "Server"],
    ["Store", "Vault", "Search", "Upstream"], ["Store", "Vault", "Search", "Tools"],
  ]
}

/// What our sources do without, and the few places that may have it.
enum Forbidden {
  struct Construct: Sendable, CustomTestStringConvertible {
    let name: String
    let why: String
    var testDescription: String { name }
  }
  /// Matched in code with comments and strings blanked out, white space collapsed.
  static let constructs: [Construct] = [
    .init(name: "try?", why: "drops the cause"),
    .init(name: "try!", why: "stops the daemon"),
    .init(name: "as!", why: "stops the daemon"),
    .init(name: "catch {}", why: "swallows an error"),
    .init(name: "fatalError", why: "stops the daemon"),
    .init(name: "preconditionFailure", why: "stops the daemon"),
    .init(name: "@unchecked Sendable", why: "hides a race"),
    .init(name: "nonisolated(unsafe)", why: "hides a race"),
    .init(name: "Task.detached", why: "its errors and its end are lost"),
    .init(name: "JSONSerialization", why: "loses order and whole numbers"),
    .init(name: "[String: Any]", why: "has no type"),
  ]

  struct Permit: Sendable {
    /// A file, or a folder that ends in a slash.
    let place: String
    let construct: String
    let reason: String
  }
  static let permits: [Permit] = [
    Permit(
      place: "Sources/qlaudd/Domain/Secret.swift", construct: "nonisolated(unsafe)",
      reason: "the bytes are written in init, wiped in deinit and only read between"),
    Permit(
      place: "Sources/qlaudd/Vault/GuardedBytes.swift", construct: "nonisolated(unsafe)",
      reason: "the pages are filled in init, freed in deinit and read-only between; one owner"),
    Permit(
      place: "Sources/qlaudd/Search/Embedding/MappedFile.swift",
      construct: "nonisolated(unsafe)",
      reason: "the file is mapped in init, unmapped in deinit and only read between; one owner"),
    Permit(
      place: "Sources/qlaudd/Outbound/", construct: "@unchecked Sendable",
      reason: "the curl loop: its handles are touched on its own thread only, as proven there"),
    Permit(
      place: "Sources/qlaudd/Outbound/", construct: "nonisolated(unsafe)",
      reason: "the curl loop: handles cross to its thread once and never come back"),
  ]

  static func isPermitted(_ construct: String, in path: String) -> Bool {
    permits.contains {
      $0.construct == construct
        && ($0.place.hasSuffix("/") ? path.hasPrefix($0.place) : path == $0.place)
    }
  }
}
