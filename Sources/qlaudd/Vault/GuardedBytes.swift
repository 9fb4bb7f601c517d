import CSodium

/// Secret bytes in pages of their own (libsodium's guarded heap): not swapped where the system allows, between guard
/// pages, read-only once filled, wiped when the owner lets go.
struct GuardedBytes: ~Copyable, Sendable {
  /// Filled in `init`, freed in `deinit`, read-only between, and owned once: safe to share.
  private nonisolated(unsafe) let base: UnsafeMutableRawPointer
  let count: Int

  /// Takes `count` bytes and lets `fill` write them; where it throws, what it wrote is wiped.
  init(
    count: Int, fill: (UnsafeMutableBufferPointer<UInt8>) throws(VaultError) -> Void
  ) throws(VaultError) {
    // Never zero bytes: the address must be one of ours.
    guard Sodium.isReady, let memory = sodium_malloc(max(count, 1)) else {
      throw .unavailable("memory for secrets")
    }
    do throws(VaultError) {
      try fill(
        UnsafeMutableBufferPointer(
          start: memory.assumingMemoryBound(to: UInt8.self), count: count))
    } catch {
      sodium_free(memory)
      throw error
    }
    // A second line of defence only: where the system refuses, the bytes are as safe as any other.
    sodium_mprotect_readonly(memory)
    base = memory
    self.count = count
  }

  /// A copy of bytes that the caller wipes.
  init(copying bytes: some Collection<UInt8>) throws(VaultError) {
    try self.init(count: bytes.count) { target throws(VaultError) in
      _ = target.update(fromContentsOf: bytes)
    }
  }

  /// New random bytes.
  init(randomCount count: Int) throws(VaultError) {
    try self.init(count: count) { target throws(VaultError) in
      guard let start = target.baseAddress else { throw .unavailable("memory for secrets") }
      randombytes_buf(start, target.count)
    }
  }

  deinit { sodium_free(base) }

  /// Lends the bytes; they must not be kept.
  func withBytes<R: ~Copyable, E: Error>(
    _ body: (UnsafeBufferPointer<UInt8>) throws(E) -> R
  ) throws(E) -> R {
    try body(UnsafeBufferPointer(start: base.assumingMemoryBound(to: UInt8.self), count: count))
  }
}

/// The library's one-time start.
enum Sodium {
  /// False only where the system has no random numbers.
  static let isReady = sodium_init() >= 0
}

/// Lends any bytes as one piece; where they are not in one, as a guarded copy.
func withContiguous<R>(
  _ bytes: some Collection<UInt8>,
  _ body: (UnsafeBufferPointer<UInt8>) throws(VaultError) -> R
) throws(VaultError) -> R {
  let direct = bytes.withContiguousStorageIfAvailable { buffer -> Result<R, VaultError> in
    do throws(VaultError) { return .success(try body(buffer)) } catch { return .failure(error) }
  }
  if let direct { return try direct.get() }
  return try GuardedBytes(copying: bytes).withBytes(body)
}
