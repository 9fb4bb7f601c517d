import Domain
import GRDB
import GRDBSQLite

/// Overwrites what the pages of the file hold beside their rows.
///
/// It writes through SQLite's own descriptor, since opening and closing another one would drop SQLite's locks, and only
/// bytes that belong to nothing, so a crash in the midst of it harms nothing.
enum FileScrub {
  private static let chunk = 4 << 20

  /// Scrubs the whole file. The caller holds the writer, no reader has a snapshot, and the write-ahead log is empty.
  static func run(_ db: Database) throws {
    guard let handle = db.sqliteConnection else { return }
    var pointer: UnsafeMutablePointer<sqlite3_file>?
    try check(sqlite3_file_control(handle, "main", SQLITE_FCNTL_FILE_POINTER, &pointer), "found")
    guard let file = pointer, let methods = file.pointee.pMethods else {
      throw StorageError.unavailable("the database file cannot be found through SQLite")
    }
    let pageSize = Int(try db.number("PRAGMA page_size") ?? 4096)
    try scrub(file, methods.pointee, pageSize: pageSize)
    // What the writer has cached would bring the old bytes back with the next change of such a page.
    sqlite3_db_release_memory(handle)
  }

  private static func scrub(
    _ file: UnsafeMutablePointer<sqlite3_file>, _ io: sqlite3_io_methods, pageSize: Int
  ) throws {
    guard let read = io.xRead, let write = io.xWrite, let sync = io.xSync, let size = io.xFileSize
    else { throw StorageError.unavailable("the database file cannot be scrubbed") }
    var end: Int64 = 0
    try check(size(file, &end), "measured")
    let zeros = [UInt8](repeating: 0, count: pageSize)
    let buffer = UnsafeMutableRawBufferPointer.allocate(
      byteCount: max(pageSize, chunk / pageSize * pageSize), alignment: 8)
    defer { buffer.deallocate() }
    var offset: Int64 = 0
    var isDirty = false
    while offset < end {
      let count = Int(min(Int64(buffer.count), end - offset))
      try check(read(file, buffer.baseAddress, Int32(count), offset), "read")
      for start in stride(from: 0, to: count - pageSize + 1, by: pageSize) {
        let page = UnsafeRawBufferPointer(rebasing: buffer[start..<start + pageSize])
        let isFirst = offset == 0 && start == 0
        for hole in PageHoles.ranges(in: page, isFirst: isFirst)
        where page[hole].contains(where: { $0 != 0 }) {
          let place = offset + Int64(start + hole.lowerBound)
          try check(write(file, zeros, Int32(hole.count), place), "written")
          isDirty = true
        }
      }
      offset += Int64(count)
    }
    if isDirty { try check(sync(file, SQLITE_SYNC_FULL), "synced") }
  }

  private static func check(_ code: Int32, _ verb: String) throws {
    guard code != SQLITE_OK else { return }
    throw DatabaseError(
      resultCode: ResultCode(rawValue: code), message: "the file could not be \(verb)")
  }
}
