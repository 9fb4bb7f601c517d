import Domain
import Wire

/// Which host a provider's own data on a block came from. Encrypted reasoning and signatures can be read only where they
/// were made: the same model's name at another host means another key.
///
/// The mark stands beside what a family left on a block (``Block/opaqueKey``), and everything that another host left is
/// taken off before a call is written. Data without a mark, which clients bring, passes. Claude's signatures are good at
/// every host that serves Claude (https://docs.claude.com/en/docs/build-with-claude/extended-thinking).
struct HostMark: Sendable, Equatable {
  private static let member = "host"
  /// The provider's name, which stands for its account, and its address.
  let text: String

  init(_ provider: Provider) {
    let start = provider.baseURL.firstRange(of: "://")?.upperBound ?? provider.baseURL.startIndex
    let authority = provider.baseURL[start...].prefix { $0 != "/" && $0 != "?" }.lowercased()
    text = "\(provider.name)@\(authority)"
  }

  /// Puts the mark on what a family leaves on a block; other events stay as they are.
  func put(on event: StreamEvent) -> StreamEvent {
    guard case .opaque(let index, let family, .object(var memory)) = event else { return event }
    memory[Self.member] = .string(text)
    return .opaque(index: index, family: family, .object(memory))
  }

  /// The call without what other hosts left.
  func readable(_ call: ModelCall) -> ModelCall {
    var call = call
    call.messages = call.messages.map { message in
      guard message.role == .assistant else { return message }
      return ModelCall.Message(role: .assistant, blocks: message.blocks.compactMap(readable))
    }
    return call
  }

  private func readable(_ block: Block) -> Block? {
    guard let memories = block[Block.opaqueKey]?.object else { return block }
    var block = block
    for memory in memories.members where !isReadable(memory.key, memory.value) {
      // A signature stands on the block itself in this family, so the block goes with it.
      if memory.key == AnthropicDialect.family { return nil }
      // That a family has marked the block still counts: others must not take its server tools for their own.
      block.setOpaque(memory.key, [Self.member: memory.value[Self.member] ?? .null])
    }
    return block
  }

  private func isReadable(_ family: String, _ memory: JSON) -> Bool {
    guard let host = memory[Self.member]?.string, host != text else { return true }
    guard family == AnthropicDialect.family else { return false }
    return memory["model"]?.string?.lowercased().contains("claude") == true
  }
}
