import CHost
import NIOCore

/// Who is on the other side of a Unix socket, as the kernel knows it.
enum PeerCredentials {
  /// The peer's user. Call it on the channel's event loop.
  static func uid(of channel: any Channel) throws -> UInt32 {
    let uid = try channel.pipeline.syncOperations.withUnsafeTransportIfAvailable(
      of: NIOBSDSocket.Handle.self
    ) { descriptor in
      var uid: UInt32 = 0
      _ = try ServerError.check(
        chost_peer_uid(descriptor, &uid), "read the peer of", "a connection")
      return uid
    }
    guard let uid else {
      throw ServerError.system(action: "read the peer of", subject: "a connection", code: 0)
    }
    return uid
  }
}
