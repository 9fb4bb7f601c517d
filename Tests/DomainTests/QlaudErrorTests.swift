import Testing
import Wire

@testable import Domain

@Suite struct QlaudErrorTests {
  struct Row: Sendable, CustomTestStringConvertible {
    let kind: QlaudError.Kind
    let http: Int
    let rpc: Int
    /// As the protocol's table has it; where it has none, Anthropic's word for the rest.
    let type: String
    init(_ kind: QlaudError.Kind, _ http: Int, _ rpc: Int, _ type: String) {
      self.kind = kind
      self.http = http
      self.rpc = rpc
      self.type = type
    }
    var testDescription: String { kind.rawValue }
  }

  /// Section 9 of the protocol, and `internal`, which is everything else.
  static let table: [Row] = [
    .init(.invalidParams, 400, -32602, "invalid_request_error"),
    .init(.unauthorized, 401, -32000, "authentication_error"),
    .init(.keyCapExceeded, 402, -32010, "billing_error"),
    .init(.walletExhausted, 402, -32010, "billing_error"),
    .init(.priceUnknown, 402, -32010, "billing_error"),
    .init(.forbidden, 403, -32011, "permission_error"),
    .init(.notFound, 404, -32002, "not_found_error"),
    .init(.conflict, 409, -32012, "conflict_error"),
    .init(.tooLarge, 413, -32013, "request_too_large"),
    .init(.upstreamError, 502, -32014, "api_error"),
    .init(.offline, 503, -32015, "overloaded_error"),
    .init(.vaultLocked, 503, -32016, "api_error"),
    .init(.secretMissing, 503, -32016, "api_error"),
    .init(.overloaded, 529, -32001, "overloaded_error"),
    .init(.storageFull, 507, -32017, "api_error"),
    .init(.storageCorrupt, 500, -32017, "api_error"),
    .init(.storageUnavailable, 503, -32017, "api_error"),
    .init(.cancelled, 499, -32800, "api_error"),
    .init(.internal, 500, -32603, "api_error"),
  ]

  @Test func `the table holds every kind once`() {
    #expect(Self.table.map(\.kind) == QlaudError.Kind.allCases)
  }

  @Test func `the names of the kinds are the protocol's`() {
    #expect(
      QlaudError.Kind.allCases.map(\.rawValue) == [
        "invalid_params", "unauthorized", "key_cap_exceeded", "wallet_exhausted", "price_unknown",
        "forbidden", "not_found", "conflict", "too_large", "upstream_error", "offline",
        "vault_locked", "secret_missing", "overloaded", "storage_full", "storage_corrupt",
        "storage_unavailable",
        "cancelled", "internal",
      ])
  }

  @Test(arguments: QlaudErrorTests.table)
  func `a kind has its status, its code and its type in both dialects`(row: Row) {
    let error = QlaudError(row.kind, "what happened", details: ["limit": 7], isRetryable: true)
    #expect(error.httpStatus == row.http)
    #expect(
      error.httpBody(requestID: "req_1").text == """
        {"type":"error","error":{"type":"\(row.type)","message":"what happened",\
        "kind":"\(row.kind.rawValue)","limit":7,"retryable":true},"request_id":"req_1"}
        """)
    #expect(
      error.rpcFault.json.text == """
        {"code":\(row.rpc),"message":"what happened",\
        "data":{"kind":"\(row.kind.rawValue)","limit":7,"retryable":true}}
        """)
  }

  @Test(
    arguments: [
      (400, 400), (401, 401), (404, 404), (422, 422), (499, 499), (399, 502), (500, 502),
      (529, 502),
      (200, 502),
    ] as [(Int, Int)])
  func `an upstream's own 4xx is passed on and nothing else is`(given: Int, status: Int) {
    let error = QlaudError(.upstreamError, "x", details: ["status": .integer(given)])
    #expect(error.httpStatus == status)
  }

  @Test func `an upstream's status changes no other kind`() {
    #expect(QlaudError(.offline, "x", details: ["status": 404]).httpStatus == 503)
  }

  @Test func `shorthands name the thing`() {
    let invalid = QlaudError.invalid("limit", "must be a whole number from 1 to 200")
    #expect(invalid.message == "limit: must be a whole number from 1 to 200")
    #expect(invalid.kind == .invalidParams && invalid.details["field"] == "limit")
    let missing = QlaudError.notFound("thread", ThreadID(rawValue: "t1"))
    #expect(missing.message == "no thread t1" && missing.details["what"] == "thread")
    #expect(QlaudError.cancelled.kind == .cancelled && !QlaudError.cancelled.isRetryable)
    #expect(QlaudError.conflict("c").kind == .conflict)
    #expect(QlaudError.forbidden("f").kind == .forbidden)
  }
}
