import ServiceLifecycle
import Wire

/// A service that nobody waits for: it begins when clients can connect, so that it does not take the processor from what they
/// wait for.
struct LateStart: Service {
  let service: any Service
  /// Rings once, when clients can connect.
  let listening: Bell

  func run() async throws {
    await cancelWhenGracefulShutdown { await listening.wait(past: 0) }
    try await service.run()
  }
}
