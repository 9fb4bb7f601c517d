import Domain
import Engine
import Wire

/// The one place that turns whatever was thrown into the error that callers see.
enum Failure {
  static func seen(_ error: any Error, by engine: LocalEngine, during what: String) -> QlaudError {
    switch error {
    case let error as QlaudError: return error
    case let error as InvalidParams: return QlaudError(error)
    case is CancellationError: return .cancelled
    default:
      engine.logUnexpected(error, during: what)
      return QlaudError(.internal, "something went wrong inside; the log says more")
    }
  }
}
