import Glibc

/// Where the daemon's things are, by flag, then by its own variable, then by the XDG base directory
/// specification.
struct Paths {
  let socket: String
  let database: String

  /// - Throws: ``PathError`` where there is no home to fall back on.
  init(socket: String?, database: String?, environment: [String: String]) throws(PathError) {
    self.socket = try Self.absolute(
      Self.pick(
        socket, environment["QLAUD_SOCKET"], environment["XDG_RUNTIME_DIR"], ".local/state",
        "qlaud/qlaud.sock", environment))
    self.database = try Self.absolute(
      Self.pick(
        database, environment["QLAUD_DATABASE"], environment["XDG_DATA_HOME"], ".local/share",
        "qlaud/qlaud.db", environment))
  }

  private static func pick(
    _ flag: String?, _ variable: String?, _ base: String?, _ underHome: String, _ name: String,
    _ environment: [String: String]
  ) throws(PathError) -> String {
    if let given = flag ?? filled(variable) { return given }
    if let base = filled(base) { return "\(base)/\(name)" }
    guard let home = filled(environment["HOME"]) else { throw PathError.noHome }
    return "\(home)/\(underHome)/\(name)"
  }

  private static func absolute(_ path: String) throws(PathError) -> String {
    if path.hasPrefix("/") { return path }
    guard let folder = getcwd(nil, 0) else { throw PathError.noFolder }
    defer { free(folder) }
    return "\(String(cString: folder))/\(path)"
  }

  private static func filled(_ text: String?) -> String? {
    text.flatMap { $0.isEmpty ? nil : $0 }
  }

  /// The key file beside the database.
  var keyFile: String { database + ".key" }
  /// The folder of the database.
  var databaseFolder: String {
    guard let slash = database.lastIndex(of: "/") else { return "." }
    return slash == database.startIndex ? "/" : String(database[..<slash])
  }
}

enum PathError: Error, CustomStringConvertible {
  case noHome
  case noFolder
  var description: String {
    switch self {
    case .noHome: "HOME is not set: name --socket and --database"
    case .noFolder: "the working folder is gone: name absolute paths"
    }
  }
}
