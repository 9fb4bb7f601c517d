import Domain
package import Wire

/// Who a thread belongs to: the trusted side of every template and lock. Set when the thread is made, never by a model.
package struct EndUser: Sendable, Equatable {
  package let id: String?
  package let metadata: JSON.Object
  /// An end-user as the thread knows them.
  package init(id: String?, metadata: JSON.Object = [:]) {
    self.id = id
    self.metadata = metadata
  }
}

/// `{{…}}`: one of the five sources and a path into it.
struct Placeholder: Sendable, Equatable {
  enum Source: Sendable, Equatable { case config, secrets, args, endUserID, metadata }
  let source: Source
  let path: [String]

  /// As it is named in messages.
  var name: String {
    switch source {
    case .config: "config." + path.joined(separator: ".")
    case .secrets: "secrets." + path.joined(separator: ".")
    case .args: "args." + path.joined(separator: ".")
    case .endUserID: "end_user.id"
    case .metadata: "end_user.metadata." + path.joined(separator: ".")
    }
  }

  /// Reads what stands between the braces. `end_user.x` is a short form of `end_user.metadata.x`.
  init(parsing text: String, field: String) throws(InvalidParams) {
    let trimmed = String(
      text.unicodeScalars.drop { $0.properties.isWhitespace }.reversed()
        .drop { $0.properties.isWhitespace }.reversed().map(Character.init))
    let parts = trimmed.split(separator: ".", omittingEmptySubsequences: false).map(String.init)
    let isGood = parts.allSatisfy { part in
      !part.isEmpty
        && part.unicodeScalars.allSatisfy {
          !$0.properties.isWhitespace && !"{}\"'\\()[]".unicodeScalars.contains($0)
        }
    }
    guard isGood, parts.count >= 2 else { throw Self.unknown(text, field) }
    switch parts[0] {
    case "config": source = .config
    case "secrets": source = .secrets
    case "args": source = .args
    case "end_user" where parts == ["end_user", "id"]: source = .endUserID
    case "end_user" where parts == ["end_user", "metadata"]: throw Self.unknown(text, field)
    case "end_user": source = .metadata
    default: throw Self.unknown(text, field)
    }
    if source == .config, parts[1] == "secrets" {
      throw InvalidParams(field, "{{config.secrets}}: name one secret, as {{secrets.NAME}}")
    }
    let skipped = parts.count > 2 && parts[0] == "end_user" && parts[1] == "metadata" ? 2 : 1
    path = source == .endUserID ? [] : Array(parts.dropFirst(skipped))
  }

  private static func unknown(_ text: String, _ field: String) -> InvalidParams {
    InvalidParams(
      field,
      "{{\(text.prefix(64))}}: must be config.X, secrets.X, args.X, end_user.id or end_user.metadata.X"
    )
  }
}

/// A text with placeholders, cut into its parts once.
struct TemplateText: Sendable {
  enum Part: Sendable, Equatable {
    case literal(String)
    case hole(Placeholder)
  }
  let parts: [Part]

  init(parsing text: String, field: String) throws(InvalidParams) {
    var parts: [Part] = []
    var literal = ""
    let scalars = Array(text.unicodeScalars)
    var at = 0
    while at < scalars.count {
      // In `{{{` the first brace is text: an object that begins with a placeholder.
      let opens =
        scalars[at] == "{" && at + 1 < scalars.count && scalars[at + 1] == "{"
        && !(at + 2 < scalars.count && scalars[at + 2] == "{")
      guard opens else {
        literal.unicodeScalars.append(scalars[at])
        at += 1
        continue
      }
      var end = at + 2
      while end + 1 < scalars.count, !(scalars[end] == "}" && scalars[end + 1] == "}") { end += 1 }
      guard end + 1 < scalars.count else {
        throw InvalidParams(field, "has a {{ without its }}")
      }
      var inner = ""
      inner.unicodeScalars.append(contentsOf: scalars[(at + 2)..<end])
      if !literal.isEmpty { parts.append(.literal(literal)) }
      literal = ""
      parts.append(.hole(try Placeholder(parsing: inner, field: field)))
      at = end + 2
    }
    if !literal.isEmpty { parts.append(.literal(literal)) }
    self.parts = parts
  }

  var holes: [Placeholder] {
    parts.compactMap { if case .hole(let hole) = $0 { hole } else { nil } }
  }
  /// The text where there is no placeholder.
  var constant: String? {
    switch parts.count {
    case 0: ""
    case 1: if case .literal(let text) = parts[0] { text } else { nil }
    default: nil
    }
  }

  /// The text with each placeholder's value put through `escape`; missing ones are empty.
  func render(_ values: TemplateValues, escape: (String) throws(InvalidParams) -> String)
    throws(InvalidParams) -> String
  {
    var out = ""
    for part in parts {
      switch part {
      case .literal(let text): out += text
      case .hole(let hole): out += try escape(values.text(of: hole) ?? "")
      }
    }
    return out
  }
}

/// What the placeholders of one call stand for.
struct TemplateValues: Sendable {
  let config: JSON.Object
  let secrets: [String: Secret]
  /// After locks and validation.
  let args: JSON.Object
  let endUser: EndUser

  /// The value; nil where the path leads nowhere or to null.
  func value(of hole: Placeholder) -> JSON? {
    switch hole.source {
    case .config: drill(.object(config), hole.path)
    case .args: drill(.object(args), hole.path)
    case .metadata: drill(.object(endUser.metadata), hole.path)
    case .endUserID: endUser.id.map(JSON.string)
    case .secrets:
      secrets[hole.path.joined(separator: ".")].map { secret in secret.withText(JSON.string) }
    }
  }

  /// The value as text: a string as it is, anything else as JSON.
  func text(of hole: Placeholder) -> String? {
    guard let value = value(of: hole) else { return nil }
    return value.string ?? value.text
  }

  private func drill(_ root: JSON, _ path: [String]) -> JSON? {
    var value = root
    for key in path {
      let next: JSON? = value.array != nil ? Int(key).flatMap { value[$0] } : value[key]
      guard let next else { return nil }
      value = next
    }
    return value.nonNull
  }
}
