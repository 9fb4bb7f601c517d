/// A secret without its value.
package struct SecretInfo: Sendable, Equatable {
  package let id: String
  package let name: String
  package let kind: String
  package let createdAt: Milliseconds
  package let updatedAt: Milliseconds
  /// As the store found it.
  package init(
    id: String, name: String, kind: String, createdAt: Milliseconds, updatedAt: Milliseconds
  ) {
    self.id = id
    self.name = name
    self.kind = kind
    self.createdAt = createdAt
    self.updatedAt = updatedAt
  }
}
