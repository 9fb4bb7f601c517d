/// What the first hundred bytes of an SQLite file say, where its log is empty: https://www.sqlite.org/fileformat.html, 1.3.
/// To read them takes a hundredth of the time that a connection takes which asks for the same.
struct DatabaseHead: Equatable {
  /// `PRAGMA user_version`.
  let version: Int64
  /// `PRAGMA application_id`.
  let application: Int64
  /// Whether it is written through a write-ahead log.
  let hasLog: Bool

  private static let length = 100
  private static let magic = Array("SQLite format 3".utf8) + [0]

  /// Nil where the file is no database, or cannot be read.
  init?(of path: String) {
    guard let bytes = DatabaseFile.beginning(of: path, bytes: Self.length) else { return nil }
    self.init(bytes)
  }

  init?(_ bytes: [UInt8]) {
    guard bytes.count == Self.length, bytes.starts(with: Self.magic) else { return nil }
    func number(at offset: Int) -> Int64 {
      bytes[offset..<offset + 4].reduce(0) { $0 << 8 | Int64($1) }
    }
    version = number(at: 60)
    application = number(at: 68)
    hasLog = bytes[18] == 2 && bytes[19] == 2
  }

  /// Whether it is a file of ours with a schema that this program knows.
  var isOurs: Bool {
    application == Schema.applicationID && hasLog && (1...Schema.version).contains(version)
  }
}
