import ServiceLifecycle
import Wire

/// A service that begins when a bell has rung.
struct Held<Inner: Service>: Service {
  let service: Inner
  let until: Bell

  func run() async throws {
    await cancelWhenGracefulShutdown { await until.wait(past: 0) }
    try await service.run()
  }
}
