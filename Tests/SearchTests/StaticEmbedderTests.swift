import Testing
import Wire

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

  @Test(.enabled(if: InstalledModel.folder != nil, models))
  func `an empty text has no vector and others have length 1`() throws {
    let model = try StaticEmbedder(folder: try #require(InstalledModel.folder))
    #expect(model.vector(of: "") == nil)
    for text in ["a", " ", "\n", "héllo wörld", "日本語のテキスト", "👩‍👩‍👧", "<s>", "x</s>y"] {
      let vector = try #require(model.vector(of: text))
      let length = vector.reduce(0) { $0 + $1 * $1 }
      #expect(abs(length - 1) < 1e-4, "\(text)")
    }
  }

  static let models: Comment =
    "the model's weights are not there: set QLAUD_MODELS or run contrib/search-model"

  @Test(.enabled(if: InstalledModel.folder != nil, models))
  func `vectors equal the reference's within a thousandth`() throws {
    let model = try StaticEmbedder(folder: try #require(InstalledModel.folder))
    for row in ReferenceVectors.rows {
      let vector = try #require(model.vector(of: row.text))
      let numbers = stride(from: 0, to: 256, by: 32).map { vector[$0] }
      #expect(zip(numbers, row.numbers).allSatisfy { abs($0 - $1) < 1e-3 }, "\(row.text)")
    }
  }

  static let table = getenv("QLAUD_REFERENCE_VECTORS").map { String(cString: $0) }

  @Test(
    .enabled(
      if: InstalledModel.folder != nil && table != nil,
      "the whole comparison is run by contrib/bench/search-reference"))
  func `vectors equal those of a table that the reference has just made`() throws {
    let model = try StaticEmbedder(folder: try #require(InstalledModel.folder))
    let file = try MappedFile(try #require(Self.table))
    let lines = file.withBytes { bytes in
      bytes.split(separator: UInt8(ascii: "\n")).map { [UInt8]($0) }
    }
    #expect(!lines.isEmpty)
    var greatest: Float = 0
    for line in lines {
      let row = try JSON(parsing: line)
      let text = try #require(row["text"]?.string)
      let expected = try #require(row["vector"]?.array).compactMap(\.double).map(Float.init)
      let vector = try #require(model.vector(of: text))
      try #require(expected.count == vector.count)
      for (found, number) in zip(vector, expected) { greatest = max(greatest, abs(found - number)) }
    }
    print("\(lines.count) texts, greatest difference \(greatest)")
    #expect(greatest < 1e-3)
  }

  @Test(.enabled(if: InstalledModel.folder != nil, models))
  func `a query's vector is the sum of its words with their weights`() throws {
    let model = try StaticEmbedder(folder: try #require(InstalledModel.folder))
    let one = try #require(model.vector(of: "sunrise"))
    let same = try #require(model.vector(ofQuery: [("sunrise", 2), ("Caroline", 0)]))
    #expect(zip(one, same).allSatisfy { abs($0 - $1) < 1e-5 })
    #expect(model.vector(ofQuery: [("Caroline", 0)]) == nil)
    #expect(model.vector(ofQuery: []) == nil)
  }

  @Test(.enabled(if: InstalledModel.folder != nil, models))
  func `a long stretch without a space is merged as the short way merges it`() throws {
    let folder = try #require(InstalledModel.folder)
    let tokenizer = try Tokenizer("\(folder)/\(StaticEmbedder.tokenizerName)")
    // The same letters, with and without the heap: 47 symbols and the mark of the beginning are still merged in place.
    let short = String(repeating: "undercoverpolice", count: 2)
    let long = String(repeating: "undercoverpolice", count: 20)
    let first = tokenizer.tokens(of: short)
    #expect(tokenizer.tokens(of: long).prefix(first.count - 2) == first.dropLast(2))
  }
}
