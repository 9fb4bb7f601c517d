/// One header of a request.
package struct HeaderField: Sendable, Equatable {
  package let name: String
  package let value: String
  /// A header; names compare without case.
  package init(_ name: String, _ value: String) {
    self.name = name
    self.value = value
  }
}
