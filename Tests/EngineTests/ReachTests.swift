import Domain
import Synchronization
import Testing

@testable import Engine

/// The circuits of a provider and of its models, together.
@Suite struct ReachTests {
  /// A clock that stands still until a test moves it.
  private final class Clock: Sendable {
    let now = Atomic<Int64>(1_000)
    var reach: Reach { Reach(now: { self.now.load(ordering: .sequentiallyConsistent) }) }
    func pass(_ span: Int64) { now.add(span, ordering: .sequentiallyConsistent) }
  }

  private static let provider = Provider(
    name: "p", baseURL: "https://p.example", shape: .openAIChat, secretName: nil, headers: [],
    updatedAt: 0)
  private static func route(_ model: String) -> Route {
    Route(provider: provider, upstreamModel: model, slug: "p/\(model)")
  }

  /// Where a turn is held that wants a model; nil where it may go.
  private func held(_ reach: Reach, _ turn: TurnID, _ model: String) -> Reach.Held? {
    do throws(Reach.Held) { try reach.admit(turn, to: Self.route(model)) } catch { return error }
    return nil
  }

  private func fail(
    _ reach: Reach, _ turn: TurnID, _ model: String, _ cause: Circuit.Cause, at began: Int64,
    retryAfter: Duration? = nil
  ) -> Reach.Verdict {
    reach.failed(
      turn, at: Self.provider, model: model,
      Circuit.Failure(cause: cause, began: began, retryAfter: retryAfter, jitter: 0.5))
  }

  @Test func `a limit holds the model that it was said of, and no other`() {
    let clock = Clock()
    let reach = clock.reach
    #expect(held(reach, "a", "big") == nil)
    let verdict = fail(reach, "a", "big", .rateLimited, at: 1_000, retryAfter: .seconds(60))
    #expect(verdict.lane == "p/big" && verdict.openUntil == 61_000)
    #expect(
      held(reach, "b", "big")
        == Reach.Held(provider: "p", lane: "p/big", cause: .rateLimited, until: 61_000))
    #expect(held(reach, "c", "small") == nil)
    #expect(reach.circuit(of: "p")?.isUp == true && reach.isOnline)
    #expect(reach.openLanes() == ["p"] && reach.nextProbe() == 61_000)
    #expect(reach.limitedModels(of: "p") == ["big"])
    // It is over: one turn tries, then the lane drains; the provider's own lane was never shut.
    clock.pass(60_000)
    #expect(reach.openLanes().sorted() == ["p", "p/big"])
    reach.taken("b", from: "p/big")
    #expect(held(reach, "d", "big")?.until == nil && held(reach, "d", "big")?.lane == "p/big")
    #expect(held(reach, "b", "big") == nil)
    #expect(reach.answered("b", by: Self.provider, model: "small").mayLook == false)
    #expect(reach.answered("b", by: Self.provider, model: "big").mayLook)
    #expect(held(reach, "d", "big") == nil)
  }

  @Test
  func `a model's lane stays shut while its provider is away, and its limit while it is back`() {
    let clock = Clock()
    let reach = clock.reach
    _ = fail(reach, "a", "big", .rateLimited, at: 1_000, retryAfter: .seconds(1))
    clock.pass(10)
    _ = fail(reach, "b", "small", .unreachable, at: 1_005)
    clock.pass(10)
    #expect(fail(reach, "c", "small", .unreachable, at: 1_015).news == .offline)
    clock.pass(985)
    // The limit is over, the provider's time has not come.
    let provider = reach.circuit(of: "p")?.probeAt ?? 0
    #expect(reach.openLanes().isEmpty && provider > 2_005)
    #expect(held(reach, "d", "big")?.lane == "p")
    // Nothing was begun with the model's circuit by a turn that its provider held.
    #expect(reach.circuit(of: "p/big")?.state == .open(until: 2_000))
    clock.pass(1_000)
    #expect(reach.openLanes().sorted() == ["p", "p/big"])
    reach.taken("d", from: "p/big")
    #expect(reach.openLanes().isEmpty)
    // The probe of both is told of the limit again: the provider is back all the same.
    #expect(held(reach, "d", "big") == nil)
    let verdict = fail(reach, "d", "big", .rateLimited, at: 3_005, retryAfter: .seconds(60))
    #expect(verdict.news == .online && verdict.lane == "p/big" && verdict.mayLook)
    #expect(reach.openLanes() == ["p"])
    #expect(held(reach, "e", "small") == nil)
  }

  @Test func `a probe of a limit that fails for another reason makes way for the next`() {
    let clock = Clock()
    let reach = clock.reach
    _ = fail(reach, "a", "big", .rateLimited, at: 1_000, retryAfter: .seconds(1))
    clock.pass(1_000)
    #expect(held(reach, "a", "big") == nil && held(reach, "b", "big")?.lane == "p/big")
    // Its turn goes on, at another host: it holds nobody up.
    let verdict = fail(reach, "a", "big", .faulty, at: 2_000)
    #expect(verdict.lane == "p" && verdict.openUntil == nil && verdict.mayLook)
    #expect(held(reach, "b", "big") == nil)
  }

  @Test func `a provider that is changed or deleted frees its models, and no other's`() {
    let clock = Clock()
    let reach = clock.reach
    _ = fail(reach, "a", "big", .rateLimited, at: 1_000, retryAfter: .seconds(60))
    reach.changed("p2")
    #expect(held(reach, "b", "big") != nil)
    reach.changed("p")
    #expect(held(reach, "b", "big") == nil)
    _ = fail(reach, "b", "big", .rateLimited, at: 1_000, retryAfter: .seconds(60))
    reach.letThrough("p")
    #expect(held(reach, "c", "big") == nil && held(reach, "d", "big") == nil)
  }

  @Test func `a limit that an earlier run was told of holds until it is over`() {
    let clock = Clock()
    let reach = clock.reach
    reach.restore([
      LaneStatus(lane: "p/big", depth: 2, reason: "shutdown", lastRetryAt: 50_000),
      LaneStatus(lane: "q", depth: 1, reason: "offline", lastRetryAt: nil),
    ])
    #expect(held(reach, "a", "big")?.until == 50_000 && held(reach, "a", "small") == nil)
    #expect(reach.openLanes().sorted() == ["p", "q"])
  }
}
