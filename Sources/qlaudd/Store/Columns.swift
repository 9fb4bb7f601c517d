import Domain
import FoundationEssentials
import GRDB
import Wire

/// Reads a row's columns one after another, in the order in which the statement names them.
struct Columns {
  private let row: Row
  private var index = 0

  init(_ row: Row) { self.row = row }

  private mutating func next() -> Int {
    defer { index += 1 }
    return index
  }
  private mutating func required<T>(_ value: T?) throws -> T {
    guard let value else { throw StorageError.damaged("a NULL where a value must be") }
    return value
  }

  mutating func optionalText() -> String? { row[next()] }
  mutating func text() throws -> String { try required(optionalText()) }
  mutating func optionalInt() throws -> Int64? { row[next()] }
  mutating func int() throws -> Int64 { try required(optionalInt()) }
  mutating func count() throws -> Int { Int(clamping: try int()) }
  mutating func double() throws -> Double { try required(row[next()]) }
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
    try row.withUnsafeData(atIndex: next()) { $0.map { [UInt8]($0) } }
  }
  mutating func bytes() throws -> [UInt8] { try required(optionalBytes()) }
  /// What a function makes of bytes where they lie.
  mutating func withOptionalBytes<T>(_ body: (UnsafeRawBufferPointer) -> T) throws -> T? {
    try row.withUnsafeData(atIndex: next()) { $0.map { $0.withUnsafeBytes(body) } }
  }
  /// The number in the first column, without going on.
  func first() throws -> Int64 {
    var columns = Columns(row)
    return try columns.int()
  }

  mutating func optionalJSON() throws -> JSON? {
    guard let bytes = try optionalBytes() else { return nil }
    do throws(JSONError) { return try JSON(parsing: bytes) } catch {
      throw StorageError.damaged("broken JSON (\(error))")
    }
  }
  mutating func json() throws -> JSON { try required(optionalJSON()) }
  mutating func object() throws -> JSON.Object { try required(json().object) }
}
