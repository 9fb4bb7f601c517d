import Wire

/// What is wrong with a request, by place; the strict validators of the round trip write into it.
struct Complaints {
  /// What a member may be.
  enum Kind {
    /// A string; a string that is not empty.
    case string, text
    case whole, number, bool, object, any
    /// An array that is not empty.
    case list
    case oneOf([JSON])

    func fits(_ json: JSON) -> Bool {
      switch self {
      case .string: json.string != nil
      case .text: json.string?.isEmpty == false
      case .whole: json.int != nil
      case .number: json.double != nil
      case .bool: json.bool != nil
      case .object: json.object != nil
      case .list: json.array?.isEmpty == false
      case .oneOf(let values): values.contains(json)
      case .any: !json.isNull
      }
    }
  }

  private(set) var all: [String] = []

  mutating func say(_ place: String, _ problem: String) { all.append("\(place): \(problem)") }

  mutating func expect(_ isTrue: Bool, _ place: String, _ problem: @autoclosure () -> String) {
    if !isTrue { say(place, problem()) }
  }

  /// Checks that a value is an object with all of `needed`, maybe some of `optional`, and nothing else; `null` is a value.
  @discardableResult
  mutating func members(
    _ json: JSON?, _ place: String, _ needed: [String: Kind], _ optional: [String: Kind] = [:]
  ) -> JSON {
    guard let json, let object = json.object else {
      say(place, "is no object")
      return .null
    }
    for name in needed.keys where object[name] == nil { say("\(place).\(name)", "is missing") }
    for member in object.members {
      guard let kind = needed[member.key] ?? optional[member.key] else {
        say("\(place).\(member.key)", "is unknown")
        continue
      }
      expect(
        kind.fits(member.value), "\(place).\(member.key)", "is \(member.value.text.prefix(60))")
    }
    return json
  }

  /// A name of a tool.
  mutating func name(_ json: JSON?, _ place: String, limit: Int, also: String = "_-") {
    let text = json?.string ?? ""
    let fits = text.unicodeScalars.allSatisfy {
      $0.isASCII
        && ($0.properties.isAlphabetic || ("0"..."9").contains($0)
          || also.unicodeScalars.contains($0))
    }
    expect(fits && (1...limit).contains(text.utf8.count), place, "\"\(text)\" is no name")
  }

  /// Base64 with padding, as the APIs take it.
  mutating func base64(_ json: JSON?, _ place: String) {
    let text = json?.string ?? ""
    let body = text.drop { $0 != "=" }
    let letters = text.dropLast(body.count).unicodeScalars.allSatisfy {
      $0.isASCII
        && ($0.properties.isAlphabetic || ("0"..."9").contains($0) || $0 == "+" || $0 == "/")
    }
    expect(
      !text.isEmpty && text.utf8.count % 4 == 0 && letters && body.count <= 2
        && body.allSatisfy { $0 == "=" }, place, "is no base64")
  }
}

/// What a request is checked against beside the API's own rules.
struct Sent {
  let body: JSON
  let headers: [HeaderField]
  /// What every signature begins with that this model can read.
  let mark: String
  /// What each signature was given for: it must come back on that and nothing else.
  let issued: [String: JSON]

  /// Complains about a signature that is another model's, or that stands on something it was not given for.
  func check(_ signature: JSON?, on content: JSON, _ place: String, _ complaints: inout Complaints)
  {
    guard let signature = signature?.string else { return complaints.say(place, "is no string") }
    complaints.expect(signature.hasPrefix(mark), place, "\(signature) is another's")
    complaints.expect(
      issued[signature] == content, place,
      "\(signature) was given for \(issued[signature]?.text ?? "nothing"), not \(content.text)")
  }
}
