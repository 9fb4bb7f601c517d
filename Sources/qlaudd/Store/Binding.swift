import Domain
import FoundationEssentials
import GRDB
import Wire

/// A value that may stand for a `?` in a statement.
protocol Bindable { func bound() throws -> DatabaseValue }

extension Int64: Bindable { func bound() -> DatabaseValue { databaseValue } }
extension Int: Bindable { func bound() -> DatabaseValue { databaseValue } }
extension Bool: Bindable { func bound() -> DatabaseValue { databaseValue } }
extension String: Bindable {
  /// SQLite takes text by its terminating NUL, so one inside would cut a value short without a word, and
  /// `"a\0b"` would be found as `a`.
  func bound() throws -> DatabaseValue {
    if utf8.contains(0) {
      throw QlaudError(.invalidParams, "text with the character U+0000 cannot be stored")
    }
    return databaseValue
  }
}
/// JSON text has no NUL: the writer escapes it.
extension JSON: Bindable { func bound() -> DatabaseValue { text.databaseValue } }
extension JSON.Object: Bindable { func bound() -> DatabaseValue { JSON.object(self).bound() } }
extension Usage: Bindable { func bound() -> DatabaseValue { json.bound() } }
extension Array: Bindable where Element == UInt8 {
  func bound() -> DatabaseValue { Data(self).databaseValue }
}
extension Identifier { func bound() throws -> DatabaseValue { try rawValue.bound() } }
extension ThreadID: Bindable {}
extension TurnID: Bindable {}
extension KeyID: Bindable {}
extension ToolID: Bindable {}
extension ApprovalID: Bindable {}
extension Approval.Status: Bindable {}
extension Approval.Scope: Bindable {}
extension WireEnum { func bound() -> DatabaseValue { rawValue.databaseValue } }
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
  /// The values as GRDB takes them.
  static func arguments(_ values: [(any Bindable)?]) throws -> StatementArguments {
    StatementArguments(try values.map { try $0?.bound() ?? .null })
  }

  /// Executes a statement and returns how many rows it changed.
  @discardableResult
  func run(_ sql: String, _ values: (any Bindable)?...) throws -> Int {
    try cachedStatement(sql: sql).execute(arguments: Self.arguments(values))
    return changesCount
  }

  /// The first row, read column by column.
  func one<T>(
    _ sql: String, _ values: (any Bindable)?..., read: (inout Columns) throws -> T
  ) throws -> T? {
    let cursor = try Row.fetchCursor(
      cachedStatement(sql: sql), arguments: Self.arguments(values))
    guard let row = try cursor.next() else { return nil }
    var columns = Columns(row)
    return try read(&columns)
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
    let cursor = try Row.fetchCursor(
      cachedStatement(sql: sql), arguments: Self.arguments(values))
    var rows: [T] = []
    while let row = try cursor.next() {
      var columns = Columns(row)
      rows.append(try read(&columns))
    }
    return rows
  }

  /// Gives the connection room for what every search in a large file passes through, the inner pages of the trees. With twice
  /// the cache of ``Configuration/house`` a search among a million messages reads a sixth fewer pages.
  func widenCache() throws { _ = try number("PRAGMA cache_size = -4096") }

  /// The one number that a statement such as `SELECT count(*)` gives; nil for NULL and for no row.
  func number(_ sql: String, _ values: (any Bindable)?...) throws -> Int64? {
    let cursor = try Row.fetchCursor(
      cachedStatement(sql: sql), arguments: Self.arguments(values))
    guard let row = try cursor.next() else { return nil }
    var columns = Columns(row)
    return try columns.optionalInt()
  }
}
