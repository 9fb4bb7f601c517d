import Foundation
import Testing

@testable import Vault

@Suite struct KeyFileTests {
  /// A folder that is gone when the test is over.
  final class Folder {
    let path: String
    init() throws {
      path = NSTemporaryDirectory() + "qlaud-key-" + UUID().uuidString
      try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: false)
    }
    deinit {
      do { try FileManager.default.removeItem(atPath: path) } catch {
        print("left behind: \(path)")
      }
    }
    var key: String { path + "/key" }
    func write(_ count: Int, mode: Int) {
      let isMade = FileManager.default.createFile(
        atPath: key, contents: Data(repeating: 7, count: count),
        attributes: [.posixPermissions: mode])
      #expect(isMade)
    }
  }

  static func problem(_ path: String) -> String? {
    do throws(VaultError) {
      _ = try KeyFile.read(at: path)
      return nil
    } catch {
      guard case .keyFile(path, let problem) = error else { return "\(error)" }
      return problem
    }
  }

  @Test func `a new key file has 32 bytes, mode 0600, and opens the vault again`() throws {
    let folder = try Folder()
    let (vault, header) = try LocalVault.create(master: try KeyFile.create(at: folder.key))
    let sealed = try vault.seal([1, 2], as: LocalVaultTests.place)
    let attributes = try FileManager.default.attributesOfItem(atPath: folder.key)
    #expect(attributes[.posixPermissions] as? Int == 0o600 && attributes[.size] as? Int == 32)
    let later = try LocalVault(header: header)
    #expect(later.masterKind == .keyfile)
    try later.unlock(try #require(try KeyFile.read(at: folder.key)))
    #expect(LocalVaultTests.opened(try later.open(sealed, as: LocalVaultTests.place)) == [1, 2])
  }

  @Test func `two key files differ`() throws {
    let folder = try Folder()
    _ = try KeyFile.create(at: folder.key)
    _ = try KeyFile.create(at: folder.key + "2")
    let files = FileManager.default
    #expect(files.contents(atPath: folder.key) != files.contents(atPath: folder.key + "2"))
  }

  @Test func `what exists is never written over`() throws {
    let folder = try Folder()
    folder.write(32, mode: 0o600)
    #expect(throws: VaultError.keyFile(path: folder.key, problem: "cannot be made: File exists")) {
      try KeyFile.create(at: folder.key)
    }
    #expect(FileManager.default.contents(atPath: folder.key) == Data(repeating: 7, count: 32))
  }

  @Test func `a dangling link is not followed when the file is made`() throws {
    let folder = try Folder()
    let target = folder.path + "/elsewhere"
    try FileManager.default.createSymbolicLink(atPath: folder.key, withDestinationPath: target)
    #expect(throws: VaultError.self) { try KeyFile.create(at: folder.key) }
    #expect(!FileManager.default.fileExists(atPath: target))
  }

  @Test func `no file is no error, no folder is one when the file is made`() throws {
    let folder = try Folder()
    #expect(try KeyFile.read(at: folder.key) == nil)
    #expect(try KeyFile.read(at: folder.path + "/none/key") == nil)
    #expect(throws: VaultError.self) { try KeyFile.create(at: folder.path + "/none/key") }
  }

  @Test(arguments: [0o640, 0o604, 0o660, 0o606, 0o644, 0o666, 0o777, 0o620, 0o601])
  func `a file that others may touch is refused`(mode: Int) throws {
    let folder = try Folder()
    folder.write(32, mode: mode)
    let shown = "has mode 0\(String(mode, radix: 8)), must be 0600: chmod 600 it"
    #expect(Self.problem(folder.key) == shown)
  }

  @Test(arguments: [0o600, 0o400, 0o700])
  func `a file that its owner alone may read is taken`(mode: Int) throws {
    let folder = try Folder()
    folder.write(32, mode: mode)
    #expect(Self.problem(folder.key) == nil)
  }

  @Test(arguments: [0, 31, 33, 4096])
  func `a file of another size is refused`(count: Int) throws {
    let folder = try Folder()
    folder.write(count, mode: 0o600)
    #expect(Self.problem(folder.key) == "has \(count) bytes, must have 32")
  }

  @Test func `a file of another user is refused`() throws {
    guard geteuid() == 0 else {
      print("skipped: only root can give a file away")
      return
    }
    let folder = try Folder()
    folder.write(32, mode: 0o600)
    #expect(chown(folder.key, 1, 1) == 0)
    #expect(Self.problem(folder.key) == "belongs to user 1, must belong to 0")
  }

  @Test(.timeLimit(.minutes(1)))
  func `a link, a folder and a pipe are refused at once`() throws {
    let folder = try Folder()
    let real = folder.path + "/real"
    _ = try KeyFile.create(at: real)
    try FileManager.default.createSymbolicLink(atPath: folder.key, withDestinationPath: real)
    #expect(Self.problem(folder.key) == "is a symbolic link")
    #expect(Self.problem(folder.path) == "is no regular file")
    #expect(mkfifo(folder.path + "/pipe", 0o600) == 0)
    #expect(Self.problem(folder.path + "/pipe") == "is no regular file")
  }
}
