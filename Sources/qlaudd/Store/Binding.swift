import Domain
import GRDB
import GRDBSQLite
import Wire

/// A value that may stand for a `?` in a statement.
protocol Bindable {
  /// Gives it to a statement, which copies it.
  /// - Returns: SQLite's result code.
  func put(into statement: SQLiteStatement, at index: Int32) throws -> Int32
}

extension Int64: Bindable {
  func put(into statement: SQLiteStatement, at index: Int32) -> Int32 {
    sqlite3_bind_int64(statement, index, self)
  }
}
extension Int: Bindable {
  func put(into statement: SQLiteStatement, at index: Int32) -> Int32 {
    Int64(self).put(into: statement, at: index)
  }
}
extension Bool: Bindable {
  func put(into statement: SQLiteStatement, at index: Int32) -> Int32 {
    Int64(self ? 1 : 0).put(into: statement, at: index)
  }
}
extension Double: Bindable {
  func put(into statement: SQLiteStatement, at index: Int32) -> Int32 {
    sqlite3_bind_double(statement, index, self)
  }
}
/// What tells SQLite to copy what it is given.
private let transient = unsafeBitCast(-1, to: sqlite3_destructor_type.self)

extension String: Bindable {
  /// SQLite's functions end text at a NUL, so one inside would cut a value short without a word.
  func put(into statement: SQLiteStatement, at index: Int32) throws -> Int32 {
    var text = self
    return try text.withUTF8 { bytes in
      if bytes.contains(0) {
        throw QlaudError(.invalidParams, "text with the character U+0000 cannot be stored")
      }
      guard let base = bytes.baseAddress else {
        return sqlite3_bind_text(statement, index, "", 0, transient)
      }
      return base.withMemoryRebound(to: CChar.self, capacity: bytes.count) {
        sqlite3_bind_text64(
          statement, index, $0, sqlite3_uint64(bytes.count), transient, UInt8(SQLITE_UTF8))
      }
    }
  }
}
/// JSON text has no NUL: the writer escapes it.
extension JSON: Bindable {
  func put(into statement: SQLiteStatement, at index: Int32) throws -> Int32 {
    try text.put(into: statement, at: index)
  }
}
extension JSON.Object: Bindable {
  func put(into statement: SQLiteStatement, at index: Int32) throws -> Int32 {
    try JSON.object(self).put(into: statement, at: index)
  }
}
extension Usage: Bindable {
  func put(into statement: SQLiteStatement, at index: Int32) throws -> Int32 {
    try json.put(into: statement, at: index)
  }
}
extension Array: Bindable where Element == UInt8 {
  func put(into statement: SQLiteStatement, at index: Int32) -> Int32 {
    withUnsafeBytes { bytes in
      guard let base = bytes.baseAddress, !bytes.isEmpty else {
        return sqlite3_bind_zeroblob(statement, index, 0)
      }
      return sqlite3_bind_blob64(
        statement, index, base, sqlite3_uint64(bytes.count), transient)
    }
  }
}
extension Identifier {
  func put(into statement: SQLiteStatement, at index: Int32) throws -> Int32 {
    try rawValue.put(into: statement, at: index)
  }
}
extension ThreadID: Bindable {}
extension TurnID: Bindable {}
extension KeyID: Bindable {}
extension ToolID: Bindable {}
extension ApprovalID: Bindable {}
extension Approval.Status: Bindable {}
extension Approval.Scope: Bindable {}
extension WireEnum {
  func put(into statement: SQLiteStatement, at index: Int32) throws -> Int32 {
    try rawValue.put(into: statement, at: index)
  }
}
extension Role: Bindable {}
extension Turn.Status: Bindable {}
extension Scope: Bindable {}
extension OfflineRule: Bindable {}
extension Key.Period: Bindable {}
extension Provider.Shape: Bindable {}

/// Numbers as `json_each` takes them: one statement for all is several times as fast as one for each.
func list(_ numbers: [Int64]) -> String {
  "[" + numbers.map(String.init).joined(separator: ",") + "]"
}

extension Database {
  /// Runs statements that take and give nothing, one after another.
  func runAll(_ sql: String) throws {
    let code = sqlite3_exec(sqliteConnection, sql, nil, nil, nil)
    guard code == SQLITE_OK else {
      throw DatabaseError(resultCode: ResultCode(rawValue: code), message: lastErrorMessage)
    }
  }

  /// A statement, from those that are kept, with its values. GRDB prepares it; the values and the columns are SQLite's own, for
  /// GRDB makes a dictionary of the columns' names of each result, which takes longer than to find the row.
  private func statement(_ sql: String, _ values: [(any Bindable)?]) throws -> Statement {
    let statement = try cachedStatement(sql: sql)
    // Ends what it did before, and leaves all its values NULL.
    statement.setUncheckedArguments(StatementArguments())
    let handle = statement.sqliteStatement
    guard sqlite3_bind_parameter_count(handle) == values.count else {
      throw DatabaseError(
        resultCode: .SQLITE_MISUSE, message: "wrong number of values: \(values.count)", sql: sql)
    }
    for (index, value) in zip(Int32(1)..., values) {
      guard let value else { continue }
      try check(try value.put(into: handle, at: index), sql)
    }
    return statement
  }

  private func check(_ code: Int32, _ sql: String) throws {
    guard code != SQLITE_OK else { return }
    let message = sqlite3_errmsg(sqliteConnection).map { String(cString: $0) }
    throw DatabaseError(resultCode: ResultCode(rawValue: code), message: message, sql: sql)
  }

  /// Executes a statement and returns how many rows it changed.
  @discardableResult
  func run(_ sql: String, _ values: (any Bindable)?...) throws -> Int {
    try statement(sql, values).execute()
    return changesCount
  }

  /// The first row, read column by column.
  func one<T>(
    _ sql: String, _ values: (any Bindable)?..., read: (inout Columns) throws -> T
  ) throws -> T? {
    var found: T?
    try each(sql, of: values) { columns in
      found = try read(&columns)
      return false
    }
    return found
  }

  /// All rows, read column by column.
  func all<T>(
    _ sql: String, _ values: (any Bindable)?..., read: (inout Columns) throws -> T
  ) throws -> [T] {
    try all(sql, of: values, read: read)
  }

  /// The same with the values in an array, for statements that are put together.
  func all<T>(
    _ sql: String, of values: [(any Bindable)?], read: (inout Columns) throws -> T
  ) throws -> [T] {
    var rows: [T] = []
    try each(sql, of: values) { columns in
      rows.append(try read(&columns))
      return true
    }
    return rows
  }

  /// Gives the connection room for what every search in a large file passes through, the inner pages of the trees. With half
  /// as much again as ``Configuration/house`` gives, a search among a million messages reads a tenth fewer pages (846 for 936); with
  /// twice as much a fifth, for a megabyte more on each of the pool's connections.
  func widenCache() throws { _ = try number("PRAGMA cache_size = -3072") }

  /// Row by row, as long as `read` wants another one. It must not use the same statement itself.
  func each(
    _ sql: String, of values: [(any Bindable)?], read: (inout Columns) throws -> Bool
  ) throws {
    let handle = try statement(sql, values).sqliteStatement
    defer { sqlite3_reset(handle) }
    while true {
      let code = sqlite3_step(handle)
      if code == SQLITE_DONE { return }
      guard code == SQLITE_ROW else { return try check(code, sql) }
      var columns = Columns(handle)
      guard try read(&columns) else { return }
    }
  }

  /// The one number that a statement such as `SELECT count(*)` gives; nil for NULL and for no row.
  func number(_ sql: String, _ values: (any Bindable)?...) throws -> Int64? {
    var number: Int64?
    try each(sql, of: values) { columns in
      number = try columns.optionalInt()
      return false
    }
    return number
  }
}
