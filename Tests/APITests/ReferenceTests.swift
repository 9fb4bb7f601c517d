import Foundation
import Testing

@testable import API

@Suite struct ReferenceTests {
  /// To renew it: `QLAUD_WRITE_REFERENCE=1 swift test --filter ReferenceTests`.
  @Test func `the committed reference says what the declarations say`() throws {
    let file = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
      .deletingLastPathComponent().appending(path: "contrib/reference.md")
    let text = Reference.markdown(.all)
    if ProcessInfo.processInfo.environment["QLAUD_WRITE_REFERENCE"] != nil {
      try Data(text.utf8).write(to: file)
    }
    #expect(try String(contentsOf: file, encoding: .utf8) == text)
  }
}
