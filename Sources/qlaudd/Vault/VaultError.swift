/// Why the vault refused. No message holds a key, a passphrase or a value.
package enum VaultError: Error, Equatable, CustomStringConvertible {
  /// The data key is not in memory; ``LocalVault/unlock(_:)`` brings it there.
  case locked
  /// The master key does not open this vault.
  case wrongKey
  /// The vault wants a master key of another kind.
  case wrongKind(expected: MasterKind, given: MasterKind)
  /// The header is of a later version of this program.
  case unsupportedVersion(UInt8)
  /// The header is damaged.
  case badHeader(String)
  /// A sealed value that was altered, or that was sealed under another kind, name, row or data key.
  case notAuthentic
  /// A value, a passphrase or a credential outside its limits.
  case invalid(String, String)
  /// The key file cannot be made or may not be trusted.
  case keyFile(path: String, problem: String)
  /// The system gave no memory or no random numbers.
  case unavailable(String)

  package var description: String {
    switch self {
    case .locked: "the vault is locked"
    case .wrongKey: "the master key does not open this vault"
    case .wrongKind(let expected, let given):
      "the vault is locked by a \(expected.rawValue), not by a \(given.rawValue)"
    case .unsupportedVersion(let version):
      "the vault's header has version \(version), this program knows version \(Header.version)"
    case .badHeader(let problem): "the vault's header is damaged: \(problem)"
    case .notAuthentic: "the sealed value was altered or belongs elsewhere"
    case .invalid(let field, let problem): "\(field): \(problem)"
    case .keyFile(let path, let problem): "key file \(path): \(problem)"
    case .unavailable(let what): "the system gave no \(what)"
    }
  }
}
