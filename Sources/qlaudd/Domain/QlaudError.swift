package import Wire

/// The error that callers see: PROTOCOL section 9. What is not one of these becomes `internal`, logged once.
package struct QlaudError: Error, Sendable, Equatable {
  /// What clients switch on.
  package enum Kind: String, Sendable, CaseIterable {
    case invalidParams = "invalid_params"
    case unauthorized
    case keyCapExceeded = "key_cap_exceeded"
    case walletExhausted = "wallet_exhausted"
    case priceUnknown = "price_unknown"
    case forbidden
    case notFound = "not_found"
    case conflict
    case tooLarge = "too_large"
    case upstreamError = "upstream_error"
    case offline
    case vaultLocked = "vault_locked"
    case secretMissing = "secret_missing"
    case overloaded
    case storageFull = "storage_full"
    case storageCorrupt = "storage_corrupt"
    /// The file cannot be read or written for now: a read-only file system, a failing disk, lost rights, a file moved away.
    case storageUnavailable = "storage_unavailable"
    case cancelled
    case `internal`
  }

  package let kind: Kind
  /// Names the thing, the value and the limit. Never holds a secret.
  package let message: String
  /// The numbers and names that belong to the kind: `field`, `limit`, `spent`, `provider`, `status`, `retry_after`.
  package var details: JSON.Object
  /// Whether the same request may succeed later without a change.
  package let isRetryable: Bool

  /// An error of one kind.
  package init(
    _ kind: Kind, _ message: String, details: JSON.Object = [:], isRetryable: Bool = false
  ) {
    self.kind = kind
    self.message = message
    self.details = details
    self.isRetryable = isRetryable
  }

  /// A field that is not as it must be.
  package static func invalid(_ field: String, _ problem: String) -> QlaudError {
    QlaudError(InvalidParams(field, problem))
  }
  /// The same from the reader of parameters.
  package init(_ invalid: InvalidParams) {
    self.init(.invalidParams, invalid.description, details: ["field": .string(invalid.field)])
  }
  /// Something that is not there, or that the caller may not see; the two are not told apart.
  package static func notFound(_ what: String, _ id: some CustomStringConvertible) -> QlaudError {
    QlaudError(.notFound, "no \(what) \(id)", details: ["what": .string(what)])
  }
  /// A caller without the right.
  package static func forbidden(_ message: String) -> QlaudError { QlaudError(.forbidden, message) }
  /// A state that does not allow it.
  package static func conflict(_ message: String) -> QlaudError { QlaudError(.conflict, message) }
  /// The caller took it back.
  package static let cancelled = QlaudError(.cancelled, "the request was cancelled")
}

extension QlaudError {
  /// The HTTP status. An upstream's own 4xx is passed on where it is known.
  package var httpStatus: Int {
    switch kind {
    case .invalidParams: 400
    case .unauthorized: 401
    case .keyCapExceeded, .walletExhausted, .priceUnknown: 402
    case .forbidden: 403
    case .notFound: 404
    case .conflict: 409
    case .tooLarge: 413
    case .upstreamError: upstreamClientStatus ?? 502
    case .offline, .vaultLocked, .secretMissing, .storageUnavailable: 503
    case .overloaded: 529
    case .storageFull: 507
    case .storageCorrupt, .internal: 500
    case .cancelled: 499
    }
  }

  private var upstreamClientStatus: Int? {
    guard let status = details["status"]?.int, (400..<500).contains(status) else { return nil }
    return Int(status)
  }

  /// The JSON-RPC error code.
  package var rpcCode: Int {
    switch kind {
    case .invalidParams: -32602
    case .unauthorized: -32000
    case .keyCapExceeded, .walletExhausted, .priceUnknown: -32010
    case .forbidden: -32011
    case .notFound: -32002
    case .conflict: -32012
    case .tooLarge: -32013
    case .upstreamError: -32014
    case .offline: -32015
    case .vaultLocked, .secretMissing: -32016
    case .overloaded: -32001
    case .storageFull, .storageCorrupt, .storageUnavailable: -32017
    case .cancelled: -32800
    case .internal: -32603
    }
  }

  /// The `type` of Anthropic's error envelope.
  package var typeName: String {
    switch kind {
    case .invalidParams: "invalid_request_error"
    case .unauthorized: "authentication_error"
    case .keyCapExceeded, .walletExhausted, .priceUnknown: "billing_error"
    case .forbidden: "permission_error"
    case .notFound: "not_found_error"
    case .conflict: "conflict_error"
    case .tooLarge: "request_too_large"
    case .offline, .overloaded: "overloaded_error"
    case .upstreamError, .vaultLocked, .secretMissing, .storageFull, .storageCorrupt,
      .storageUnavailable,
      .cancelled,
      .internal:
      "api_error"
    }
  }

  /// The members that both dialects carry: `kind`, the details, and `retryable`.
  package var data: JSON.Object {
    var data: JSON.Object = ["kind": .string(kind.rawValue)]
    data.merge(details)
    data["retryable"] = .bool(isRetryable)
    return data
  }

  /// The error as a JSON-RPC answer carries it.
  package var rpcFault: RPC.Fault {
    RPC.Fault(code: rpcCode, message: message, data: .object(data))
  }

  /// The error as an HTTP body carries it: Anthropic's envelope.
  package func httpBody(requestID: String) -> JSON {
    var error: JSON.Object = ["type": .string(typeName), "message": .string(message)]
    error.merge(data)
    return ["type": "error", "error": .object(error), "request_id": .string(requestID)]
  }
}

extension QlaudError {
  /// Whether the file could not be read or written for a cause that may go: a full disk, a failing one, lost rights.
  package var isStorageRefusal: Bool { kind == .storageFull || kind == .storageUnavailable }
}
