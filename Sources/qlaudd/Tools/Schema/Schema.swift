package import Wire

/// A JSON Schema (draft 2020-12, https://json-schema.org/draft/2020-12), read once and then asked often.
///
/// Understood: `type`, `enum`, `const`, `$ref` and `$dynamicRef` within the document, `$anchor`, `$defs`, `allOf`,
/// `anyOf`, `oneOf`, `not`, `if`/`then`/`else`, `properties`, `patternProperties`, `additionalProperties`,
/// `propertyNames`, `required`, `dependentRequired`, `dependentSchemas`, `min/maxProperties`, `prefixItems`, `items`,
/// `contains` with its counts, `min/maxItems`, `uniqueItems`, `min/maxLength`, `pattern`, the five limits of numbers, and
/// the older spellings `definitions`, an array of `items`, `additionalItems`, boolean `exclusive…`. `format`,
/// `unevaluatedProperties`, `unevaluatedItems` and unknown keywords are annotations. A reference out of the document is refused, never fetched.
package struct Schema: Sendable {
  private let nodes: [SchemaNode]
  /// The schema as it was given.
  package let json: JSON
  /// Schemas of one document.
  static let nodeLimit = 10_000
  /// Bytes of one document.
  package static let byteLimit = 256 << 10
  /// Steps of one check; a step is one schema at one value, one character of a pattern, or the like.
  static let stepLimit = 1_000_000

  /// Reads a schema. `name` is what errors call it.
  /// - Throws: ``InvalidParams`` naming the keyword: `input_schema.properties.x.pattern: …`.
  package init(checking json: JSON, name: String = "input_schema") throws(InvalidParams) {
    guard json.bytes.count <= Self.byteLimit else {
      throw InvalidParams(name, "must be at most \(Self.byteLimit) bytes of JSON")
    }
    var reader = SchemaReader(json, name: name)
    nodes = try reader.read()
    self.json = json
  }

  /// What is wrong with a value: nothing, or the first `limit` complaints. Fields start with `name`:
  /// `input.items[2].name`.
  package func violations(of value: JSON, name: String = "input", limit: Int = 5) -> [InvalidParams]
  {
    var check = SchemaCheck(nodes: nodes, name: name, limit: limit, budget: Self.stepLimit)
    return check.run(value)
  }

  /// The first complaint as an error.
  package func check(_ value: JSON, name: String = "input") throws(InvalidParams) {
    if let first = violations(of: value, name: name, limit: 1).first { throw first }
  }

  /// The names under `properties`, with those of schemas that apply to the same value.
  package var declaredProperties: Set<String> {
    var names: Set<String> = []
    var pending = [0]
    var seen: Set<Int> = []
    while let index = pending.popLast(), nodes.indices.contains(index) {
      guard seen.insert(index).inserted else { continue }
      names.formUnion(nodes[index].properties.keys)
      pending += nodes[index].inPlace
    }
    return names
  }

  /// The `default` values of the top-level properties.
  package var defaults: JSON.Object {
    guard let properties = json["properties"]?.object else { return [:] }
    return JSON.Object(
      properties.members.compactMap { member in
        member.value["default"].map { .init(key: member.key, value: $0) }
      })
  }
}
