/// How a value looks on the wire: one declaration that both writes it and describes it.
package struct Shape<Value>: Sendable {
  /// JSON Schema of what is written.
  package let schema: JSON
  /// Writes a value.
  package let write: @Sendable (Value) -> JSON

  /// One member of an object.
  package struct Member: Sendable {
    let name: String
    let schema: JSON
    let read: @Sendable (Value) -> JSON?
  }

  /// An object of these members; members that read nil are left out.
  package init(_ members: Member...) {
    schema = [
      "type": "object",
      "properties": .object(.init(members.map { .init(key: $0.name, value: $0.schema) })),
    ]
    write = { value in
      .object(
        .init(
          members.compactMap { member in
            member.read(value).map { .init(key: member.name, value: $0) }
          }))
    }
  }

  /// A shape with a writer of its own.
  package init(schema: JSON, write: @escaping @Sendable (Value) -> JSON) {
    self.schema = schema
    self.write = write
  }
}

/// A value that writes itself.
package protocol WireWritable: Sendable {
  /// JSON Schema of the value.
  static var schema: JSON { get }
  /// The value on the wire.
  var json: JSON { get }
}

extension Shape.Member {
  /// A member that is always there.
  package static func field<T: WireWritable>(
    _ name: String, _ path: any KeyPath<Value, T> & Sendable, _ doc: String
  ) -> Self {
    Self(name: name, schema: T.schema.described(doc)) { $0[keyPath: path].json }
  }
  /// A member that is left out where it is nil.
  package static func field<T: WireWritable>(
    _ name: String, _ path: any KeyPath<Value, T?> & Sendable, _ doc: String
  ) -> Self {
    Self(name: name, schema: T.schema.described(doc)) { $0[keyPath: path]?.json }
  }
  /// A member that is `null` where it is nil.
  package static func nullable<T: WireWritable>(
    _ name: String, _ path: any KeyPath<Value, T?> & Sendable, _ doc: String
  ) -> Self {
    Self(name: name, schema: ["anyOf": [T.schema, ["type": "null"]], "description": .string(doc)]) {
      $0[keyPath: path]?.json ?? .null
    }
  }
  /// A member that always holds the same value, such as `object`.
  package static func constant(_ name: String, _ value: JSON) -> Self {
    Self(name: name, schema: ["const": value]) { _ in value }
  }
  /// A member in a shape of its own.
  package static func nested<T>(
    _ name: String, _ path: any KeyPath<Value, T> & Sendable, _ shape: Shape<T>, _ doc: String
  ) -> Self {
    Self(name: name, schema: shape.schema.described(doc)) { shape.write($0[keyPath: path]) }
  }
}

extension Shape where Value == JSON {
  /// A value that is already JSON.
  package static func raw(_ doc: String) -> Shape {
    Shape(schema: JSON.object([:]).described(doc)) { $0 }
  }
}

extension String: WireWritable { package var json: JSON { .string(self) } }
extension Bool: WireWritable { package var json: JSON { .bool(self) } }
extension Int64: WireWritable { package var json: JSON { .int(self) } }
extension Int: WireWritable {
  package static var schema: JSON { ["type": "integer"] }
  package var json: JSON { .int(Int64(self)) }
}
extension JSON: WireWritable { package var json: JSON { self } }
extension JSON.Object: WireWritable { package var json: JSON { .object(self) } }
extension Array: WireWritable where Element: WireWritable {
  package static var schema: JSON { ["type": "array", "items": Element.schema] }
  package var json: JSON { .array(map(\.json)) }
}
