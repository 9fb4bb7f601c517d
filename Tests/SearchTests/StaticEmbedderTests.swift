import Testing

@testable import Search

#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

/// Where the weights may be: `QLAUD_MODELS`, else where contrib/quickstart puts them.
enum InstalledModel {
  static let folder: String? = {
    var folders: [String] = []
    if let named = getenv("QLAUD_MODELS") { folders.append(String(cString: named)) }
    if let data = getenv("XDG_DATA_HOME") {
      folders.append("\(String(cString: data))/qlaud/models")
    }
    if let home = getenv("HOME") {
      folders.append("\(String(cString: home))/.local/share/qlaud/models")
    }
    return folders.first { access("\($0)/\(StaticEmbedder.weightsName)", R_OK) == 0 }
  }()
}

@Suite struct StaticEmbedderTests {
  @Test func `a folder without the files says which is missing`() {
    #expect(
      throws: EmbedderError.unreadable(
        path: "/nowhere/\(StaticEmbedder.weightsName)", errno: ENOENT)
    ) {
      _ = try StaticEmbedder(folder: "/nowhere")
    }
  }

  @Test(
    .enabled(
      if: InstalledModel.folder != nil,
      "the model's weights are not there: set QLAUD_MODELS or run contrib/quickstart"))
  func `an empty text has no vector and others have length 1`() throws {
    let model = try StaticEmbedder(folder: try #require(InstalledModel.folder))
    #expect(model.vector(of: "") == nil)
    for text in ["a", " ", "\n", "héllo wörld", "日本語のテキスト", "👩‍👩‍👧", "<s>", "x</s>y"] {
      let vector = try #require(model.vector(of: text))
      let length = vector.reduce(0) { $0 + $1 * $1 }
      #expect(abs(length - 1) < 1e-4, "\(text)")
    }
  }
}
