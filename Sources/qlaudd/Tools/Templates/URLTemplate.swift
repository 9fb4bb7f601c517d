import Wire

/// A URL with placeholders. Values are percent-encoded as one path segment or one part of the query; none that a model
/// chose can stand in scheme, host or port; none may be missing, and none may be `.`, `..` or empty in the path.
struct URLTemplate: Sendable {
  private let scheme: String
  private let authority: TemplateText
  private let path: TemplateText
  private let query: TemplateText?

  init(parsing text: String, field: String) throws(InvalidParams) {
    guard let scheme = ["https://", "http://"].first(where: { text.lowercased().hasPrefix($0) })
    else { throw InvalidParams(field, "must start with http:// or https://") }
    let isPlain = text.unicodeScalars.allSatisfy {
      $0.value > 0x1F && $0.value < 0x7F && $0 != "\\" && $0 != "\"" && $0 != "<" && $0 != ">"
    }
    // Spaces are good inside a placeholder only, which Placeholder trims.
    guard isPlain else {
      throw InvalidParams(field, "must be ASCII without control characters, \\, \", < and >")
    }
    let all = try TemplateText(parsing: String(text.dropFirst(scheme.count)), field: field)
    var pieces: [[TemplateText.Part]] = [[], [], [], []]
    var piece = 0
    for part in all.parts {
      guard case .literal(let literal) = part else {
        pieces[piece].append(part)
        continue
      }
      for character in literal.unicodeScalars {
        if character == " " { throw InvalidParams(field, "must not hold a space") }
        switch character {
        case "/" where piece == 0: piece = 1
        case "?" where piece < 2: piece = 2
        case "#" where piece < 3: piece = 3
        default: break
        }
        Self.append(character, to: &pieces[piece])
      }
    }
    self.scheme = scheme
    authority = TemplateText(parts: pieces[0])
    path = TemplateText(parts: pieces[1])
    query = pieces[2].isEmpty ? nil : TemplateText(parts: pieces[2])
    guard TemplateText(parts: pieces[3]).holes.isEmpty else {
      throw InvalidParams(field, "must not have a placeholder after #, which is never sent")
    }
    try checkAuthority(field)
    if let constant = path.constant, Self.hasDots(constant) {
      throw InvalidParams(field, "must not hold . or .. as a path segment")
    }
  }

  private static func append(_ character: Unicode.Scalar, to parts: inout [TemplateText.Part]) {
    if case .literal(var text)? = parts.last {
      text.unicodeScalars.append(character)
      parts[parts.count - 1] = .literal(text)
    } else {
      parts.append(.literal(String(character)))
    }
  }

  private func checkAuthority(_ field: String) throws(InvalidParams) {
    for hole in authority.holes where hole.source == .args {
      throw InvalidParams(
        field, "{{\(hole.name)}}: values of the model must not stand in scheme, host or port")
    }
    if authority.parts.isEmpty { throw InvalidParams(field, "must name a host") }
    if let constant = authority.constant, let problem = HostRule.problem(constant) {
      throw InvalidParams(field, problem)
    }
    for part in authority.parts {
      if case .literal(let text) = part, text.contains("@") {
        throw InvalidParams(field, "must not hold a user name")
      }
    }
  }

  /// Whether the authority is the same for each call.
  var constantAuthority: String? { authority.constant }
  var isSecure: Bool { scheme == "https://" }
  var holes: [Placeholder] { authority.holes + path.holes + (query?.holes ?? []) }
  var looksLikeGraphQL: Bool {
    guard case .literal(let text)? = path.parts.last else { return false }
    return text.lowercased().hasSuffix("/graphql")
  }

  func render(_ values: TemplateValues, field: String = "url") throws(InvalidParams) -> String {
    var host = ""
    for part in authority.parts {
      switch part {
      case .literal(let text): host += text
      case .hole(let hole): host += try hostPart(hole, values, field)
      }
    }
    if let problem = HostRule.problem(host) { throw InvalidParams(field, problem) }
    var way = ""
    for part in path.parts {
      switch part {
      case .literal(let text): way += text
      case .hole(let hole):
        let text = try present(hole, values, field)
        guard !text.isEmpty else {
          throw InvalidParams(field, "{{\(hole.name)}} must not be empty in the path")
        }
        way += Percent.encoded(text)
      }
    }
    guard !Self.hasDots(way) else {
      throw InvalidParams(field, "must not hold . or .. as a path segment")
    }
    var asked = ""
    for part in query?.parts ?? [] {
      switch part {
      case .literal(let text): asked += text
      case .hole(let hole): asked += Percent.encoded(try present(hole, values, field))
      }
    }
    return scheme + host + (way.isEmpty ? "/" : way) + asked
  }

  private func present(_ hole: Placeholder, _ values: TemplateValues, _ field: String)
    throws(InvalidParams) -> String
  {
    guard let text = values.text(of: hole) else {
      throw InvalidParams(field, "{{\(hole.name)}} has no value")
    }
    guard !text.unicodeScalars.contains("\0") else {
      throw InvalidParams(field, "{{\(hole.name)}} must not hold a NUL character")
    }
    return text
  }

  /// A part of a host: a label or several, nothing that could end the host or begin a port.
  private func hostPart(_ hole: Placeholder, _ values: TemplateValues, _ field: String)
    throws(InvalidParams) -> String
  {
    let text = try present(hole, values, field)
    let isGood = text.unicodeScalars.allSatisfy {
      $0.isASCII && (ScalarSet.isWord($0) || $0 == "-" || $0 == ".")
    }
    guard isGood, !text.isEmpty else {
      throw InvalidParams(field, "{{\(hole.name)}} must be part of a host name")
    }
    return text
  }

  private static func hasDots(_ path: String) -> Bool {
    path.split(separator: "/").contains { segment in
      var text = segment.lowercased()
      while let range = text.firstRange(of: "%2e") { text.replaceSubrange(range, with: ".") }
      return text == "." || text == ".."
    }
  }
}

extension TemplateText {
  /// A text of parts that are already read.
  init(parts: [Part]) { self.parts = parts }
}
