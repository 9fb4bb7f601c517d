import Wire

/// Llama 2's byte-pair encoding as `tokenizer.json` describes it: `▁` before the text and for every space, no further
/// splitting, the known special tokens taken out first, pairs merged by rank, characters without a token as bytes.
///
/// No token has `▁` after another character, so that no merge crosses a word's beginning: words are encoded one by one,
/// with the same result as the whole text at once.
struct Tokenizer: Sendable {
  private let merges: MergeTable
  /// Tokens of single characters below 128; -1 where there is none.
  private let ascii: [Int32]
  /// Tokens of the other single characters.
  private let scalars: [UInt32: Int32]
  /// Tokens of the 256 bytes.
  private let bytes: [Int32]
  /// Tokens that are taken from the text as they stand.
  private let specials: [(text: [UInt8], token: Int32)]
  /// The token of `▁`.
  private let space: Int32

  /// Reads the file of Hugging Face's tokenizers and refuses one that works in another way.
  init(_ path: String) throws(EmbedderError) {
    let json = try Self.read(path)
    guard let model = json["model"], model["type"]?.string == "BPE",
      model["byte_fallback"]?.bool == true, json["pre_tokenizer"]?.isNull != false,
      model["ignore_merges"]?.bool != true,
      let vocabulary = model["vocab"]?.object, let pairs = model["merges"]?.array
    else {
      throw .malformed(path: path, what: "it is no byte-pair encoding with bytes to fall back on")
    }
    // By bytes: strings that Unicode calls equivalent are different tokens.
    var numbers: [[UInt8]: Int32] = [:]
    numbers.reserveCapacity(vocabulary.members.count)
    for member in vocabulary.members {
      if let number = member.value.int, let token = Int32(exactly: number) {
        numbers[Array(member.key.utf8)] = token
      }
    }
    merges = try MergeTable(pairs, numbers: numbers, path: path)
    var ascii = [Int32](repeating: -1, count: 128)
    var scalars: [UInt32: Int32] = [:]
    for (text, token) in numbers {
      let characters = String(decoding: text, as: UTF8.self).unicodeScalars
      guard let only = characters.first, characters.count == 1 else { continue }
      if only.value < 128 { ascii[Int(only.value)] = token } else { scalars[only.value] = token }
    }
    let hex = Array("0123456789ABCDEF")
    let bytes = (0..<256).compactMap { numbers[Array("<0x\(hex[$0 / 16])\(hex[$0 % 16])>".utf8)] }
    guard bytes.count == 256, let space = scalars[0x2581] else {
      throw .malformed(path: path, what: "it lacks tokens of bytes or of the space")
    }
    self.ascii = ascii
    self.scalars = scalars
    self.bytes = bytes
    self.space = space
    specials = (json["added_tokens"]?.array ?? []).compactMap { added in
      guard let text = added["content"]?.string, !text.isEmpty, let token = added["id"]?.int
      else { return nil }
      return (Array(text.utf8), Int32(clamping: token))
    }
  }

  private static func read(_ path: String) throws(EmbedderError) -> JSON {
    let file = try MappedFile(path)
    return try file.withBytes { bytes throws(EmbedderError) in
      do throws(JSONError) {
        return try JSON(parsingVocabulary: [UInt8](bytes))
      } catch {
        throw .malformed(path: path, what: "it is no JSON (\(error))")
      }
    }
  }

  /// The tokens of a text, without any mark of its beginning.
  func tokens(of text: String) -> [Int32] {
    var text = text
    return text.withUTF8 { text in
      var tokens: [Int32] = []
      tokens.reserveCapacity(text.count / 3 + 4)
      var start = 0
      var place = 0
      while place < text.count {
        if text[place] == UInt8(ascii: "<"), let special = special(in: text, at: place) {
          encode(text[start..<place], to: &tokens)
          tokens.append(special.token)
          place += special.text.count
          start = place
        } else {
          place += 1
        }
      }
      encode(text[start..<place], to: &tokens)
      return tokens
    }
  }

  private func special(
    in text: UnsafeBufferPointer<UInt8>, at place: Int
  ) -> (text: [UInt8], token: Int32)? {
    specials.first { text[place...].starts(with: $0.text) }
  }

  /// A stretch without special tokens.
  private func encode(_ text: Slice<UnsafeBufferPointer<UInt8>>, to tokens: inout [Int32]) {
    guard !text.isEmpty else { return }
    var word: [Int32] = [space]
    var characters = UTF8Characters(text)
    while let character = characters.next() {
      if character.value == 0x20 || character.value == 0x2581 {
        if word.last != space { merges.encode(&word, to: &tokens) }
        word.append(space)
      } else if let token = token(of: character.value) {
        word.append(token)
      } else {
        for byte in character.bytes { word.append(bytes[Int(byte)]) }
      }
    }
    merges.encode(&word, to: &tokens)
  }

  private func token(of character: UInt32) -> Int32? {
    if character < 128 {
      let token = ascii[Int(character)]
      return token < 0 ? nil : token
    }
    return scalars[character]
  }
}

/// The characters of valid UTF-8 with their bytes.
struct UTF8Characters: IteratorProtocol {
  private let text: Slice<UnsafeBufferPointer<UInt8>>
  private var place: Int

  init(_ text: Slice<UnsafeBufferPointer<UInt8>>) {
    self.text = text
    place = text.startIndex
  }

  mutating func next() -> (value: UInt32, bytes: Slice<UnsafeBufferPointer<UInt8>>)? {
    guard place < text.endIndex else { return nil }
    let first = text[place]
    let length = first < 0x80 ? 1 : first < 0xE0 ? 2 : first < 0xF0 ? 3 : 4
    let end = min(place + length, text.endIndex)
    var value = length == 1 ? UInt32(first) : UInt32(first) & (0x7F >> UInt32(length))
    for index in (place + 1)..<max(end, place + 1) {
      value = value << 6 | UInt32(text[index] & 0x3F)
    }
    defer { place = end }
    return (value, text[place..<end])
  }
}
