import Domain
import Wire

/// Token counts of chat hosts. They come in the last chunk, in every chunk as totals so far, beside `x_groq`, inside a choice, or never;
/// later numbers replace earlier ones.
struct ChatUsage: Sendable {
  private var members: JSON.Object = [:]

  mutating func take(_ usage: JSON?) {
    for member in usage?.object?.members ?? [] where !member.value.isNull {
      members[member.key] = member.value
    }
  }

  /// Nil where the host has sent none. Zeros are what it says, and are booked by an estimate (`Engine/Money/Accountant`).
  var total: Usage? {
    let details = members["prompt_tokens_details"]
    let prompt = number(members["prompt_tokens"])
    guard
      members["prompt_tokens"]?.countedTokens != nil
        || members["completion_tokens"]?.countedTokens != nil
    else { return nil }
    let read = number(
      details?["cached_tokens"]?.nonNull ?? members["prompt_cache_hit_tokens"]
        ?? members["cached_tokens"] ?? members["cache_read_input_tokens"])
    let written = number(
      details?["cache_write_tokens"]?.nonNull ?? members["cache_creation_input_tokens"])
    let reasoning = members["completion_tokens_details"]?["reasoning_tokens"]?.countedTokens
    return Usage(
      input: max(0, prompt - read - written), output: output(prompt, reasoning ?? 0),
      cacheRead: read, cacheWrite: written, reasoning: reasoning)
  }

  /// `completion_tokens` includes the reasoning, except at hosts that count it beside (xAI, Gemini behind some gateways): there
  /// the total says so, or the part would be larger than the whole. It is billed as output everywhere.
  private func output(_ prompt: Int, _ reasoning: Int) -> Int {
    let completion = completion(prompt)
    let isBeside =
      number(members["total_tokens"]) == prompt + completion + reasoning || reasoning > completion
    return isBeside ? completion + reasoning : completion
  }

  /// Where a host gives the total only, what is not prompt was written.
  private func completion(_ prompt: Int) -> Int {
    members["completion_tokens"]?.countedTokens ?? max(0, number(members["total_tokens"]) - prompt)
  }

  private func number(_ json: JSON?) -> Int { json?.countedTokens ?? 0 }
}
