import Domain
import Server

/// Why the daemon could not start, and the exit status that says so.
struct StartFailure {
  /// EX_TEMPFAIL of sysexits.h: somebody else serves; ask there.
  static let busy: Int32 = 75

  let message: String
  let status: Int32

  init(_ error: any Error) {
    switch error {
    case let error as InstanceLock.Failure:
      (message, status) = (error.description, Self.status(error))
    case let error as ServerError: (message, status) = (error.description, Self.status(error))
    case let error as QlaudError: (message, status) = (error.message, 1)
    default: (message, status) = ("\(error)", 1)
    }
  }

  private static func status(_ failure: InstanceLock.Failure) -> Int32 {
    switch failure {
    case .held: busy
    case .system: 1
    }
  }

  private static func status(_ error: ServerError) -> Int32 {
    switch error {
    case .socketInUse, .addressInUse: busy
    case .notASocket, .pathTooLong, .directoryNotOurs, .notLoopback, .unusableActivatedSocket,
      .system:
      1
    }
  }
}
