/// Where a call of a tool stands in the assistant message that asks for it.
package struct CallPlace: Sendable, Hashable {
  /// Which of the message's `tool_use` blocks it is, from 0.
  package let index: Int
  /// 0 for the call itself, else which of the calls inside a `qlaud_multi_execute` it is, from 1.
  package let item: Int
  /// A place.
  package init(_ index: Int, item: Int = 0) {
    self.index = index
    self.item = item
  }
}

/// Whose accounts a call uses: an end-user's, or, in a thread without one, those of the key that made the thread.
package enum AccountOwner: Sendable, Hashable {
  case endUser(String)
  case key(KeyID)
}
