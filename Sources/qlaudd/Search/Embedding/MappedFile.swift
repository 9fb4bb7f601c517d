#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

/// A file's bytes, mapped: read from the disk where they are used, shared between processes, given back under pressure.
struct MappedFile: ~Copyable, Sendable {
  /// Mapped in `init`, unmapped in `deinit`, only read between, owned once: safe to share.
  private nonisolated(unsafe) let base: UnsafeMutableRawPointer
  let count: Int

  /// Maps a whole file. It must not be cut short while it is mapped, so it is replaced by renaming only.
  init(_ path: String) throws(EmbedderError) {
    let file = open(path, O_RDONLY | O_CLOEXEC)
    guard file >= 0 else { throw .unreadable(path: path, errno: errno) }
    defer { close(file) }
    var status = stat()
    guard fstat(file, &status) == 0 else { throw .unreadable(path: path, errno: errno) }
    guard status.st_size > 0 else { throw .malformed(path: path, what: "it is empty") }
    let size = Int(status.st_size)
    guard let address = mmap(nil, size, PROT_READ, MAP_PRIVATE, file, 0), address != MAP_FAILED
    else { throw .unreadable(path: path, errno: errno) }
    base = address
    count = size
  }

  deinit { munmap(base, count) }

  /// Lends the bytes; they must not be kept.
  func withBytes<R, E: Error>(_ body: (UnsafeRawBufferPointer) throws(E) -> R) throws(E) -> R {
    try body(UnsafeRawBufferPointer(start: base, count: count))
  }
}
