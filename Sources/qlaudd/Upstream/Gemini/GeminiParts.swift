import Domain
import Wire

/// Parts of a Gemini reply that are neither text nor function call, in Anthropic's vocabulary.
enum GeminiParts {
  /// The block that stands for a part. `id` names it where its shape needs an id.
  static func block(_ part: JSON.Object, id: String) -> Block {
    if let code = part["executableCode"] {
      return Block([
        "type": "server_tool_use", "id": .string(code["id"]?.string ?? id),
        "name": "code_execution",
        "input": .record(["language": code["language"], "code": code["code"] ?? ""]),
      ])
    }
    if let result = part["codeExecutionResult"] {
      let succeeded = result["outcome"] == "OUTCOME_OK"
      let output = result["output"] ?? ""
      return Block([
        "type": "code_execution_tool_result", "tool_use_id": .string(result["id"]?.string ?? id),
        "content": [
          "type": "code_execution_result", "stdout": succeeded ? output : "",
          "stderr": succeeded ? "" : output, "return_code": succeeded ? 0 : 1, "content": [],
        ],
      ])
    }
    if let data = part["inlineData"], let type = data["mimeType"]?.string, type.hasPrefix("image/")
    {
      return Block([
        "type": "image",
        "source": [
          "type": "base64", "media_type": .string(type), "data": data["data"] ?? "",
        ],
      ])
    }
    // Clients know this kind as content that is not for reading; the part itself stays in the opaque data.
    return Block(["type": "redacted_thinking", "data": ""])
  }

  /// One citation for each source of each supported passage, as Anthropic's web search writes them. `cited_text` is
  /// the passage of the reply: Google does not send the source's own words.
  static func citations(_ metadata: JSON) -> [JSON] {
    let chunks = metadata["groundingChunks"]?.array ?? []
    var citations: [JSON] = []
    for support in metadata["groundingSupports"]?.array ?? [] {
      for index in support["groundingChunkIndices"]?.array ?? [] {
        guard let index = index.int, chunks.indices.contains(Int(clamping: index)) else { continue }
        let chunk = chunks[Int(clamping: index)]
        guard let source = chunk["web"] ?? chunk["retrievedContext"] ?? chunk["maps"] else {
          continue
        }
        citations.append([
          "type": "web_search_result_location", "url": source["uri"] ?? "",
          "title": source["title"] ?? "", "encrypted_index": "",
          "cited_text": support["segment"]?["text"] ?? "",
        ])
      }
    }
    return citations
  }
}

/// Gemini's counts as ours. `promptTokenCount` includes what was cached, thoughts are not in `candidatesTokenCount`;
/// what server tools read is input as well. Chunks repeat totals, and early ones lack members: each overwrites.
struct GeminiUsage {
  private var hasCome = false
  private var prompt = 0
  private var toolPrompt = 0
  private var cached = 0
  private var candidates: Int?
  private var thoughts: Int?
  private var all = 0

  mutating func take(_ metadata: JSON?) {
    func read(_ name: String) -> Int? { metadata?[name]?.countedTokens }
    if (read("promptTokenCount") ?? 0) > 0 { hasCome = true }
    prompt = read("promptTokenCount") ?? prompt
    toolPrompt = read("toolUsePromptTokenCount") ?? toolPrompt
    cached = read("cachedContentTokenCount") ?? cached
    candidates = read("candidatesTokenCount") ?? candidates
    thoughts = read("thoughtsTokenCount") ?? thoughts
    all = read("totalTokenCount") ?? all
  }

  /// Nil while no counts have come; Vertex sends metadata without any at first.
  var total: Usage? {
    guard hasCome else { return nil }
    // Where only the total is there, what is not input was written.
    let written =
      candidates == nil && thoughts == nil
      ? max(0, all - prompt - toolPrompt) : (candidates ?? 0) + (thoughts ?? 0)
    return Usage(
      input: max(0, prompt - cached) + toolPrompt, output: written, cacheRead: cached,
      reasoning: thoughts)
  }
}

/// How a reply ended.
enum GeminiStop {
  case ended, maxTokens, refused

  /// Maps `finishReason`: content filters are a refusal.
  /// - Throws: where the reply is of no use: the model's call could not be read by the API itself, so there is nothing
  ///   to run and nothing to answer. It depends on sampling, so it may be tried again.
  init(finishReason: String, message: String?) throws(UpstreamFailure) {
    switch finishReason {
    case "STOP": self = .ended
    case "MAX_TOKENS": self = .maxTokens
    case "MALFORMED_FUNCTION_CALL", "UNEXPECTED_TOOL_CALL", "TOO_MANY_TOOL_CALLS",
      "MALFORMED_RESPONSE", "MISSING_THOUGHT_SIGNATURE", "NO_IMAGE", "IMAGE_OTHER", "OTHER":
      throw UpstreamFailure(
        .server,
        "the model's reply cannot be used: \(finishReason)"
          + (message.map { ": \($0)" } ?? ""), type: finishReason)
    default:
      // SAFETY, RECITATION, LANGUAGE, BLOCKLIST, PROHIBITED_CONTENT, SPII, IMAGE_SAFETY, … and filters to come.
      self = .refused
    }
  }

  func reason(hasCalls: Bool) -> String {
    switch self {
    case .ended: hasCalls ? "tool_use" : "end_turn"
    case .maxTokens: "max_tokens"
    case .refused: "refusal"
    }
  }
}
