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

  /// The vector of a text, of length 1; nil where the text is empty.
  package func vector(of text: String) -> [Float]? {
    let tokens = tokenizer.tokens(of: text)
    guard !tokens.isEmpty else { return nil }
    var sum = [Float](repeating: 0, count: Self.dimension)
    for token in tokens { table.add(token, weight: 1, to: &sum, kernel: kernel) }
    let length = sum.reduce(0) { $0 + $1 * $1 }.squareRoot()
    guard length > 0 else { return nil }
    return sum.map { $0 / length }
  }
}
