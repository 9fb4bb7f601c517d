import Domain
import Wire

extension Dialect {
  /// OpenAI's Responses API.
  package static let openAIResponses = Dialect(
    shape: .openAIResponses,
    models: ModelListing(path: "/v1/models") { page in
      (page["data"]?.array ?? []).compactMap { $0["id"]?.string }
    },
    encode: ResponsesDialect.encode,
    makeDecoder: ResponsesDecoder.init(call:))
}

extension ResponsesDialect {
  /// Why a response was not finished.
  static func failure(_ response: JSON) -> UpstreamFailure {
    if response["error"]?.nonNull != nil { return .reported(response) }
    let status = response["status"]?.string ?? "failed"
    return UpstreamFailure(.server, "the provider ended the response with status \(status)")
  }

  /// OpenAI's counts as ours: `input_tokens` includes what was read from and written to the cache, `output_tokens` the
  /// reasoning. Nil where there are none; zeros are what it says, and are booked by an estimate (`Engine/Money/Accountant`).
  static func usage(_ usage: JSON) -> Usage? {
    func number(_ value: JSON?) -> Int { value?.countedTokens ?? 0 }
    guard
      usage["input_tokens"]?.countedTokens != nil || usage["output_tokens"]?.countedTokens != nil
    else { return nil }
    let details = usage["input_tokens_details"]
    let read = number(details?["cached_tokens"])
    let written = number(details?["cache_write_tokens"])
    return Usage(
      input: max(0, number(usage["input_tokens"]) - read - written),
      output: number(usage["output_tokens"]), cacheRead: read, cacheWrite: written,
      reasoning: usage["output_tokens_details"]?["reasoning_tokens"]?.countedTokens)
  }
}
