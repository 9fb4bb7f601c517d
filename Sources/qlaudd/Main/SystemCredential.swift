import Glibc
import Vault

/// The systemd credential `qlaud-key` (systemd.exec(5), LoadCredential): 32 bytes.
enum SystemCredential {
  static let name = "qlaud-key"

  /// The master key that systemd handed over; nil where there is none.
  /// - Throws: ``VaultError`` for a credential of the wrong size.
  static func masterKey(_ environment: [String: String]) throws -> MasterKey? {
    guard let folder = environment["CREDENTIALS_DIRECTORY"] else { return nil }
    guard let file = fopen("\(folder)/\(name)", "rb") else { return nil }
    defer { fclose(file) }
    var bytes = [UInt8](repeating: 0, count: 33)
    let count = fread(&bytes, 1, bytes.count, file)
    defer { explicit_bzero(&bytes, bytes.count) }
    return try MasterKey.credential(bytes[..<count])
  }
}
