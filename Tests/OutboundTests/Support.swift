import Outbound
import Testing
import Wire

/// Runs `body` and gives the error that it must throw.
func failure(
  sourceLocation: SourceLocation = #_sourceLocation, _ body: () async throws -> Void
) async -> OutboundError? {
  await #expect(throws: OutboundError.self, sourceLocation: sourceLocation) { try await body() }
}

extension HTTPClient {
  /// A whole reply as text.
  func text(_ request: OutboundRequest) async throws(OutboundError) -> String {
    let response = try await send(request)
    return String(decoding: try await response.body.collect(upTo: 64 << 20), as: UTF8.self)
  }
}

/// Bytes without a period that a lost or repeated buffer could hide in.
func pattern(_ count: Int, seed: UInt64 = 1) -> [UInt8] {
  var state = seed &* 0x9E37_79B9_7F4A_7C15 | 1
  return [UInt8](unsafeUninitializedCapacity: count) { buffer, initialized in
    for index in 0..<count {
      state ^= state << 13
      state ^= state >> 7
      state ^= state << 17
      buffer[index] = UInt8(truncatingIfNeeded: state)
    }
    initialized = count
  }
}
