import CVector

/// The built-in model, WordLlama's `l2_supercat` with 256 dimensions: a table of one vector a token, of which a text's
/// vector is the mean. No processor time to speak of and no network; see ``TokenTable`` and ``Tokenizer`` for its files.
///
/// Safe to use from any thread; what it holds is only read. Loading takes some 20 ms, so it is not done on the way to
/// listening.
package final class StaticEmbedder: Sendable {
  /// The name its vectors are stored under.
  package static let model = "wordllama-l2-supercat-256"
  /// Numbers of a vector.
  package static let dimension = 256
  /// The names of the two files in a folder of models, as `contrib/quickstart` puts them there.
  package static let weightsName = "l2_supercat_256.safetensors"
  /// The tokenizer's file beside the weights.
  package static let tokenizerName = "l2_supercat_tokenizer_config.json"

  private let table: TokenTable
  private let tokenizer: Tokenizer
  private let kernel = cvector_best()

  /// Reads the model from a folder that holds both files.
  package init(folder: String) throws(EmbedderError) {
    table = try TokenTable("\(folder)/\(Self.weightsName)", dimension: Self.dimension)
    tokenizer = try Tokenizer("\(folder)/\(Self.tokenizerName)")
  }

  /// The vector of a text, of length 1: the plain mean, as the reference has it. Nil where the text is empty.
  package func vector(of text: String) -> [Float]? {
    var sum = [Float](repeating: 0, count: Self.dimension)
    add(text, weight: 1, to: &sum)
    return Self.unit(sum)
  }

  /// The vector of a query, of length 1: the mean of its words, each with its weight (see ``QueryWords/weighted(by:)``).
  /// A static model gives a name and "what" the same voice as the word that matters; weighing lifts the turn-level
  /// recall@10 of its cosines alone from 0.35 to 0.55 on LoCoMo. Nil where no word has a weight.
  package func vector(ofQuery words: [(text: String, weight: Double)]) -> [Float]? {
    var sum = [Float](repeating: 0, count: Self.dimension)
    for word in words where word.weight > 0 { add(word.text, weight: Float(word.weight), to: &sum) }
    return Self.unit(sum)
  }

  private func add(_ text: String, weight: Float, to sum: inout [Float]) {
    for token in tokenizer.tokens(of: text) {
      table.add(token, weight: weight, to: &sum, kernel: kernel)
    }
  }

  private static func unit(_ sum: [Float]) -> [Float]? {
    let length = sum.reduce(0) { $0 + $1 * $1 }.squareRoot()
    guard length > 0 else { return nil }
    return sum.map { $0 / length }
  }
}
