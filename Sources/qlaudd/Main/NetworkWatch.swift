import CHost

/// Tells of changes of the machine's network, until the program ends.
enum NetworkWatch {
  private final class Listener: Sendable {
    let changed: @Sendable () -> Void
    init(_ changed: @escaping @Sendable () -> Void) { self.changed = changed }
  }

  /// Starts it. `changed` is called on a thread of the watch, once for changes that come together; it must be cheap.
  /// - Returns: 0, or the `errno` for which it cannot watch; then what waits for the network is tried by its back-off alone.
  static func start(_ changed: @escaping @Sendable () -> Void) -> Int32 {
    // The watch never ends, so its listener is never given back.
    let listener = Unmanaged.passRetained(Listener(changed))
    let code = chost_watch_network(
      { context in
        guard let context else { return }
        Unmanaged<Listener>.fromOpaque(context).takeUnretainedValue().changed()
      }, listener.toOpaque())
    if code < 0 { listener.release() }
    return -code
  }
}
