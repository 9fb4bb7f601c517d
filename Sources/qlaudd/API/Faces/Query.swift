import Domain
import Wire

/// Query strings as parameters: a value is read as its parameter's schema says.
enum Query {
  static func read(_ text: Substring, for method: Method) throws(InvalidParams) -> JSON.Object {
    var object: JSON.Object = [:]
    for pair in text.split(separator: "&") {
      let name = pair.prefix { $0 != "=" }
      guard let key = PercentEncoding.decode(name, plusIsSpace: true),
        let value = PercentEncoding.decode(pair.dropFirst(name.count + 1), plusIsSpace: true)
      else { throw InvalidParams("query", "is not percent-encoded UTF-8") }
      guard object[key] == nil else { throw InvalidParams(key, "stands twice in the query") }
      let type = method.parameters.first { $0.name == key }?.schema["type"]?.string
      object[key] = json(value, type)
    }
    return object
  }

  /// What does not read as its type stays text, for the parameter's own complaint.
  private static func json(_ text: String, _ type: String?) -> JSON {
    switch (type, text) {
    case ("integer", _): Int64(text).map(JSON.int) ?? .string(text)
    case ("number", _): Double(text).map(JSON.double) ?? .string(text)
    case ("boolean", "true"): true
    case ("boolean", "false"): false
    default: .string(text)
    }
  }
}
