import NIOCore

#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

/// Which user is at the other end of a Unix socket.
enum PeerCredentials {
  #if canImport(Glibc)
    /// `struct ucred` of unix(7), option SO_PEERCRED.
    private struct Credentials {
      var pid: Int32 = 0
      var uid: UInt32 = .max
      var gid: UInt32 = .max
    }
    private static let option = (
      level: NIOBSDSocket.OptionLevel.socket, name: NIOBSDSocket.Option(rawValue: SO_PEERCRED)
    )
  #else
    /// `struct xucred` of unix(4), option LOCAL_PEERCRED.
    private typealias Credentials = xucred
    private static let option = (
      level: NIOBSDSocket.OptionLevel(rawValue: 0),
      name: NIOBSDSocket.Option(rawValue: LOCAL_PEERCRED)
    )
  #endif

  /// Succeeds for this user's own processes, fails for all others.
  static func check(_ channel: any Channel) -> EventLoopFuture<Void> {
    guard let provider = channel as? any SocketOptionProvider else {
      return channel.eventLoop.makeFailedFuture(Refused())
    }
    let found: EventLoopFuture<UInt32> = provider.unsafeGetSocketOption(
      level: option.level, name: option.name
    ).map { (credentials: Credentials) in
      #if canImport(Glibc)
        credentials.uid
      #else
        credentials.cr_uid
      #endif
    }
    return found.flatMapThrowing { uid in
      guard uid == Host.userID else { throw Refused() }
    }
  }

  struct Refused: Error {}
}
