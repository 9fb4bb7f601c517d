import Domain
import Wire

/// In whose words a method's errors are told over HTTP.
enum ErrorStyle: Sendable {
  /// Anthropic's envelope, which is the house's own.
  case anthropic
  /// OpenAI's: `{error: {message, type, param, code}}`.
  case openAI
  /// Anthropic's for its clients, who all name the version that they speak; OpenAI's for others.
  case client

  func body(_ error: QlaudError, requestID: String, namesVersion: Bool) -> JSON {
    switch self {
    case .anthropic: error.httpBody(requestID: requestID)
    case .client where namesVersion: error.httpBody(requestID: requestID)
    case .openAI, .client: OpenAIError.body(error)
    }
  }
}

/// Errors as OpenAI's clients expect them (https://platform.openai.com/docs/guides/error-codes).
enum OpenAIError {
  static func body(_ error: QlaudError) -> JSON {
    [
      "error": [
        "message": .string(error.message), "type": .string(type(error)),
        "param": error.details["field"] ?? .null, "code": .string(code(error)),
      ]
    ]
  }

  private static func type(_ error: QlaudError) -> String {
    switch error.kind {
    case .unauthorized: "authentication_error"
    case .keyCapExceeded, .walletExhausted, .priceUnknown: "insufficient_quota"
    case .forbidden: "permission_error"
    default:
      switch error.httpStatus {
      case 429: "rate_limit_error"
      case 400..<500: "invalid_request_error"
      default: "server_error"
      }
    }
  }

  private static func code(_ error: QlaudError) -> String {
    switch error.kind {
    case .unauthorized: "invalid_api_key"
    case .keyCapExceeded, .walletExhausted: "insufficient_quota"
    case .notFound where error.details["what"] == "model": "model_not_found"
    default: error.httpStatus == 429 ? "rate_limit_exceeded" : error.kind.rawValue
    }
  }
}
