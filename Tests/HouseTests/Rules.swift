/// How the rules read code: pure functions, tested by themselves so that no rule passes because it sees nothing.
/// The regular expressions are never changed; Regex is only not declared Sendable.
enum Rules {
  nonisolated(unsafe) static let typeLine =
    #/\b(?:struct|class|enum|actor|protocol|typealias)\s+([A-Z]\w*)/#

  /// One space for any white space, none within empty braces.
  static func collapsed(_ code: String) -> String {
    code.split(whereSeparator: \.isWhitespace).joined(separator: " ")
      .replacing("{ }", with: "{}")
  }

  /// Whether a construct stands in collapsed code as a word of its own.
  static func contains(_ code: String, _ construct: String) -> Bool {
    var rest = code[...]
    while let found = rest.firstRange(of: construct) {
      let before =
        found.lowerBound == code.startIndex ? nil : code[code.index(before: found.lowerBound)]
      let after = found.upperBound == code.endIndex ? nil : code[found.upperBound]
      func isWord(_ character: Character?) -> Bool {
        character.map { $0.isLetter || $0.isNumber || $0 == "_" } ?? false
      }
      let startsWord = isWord(construct.first)
      let endsWord = isWord(construct.last)
      if !(startsWord && isWord(before)), !(endsWord && isWord(after)) { return true }
      rest = rest[found.upperBound...]
    }
    return false
  }

  private nonisolated(unsafe) static let declaration =
    #/^\s*(?:@\w+(?:\([^)]*\))?\s+)*package\s+(?!import\b)(.*)$/#
  /// Stored properties say by their names what they are, and their type says the rest.
  private nonisolated(unsafe) static let property =
    #/^(?:private\(set\)\s+|nonisolated\s+)*(?:static\s+)?(?:let|var)\s/#
  /// Members that a well-known protocol asks for; it has said what they mean.
  private nonisolated(unsafe) static let witness =
    #/^(?:static\s+func\s+(?:<|==|\+=)|init\?\(wire|init\(rawValue|init\((?:string|integer|boolean|float|nil|array|dictionary)Literal|init\(from |func\s+(?:hash|encode|makeAsyncIterator|next)\(|mutating\s+func\s+(?:next|run|validate)\(|func\s+(?:run|validate)\(\)|typealias\s+(?:AsyncIterator|Element|Failure|RawValue)\b)/#

  /// The names of the functions that protocols of ours ask for: explained there, so not again by each that conforms.
  static func requirements(_ file: SourceFile) -> Set<String> {
    var names: Set<String> = []
    var depth = 0
    var isProtocol = false
    for line in file.code {
      if depth == 0, line.firstMatch(of: #/\bprotocol\s/#) != nil { isProtocol = true }
      if isProtocol, let name = line.firstMatch(of: #/\bfunc\s+(\w+)/#)?.1 {
        names.insert(String(name))
      }
      for character in line {
        if character == "{" { depth += 1 }
        if character == "}" { depth -= 1 }
        if character == "}", depth == 0 { isProtocol = false }
      }
    }
    return names
  }

  /// The indexes of lines with a `package` declaration that another room could use and that nothing explains.
  static func undocumented(_ file: SourceFile, requirements: Set<String> = []) -> [Int] {
    file.code.indices.filter { number in
      guard let match = file.code[number].wholeMatch(of: declaration)?.1 else { return false }
      if match.firstMatch(of: property) != nil || match.firstMatch(of: witness) != nil {
        return false
      }
      if file.code[number].contains("package extension") { return false }
      if let name = match.firstMatch(of: #/\bfunc\s+(\w+)/#)?.1, requirements.contains(String(name))
      {
        return false
      }
      var above = number - 1
      while above >= 0, isAttribute(file.code[above]) { above -= 1 }
      guard above >= 0 else { return true }
      let line = file.lines[above].drop { $0 == " " }
      return !line.hasPrefix("///") && !line.hasSuffix("*/")
    }
  }

  private static func isAttribute(_ line: String) -> Bool {
    line.drop { $0 == " " }.hasPrefix("@")
  }
}
