import Foundation
import Testing

/// Randomised faults. `contrib/bench/faults` runs more of them, or those of a seed again, through these variables:
/// `QLAUD_FAULT_SCENARIOS` (100) and `QLAUD_FAULT_SEED`.
@Suite(.timeLimit(.minutes(60))) struct FaultTests {
  /// Scenarios in one daemon's life.
  private static let perWorld = 10
  /// Worlds at a time: they wait more than they work.
  private static let parallel = 10

  @Test
  func
    `whatever fails, nothing acknowledged is lost, nothing known is sent twice, and all turns end`()
    async throws
  {
    let variables = ProcessInfo.processInfo.environment
    let count = variables["QLAUD_FAULT_SCENARIOS"].flatMap { Int($0) } ?? 100
    let seed = variables["QLAUD_FAULT_SEED"].flatMap { UInt64($0) } ?? .random(in: 0 ... .max)
    print("\(count) scenarios from seed \(seed)")
    let kinds = FaultWorld.permitted()
    for kind in FaultWorld.Kind.allCases where !kinds.contains(kind) {
      print("left out, not permitted here: \(kind)")
    }
    let worlds = (count + Self.perWorld - 1) / Self.perWorld
    await withTaskGroup(of: Void.self) { group in
      for world in 0..<worlds {
        if world >= Self.parallel { await group.next() }
        group.addTask {
          let kind = kinds[world % kinds.count]
          let own = seed &+ UInt64(world)
          do {
            let faults = try await FaultWorld(kind, seed: own).run(Self.perWorld)
            #expect(faults.isEmpty, "world \(world), \(kind), of seed \(seed)")
          } catch { Issue.record(error, "world \(world), \(kind), of seed \(seed)") }
        }
      }
    }
  }
}
