import Domain
import GRDB
import GRDBSQLite
import Wire

/// Reads the columns of a statement's row one after another, in the order in which the statement names them.
struct Columns {
  private let statement: SQLiteStatement
  private var index: Int32 = 0

  /// The row at which the statement stands.
  init(_ statement: SQLiteStatement) { self.statement = statement }

  /// The next column; nil where it is NULL.
  private mutating func next() -> Int32? {
    defer { index += 1 }
    return sqlite3_column_type(statement, index) == SQLITE_NULL ? nil : index
  }
  private mutating func required<T>(_ value: T?) throws -> T {
    guard let value else { throw StorageError.damaged("a NULL where a value must be") }
    return value
  }

  mutating func optionalText() -> String? {
    next().map { column in
      String(decoding: Self.bytes(statement, column), as: UTF8.self)
    }
  }
  mutating func text() throws -> String { try required(optionalText()) }
  mutating func optionalInt() throws -> Int64? {
    next().map { sqlite3_column_int64(statement, $0) }
  }
  mutating func int() throws -> Int64 { try required(optionalInt()) }
  mutating func count() throws -> Int { Int(clamping: try int()) }
  mutating func double() throws -> Double {
    try required(next().map { sqlite3_column_double(statement, $0) })
  }
  /// Two columns: `place` and `item`.
  mutating func place() throws -> CallPlace { CallPlace(try count(), item: try count()) }
  mutating func bool() throws -> Bool { try int() != 0 }

  mutating func optionalID<ID: Identifier>() -> ID? { optionalText().map(ID.init(rawValue:)) }
  mutating func id<ID: Identifier>() throws -> ID { ID(rawValue: try text()) }

  mutating func choice<Value: WireEnum>() throws -> Value {
    let text = try text()
    guard let value = Value(rawValue: text) else {
      throw StorageError.damaged("the unknown \(Value.self) \"\(text)\"")
    }
    return value
  }

  /// Nil where there is no value.
  mutating func optionalChoice<Value: WireEnum>() throws -> Value? {
    guard let text = optionalText() else { return nil }
    return try required(Value(rawValue: text))
  }
  mutating func optionalBytes() throws -> [UInt8]? {
    next().map { [UInt8](Self.bytes(statement, $0)) }
  }
  mutating func bytes() throws -> [UInt8] { try required(optionalBytes()) }
  /// What a function makes of bytes where they lie.
  mutating func withOptionalBytes<T>(_ body: (UnsafeRawBufferPointer) -> T) -> T? {
    next().map { body(Self.bytes(statement, $0)) }
  }
  /// The number in the first column, without going on.
  func first() throws -> Int64 {
    var columns = Columns(statement)
    return try columns.int()
  }

  mutating func optionalJSON() throws -> JSON? {
    guard let bytes = try optionalBytes() else { return nil }
    do throws(JSONError) { return try JSON(parsingOurs: bytes) } catch {
      throw StorageError.damaged("broken JSON (\(error))")
    }
  }
  mutating func json() throws -> JSON { try required(optionalJSON()) }
  mutating func object() throws -> JSON.Object { try required(json().object) }

  /// The bytes of a blob, or of text, where they lie until the statement goes on.
  private static func bytes(_ statement: SQLiteStatement, _ column: Int32) -> UnsafeRawBufferPointer
  {
    // In this order: the first may change what the value is, and with it its length.
    let start = sqlite3_column_blob(statement, column)
    return UnsafeRawBufferPointer(start: start, count: Int(sqlite3_column_bytes(statement, column)))
  }
}
