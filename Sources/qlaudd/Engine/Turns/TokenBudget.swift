import Domain
import Store
import Upstream
import Wire

/// The room that a model's window leaves for the conversation, in tokens as they are estimated. Pure.
struct TokenBudget: Equatable, Sendable {
  /// Tokens of input and output together; nil where nobody knows.
  let window: Int?
  /// Output tokens that were asked for.
  let maxOutput: Int
  /// Tokens of system prompt, tools and summary, estimated.
  let fixed: Int
  /// What a thousand estimated tokens were for the model at last.
  let permille: Int

  /// Estimated tokens that the messages may have. The reply keeps what it asked for, up to a quarter of the window, and
  /// a fiftieth stays free for what the estimate misses.
  var room: Int? {
    window.map { window in
      max(0, (window - min(maxOutput, window / 4) - window / 50) * 1_000 / permille - fixed)
    }
  }

  /// The input's tokens as the model will count them.
  func tokens(_ messages: Int) -> Int { (fixed + messages) * permille / 1_000 }

  /// What the reply may have: what was asked for, where the window holds it beside the input.
  func output(_ messages: Int) -> Int {
    guard let window else { return maxOutput }
    return min(maxOutput, max(window - tokens(messages), min(maxOutput, 1_024)))
  }

  /// Refuses an input that cannot fit even if the estimate is a fifth too high.
  /// - Throws: ``QlaudError`` `too_large` with the numbers.
  func check(_ messages: Int, model: String) throws {
    guard let window, tokens(messages) / 5 * 4 > window else { return }
    throw QlaudError(
      .tooLarge,
      "the input has about \(tokens(messages)) tokens, and model \"\(model)\" takes \(window) with its reply: it cannot be sent",
      details: [
        "limit": .integer(window), "tokens": .integer(tokens(messages)), "model": .string(model),
      ])
  }

  /// What a thousand estimated tokens were, by the newest reply of the model that the same beginning led to; nil where
  /// there is none, or none that can be believed.
  /// - Parameter estimates: for each message what was estimated of all before it, system prompt and tools included.
  static func permille(_ messages: [Message], _ estimates: [Int], model: String, after: MessageSeq)
    -> Int?
  {
    for (message, estimate) in zip(messages, estimates).reversed() {
      guard message.role == .assistant, message.seq > after, estimate >= 200,
        message.model?.lowercased() == model.lowercased(), let usage = message.usage,
        !usage.isEstimated
      else { continue }
      let ratio = usage.totalInput * 1_000 / estimate
      // Numbers that no tokenizer gives are no numbers: some hosts count one part only.
      return (300...3_000).contains(ratio) ? ratio : nil
    }
    return nil
  }
}
