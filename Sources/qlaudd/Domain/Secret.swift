#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

/// An opened secret on its way to an upstream or a tool. It prints as `***`, compares with nothing, and its bytes are
/// wiped when the last holder lets go. What a library copies out of `withText` is beyond that promise.
package final class Secret: Sendable, CustomStringConvertible, CustomDebugStringConvertible,
  CustomReflectable
{
  /// Written in `init`, zeroed in `deinit`, read-only between: safe to share.
  private nonisolated(unsafe) let storage: UnsafeMutableRawBufferPointer

  /// Takes a copy of the bytes; the caller wipes its own.
  package init(_ bytes: some Collection<UInt8>) {
    storage = .allocate(byteCount: max(bytes.count, 1), alignment: 1)
    count = bytes.count
    storage.copyBytes(from: bytes)
  }

  deinit {
    if let base = storage.baseAddress {
      #if canImport(Glibc)
        explicit_bzero(base, storage.count)
      #else
        memset_s(base, storage.count, 0, storage.count)
      #endif
    }
    storage.deallocate()
  }

  /// Bytes of the value.
  package let count: Int

  /// Lends the value as text (UTF-8; anything else is repaired).
  package func withText<R>(_ body: (String) throws -> R) rethrows -> R {
    try body(String(decoding: storage[..<count], as: UTF8.self))
  }

  package var description: String { "***" }
  package var debugDescription: String { "***" }
  package var customMirror: Mirror { Mirror(self, children: []) }
}
