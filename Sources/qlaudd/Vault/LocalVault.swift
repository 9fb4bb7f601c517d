import Synchronization

/// What a sealed value belongs to. A value opens only under the very same three, so a row that is copied over another
/// does not open there.
package struct SealContext: Sendable, Equatable {
  /// The kind of thing: `secret`, `connection` …
  package let kind: String
  package let name: String
  package let rowID: String
  /// The place of one value.
  package init(kind: String, name: String, rowID: String) {
    self.kind = kind
    self.name = name
    self.rowID = rowID
  }

  /// Each part behind its length, so that no two places have the same bytes.
  var associated: [UInt8] {
    var out = Array("qlaud seal 1".utf8)
    for part in [kind, name, rowID] {
      let count = UInt64(part.utf8.count)
      out += (0..<8).map { UInt8(truncatingIfNeeded: count >> (8 * UInt64($0))) }
      out += part.utf8
    }
    return out
  }
}

/// An opened value, in guarded memory that is wiped when the last holder lets go. It prints as `***`.
package final class OpenedBytes: Sendable, CustomStringConvertible, CustomReflectable {
  private let storage: GuardedBytes
  init(_ storage: consuming GuardedBytes) { self.storage = storage }

  package var count: Int { storage.count }
  /// Lends the bytes; they must not be kept.
  package func withBytes<R>(_ body: (UnsafeBufferPointer<UInt8>) throws -> R) rethrows -> R {
    try storage.withBytes(body)
  }
  package var description: String { "***" }
  package var customMirror: Mirror { Mirror(self, children: []) }
}

/// Seals and opens values under one random data key, which the master key wraps: PROTOCOL section 8.
///
/// The data key is in memory while the vault is unlocked, in guarded pages, and wiped by ``lock()``. All methods may be
/// called from any thread; Argon2id (about 0.1 s, 64 MiB) runs in the caller's, outside the lock.
package final class LocalVault: Sendable {
  /// Bytes of one value.
  package static let valueBytes = 1 << 20
  /// The first byte of a sealed value.
  static let sealVersion: UInt8 = 1

  private struct State: ~Copyable {
    var header: Header
    /// What ``rekey(to:)`` gave out and nobody has stored yet, as far as is known here.
    var offered: Header?
    var dataKey: GuardedBytes?
  }
  private let state: Mutex<State>

  private init(header: Header, dataKey: consuming GuardedBytes?) {
    state = Mutex(State(header: header, offered: nil, dataKey: dataKey))
  }

  /// A new vault with a new data key, unlocked. The header must be stored before anything is sealed: without it no value
  /// opens ever again.
  package static func create(
    master: MasterKey
  ) throws(VaultError) -> (vault: LocalVault, header: [UInt8]) {
    let dataKey = try GuardedBytes(randomCount: Header.keyBytes)
    let header = try Header(wrapping: dataKey, by: master)
    return (LocalVault(header: header, dataKey: dataKey), header.bytes)
  }

  /// A vault from its stored header, locked.
  /// - Throws: ``VaultError/unsupportedVersion(_:)``, ``VaultError/badHeader(_:)``.
  package convenience init(header bytes: [UInt8]) throws(VaultError) {
    self.init(header: try Header(bytes), dataKey: nil)
  }

  /// Whether the data key is away.
  package var isLocked: Bool { state.withLock { $0.dataKey == nil } }
  /// The kind of master key that opens the vault.
  package var masterKind: MasterKind { state.withLock { $0.header.kind } }

  /// Brings the data key into memory. On an unlocked vault it only checks the master key.
  /// - Throws: ``VaultError/wrongKey``, ``VaultError/wrongKind(expected:given:)``.
  package func unlock(_ master: MasterKey) throws(VaultError) {
    let header = state.withLock { $0.header }
    let dataKey = try header.unwrap(by: master)
    try state.withLock { state throws(VaultError) in
      guard state.dataKey == nil else { return }
      state.dataKey = try dataKey.withBytes { key throws(VaultError) in
        try GuardedBytes(copying: key)
      }
    }
  }

  /// Wipes the data key. Values already opened stay with their holders.
  package func lock() { state.withLock { $0.dataKey = nil } }

  /// Seals a value of at most ``valueBytes`` for one place: a version byte, a nonce, the ciphertext with its tag.
  /// - Throws: ``VaultError/locked``, ``VaultError/invalid(_:_:)``.
  package func seal(
    _ bytes: some Collection<UInt8>, as context: SealContext
  ) throws(VaultError) -> [UInt8] {
    guard bytes.count <= LocalVault.valueBytes else {
      throw .invalid("value", "must have at most \(LocalVault.valueBytes) bytes")
    }
    let nonce = Digest.randomBytes(Header.nonceBytes)
    let sealed = try withContiguous(bytes) { plain throws(VaultError) in
      try withDataKey { key throws(VaultError) in
        try AEAD.encrypt(plain, key: key, nonce: nonce, associated: context.associated)
      }
    }
    return [LocalVault.sealVersion] + nonce + sealed
  }

  /// Opens a value that was sealed for the same place.
  /// - Throws: ``VaultError/locked``, ``VaultError/notAuthentic``.
  package func open(_ sealed: [UInt8], as context: SealContext) throws(VaultError) -> OpenedBytes {
    let start = 1 + Header.nonceBytes
    let size = sealed.count - start - Header.tagBytes
    guard sealed.first == LocalVault.sealVersion, (0...LocalVault.valueBytes).contains(size) else {
      throw isLocked ? .locked : .notAuthentic
    }
    return OpenedBytes(
      try GuardedBytes(count: size) { target throws(VaultError) in
        try withDataKey { key throws(VaultError) in
          try AEAD.decrypt(
            sealed[start...], into: target, key: key, nonce: Array(sealed[1..<start]),
            associated: context.associated)
        }
      })
  }

  /// Wraps the data key anew and returns the new header. Sealed values stay as they are. Until the caller has stored the
  /// header and called ``adopt(_:)``, the old one and the old master key stay in force.
  /// - Throws: ``VaultError/locked``.
  package func rekey(to master: MasterKey) throws(VaultError) -> [UInt8] {
    let dataKey = try GuardedBytes(count: Header.keyBytes) { target throws(VaultError) in
      try withDataKey { key throws(VaultError) in _ = target.update(fromContentsOf: key) }
    }
    let header = try Header(wrapping: dataKey, by: master)
    state.withLock { $0.offered = header }
    return header.bytes
  }

  /// Puts the header of the last ``rekey(to:)`` in force, after it was stored.
  /// - Throws: ``VaultError/badHeader(_:)`` where it is another one.
  package func adopt(_ bytes: [UInt8]) throws(VaultError) {
    try state.withLock { state throws(VaultError) in
      guard let offered = state.offered, offered.bytes == bytes else {
        throw .badHeader("it is not the one of the last rekey")
      }
      state.header = offered
      state.offered = nil
    }
  }

  /// Lends the data key under the lock.
  private func withDataKey<R: Sendable>(
    _ body: (UnsafeBufferPointer<UInt8>) throws(VaultError) -> R
  ) throws(VaultError) -> R {
    try state.withLock { state throws(VaultError) in
      switch state.dataKey {
      case .none: throw .locked
      case .some(let key): return try key.withBytes(body)
      }
    }
  }
}
