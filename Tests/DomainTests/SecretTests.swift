import Testing

@testable import Domain

@Suite struct SecretTests {
  static let word = "hunter2-é"
  struct Holder: Sendable {
    let name: String
    let secret: Secret
  }

  @Test func `a secret prints as stars in every way there is`() {
    let secret = Secret(Array(Self.word.utf8))
    let holder = Holder(name: "n", secret: secret)
    var dumped = ""
    dump(secret, to: &dumped)
    dump(holder, to: &dumped)
    dump([secret], to: &dumped)
    dump(["k": secret], to: &dumped)
    var printed = ""
    print(secret, holder, [secret], Optional(secret) as Any, to: &printed)
    debugPrint(secret, holder, [secret], to: &printed)
    let texts = [
      secret.description, secret.debugDescription, "\(secret)", "\(holder)", "\([secret])",
      String(describing: secret), String(reflecting: secret), String(reflecting: holder), dumped,
      printed,
    ]
    for text in texts {
      #expect(text.contains("***"))
      #expect(!text.contains("hunter") && !text.contains("104"))
    }
    #expect(Mirror(reflecting: secret).children.isEmpty)
  }

  @Test(arguments: ["", "a", "hunter2-é", "line\nline", "\u{0}"])
  func `a secret lends what it was given`(text: String) {
    let secret = Secret(Array(text.utf8))
    #expect(secret.withText { $0 } == text)
    #expect(secret.count == text.utf8.count)
  }

  @Test func `a secret is a copy of its own`() {
    var bytes = Array("abc".utf8)
    let secret = Secret(bytes)
    bytes[0] = 0
    #expect(secret.withText { $0 } == "abc")
  }
}
