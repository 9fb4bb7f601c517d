import Wire

/// How a chat reply ended, in Anthropic's words.
struct ChatStop: Sendable {
  private var finish: String?
  /// A stop sequence that the host names (vLLM, SGLang).
  private var matched: String?
  var hasCalls = false
  var hasRefused = false

  /// Whether the host has said that the reply is over.
  var hasCome: Bool { finish != nil }

  /// Takes the end marks of a choice. Of several the first counts, unless it was a plain "stop" and a later one says more.
  /// - Throws: where the mark says that the reply failed.
  mutating func take(_ choice: JSON) throws(UpstreamFailure) {
    matched = choice["stop_reason"]?.string ?? choice["matched_stop"]?.string ?? matched
    guard let reason = choice["finish_reason"]?.string, !reason.isEmpty else { return }
    switch reason {
    case "error", "network_error", "abort", "cancelled":
      throw UpstreamFailure(.server, "the provider ended the reply: \(reason)", type: reason)
    case "insufficient_system_resource":
      throw UpstreamFailure(.overloaded, "the provider ended the reply: \(reason)", type: reason)
    default: break
    }
    if finish == nil || finish == "stop" { finish = reason }
  }

  /// The reason, and the stop sequence where one of `sequences` was met.
  ///
  /// Calls decide over "stop": a forced choice ends with it although calls were sent, and "tool_calls" without a call is an
  /// ordinary end.
  func reason(_ sequences: [String]) -> (String, String?) {
    switch finish?.lowercased() {
    case "length", "max_tokens", "model_length": return ("max_tokens", nil)
    case "content_filter", "safety", "sensitive", "refusal", "recitation", "prohibited_content":
      return ("refusal", nil)
    default: break
    }
    if hasCalls { return ("tool_use", nil) }
    if hasRefused { return ("refusal", nil) }
    if let matched, sequences.contains(matched) { return ("stop_sequence", matched) }
    return ("end_turn", nil)
  }
}
