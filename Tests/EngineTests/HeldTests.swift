import ServiceLifecycle
import Testing
import Wire

@testable import Engine

@Suite(.timeLimit(.minutes(1))) struct HeldTests {
  private struct Probe: Service {
    let began: Bell
    func run() async throws { began.ring() }
  }

  @Test func `a held service begins when the bell rings and not before`() async throws {
    let (opened, began) = (Bell(), Bell())
    try await withThrowingTaskGroup(of: Void.self) { group in
      group.addTask { try await Held(service: Probe(began: began), until: opened).run() }
      while opened.listenerCount == 0 { await Task.yield() }
      #expect(began.generation == 0)
      opened.ring()
      try await group.waitForAll()
    }
    #expect(began.generation == 1)
  }
}
