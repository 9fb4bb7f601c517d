import Testing
import Upstream

@testable import Engine

@Suite struct RetryPolicyTests {
  private func failure(
    _ kind: UpstreamFailure.Kind, _ status: Int? = nil, retryAfter: Duration? = nil,
    type: String? = nil
  ) -> UpstreamFailure {
    UpstreamFailure(kind, "x", status: status, type: type, retryAfter: retryAfter)
  }
  private func steps(_ policy: inout RetryPolicy, _ failures: [UpstreamFailure])
    -> [RetryPolicy.Step]
  {
    failures.map { policy.step(after: $0, random: 0.5) }
  }

  @Test(arguments: [UpstreamFailure.Kind.overloaded, .server])
  func `a host in trouble is asked three times, then the turn is parked`(
    kind: UpstreamFailure.Kind
  ) {
    var policy = RetryPolicy(hosts: 1)
    let all = steps(&policy, Array(repeating: failure(kind, 503), count: 3))
    #expect(
      all == [.again(after: 250), .again(after: 500), .park])
  }

  @Test func `a short wish to wait is obeyed in place, a long one in the queue`() {
    var policy = RetryPolicy(hosts: 1)
    #expect(
      policy.step(after: failure(.rateLimited, 429, retryAfter: .seconds(5)), random: 0)
        == .again(after: 5_000))
    #expect(
      policy.step(after: failure(.rateLimited, 429, retryAfter: .seconds(6)), random: 0)
        == .park)
  }

  @Test func `out of reach is parked at once, a closed connection is tried again`() {
    var policy = RetryPolicy(hosts: 1)
    #expect(
      policy.step(after: failure(.unreachable), random: 0)
        == .park)
    policy = RetryPolicy(hosts: 1)
    let closed = failure(.unreachable, type: UpstreamFailure.closed)
    #expect(policy.step(after: closed, random: 0) == .again(after: 0))
  }

  @Test func `a refusal fails, whatever other hosts there are`() {
    var policy = RetryPolicy(hosts: 3)
    for status in [400, 413, 422] {
      #expect(policy.step(after: failure(.rejected, status), random: 0) == .fail)
    }
    #expect(policy.host == 0)
  }

  @Test(arguments: [401, 402, 403, 404])
  func `what is wrong with the host only sends the call to the next one`(status: Int) {
    var policy = RetryPolicy(hosts: 2)
    #expect(policy.step(after: failure(.rejected, status), random: 0) == .next)
    #expect(policy.host == 1)
    #expect(policy.step(after: failure(.rejected, status), random: 0) == .fail)
  }

  @Test func `with another host at hand one more try is enough, and the last one parks`() {
    var policy = RetryPolicy(hosts: 2)
    let all = steps(&policy, Array(repeating: failure(.overloaded, 529), count: 5))
    #expect(
      all == [
        .again(after: 250), .next, .again(after: 250), .again(after: 500),
        .park,
      ])
  }

  @Test func `a reply may break off twice, then the turn goes to the next host or fails`() {
    var policy = RetryPolicy(hosts: 1)
    let broken = Array(repeating: failure(.brokenStream), count: 3)
    #expect(steps(&policy, broken) == [.again(after: 250), .again(after: 500), .fail])
    policy = RetryPolicy(hosts: 2)
    #expect(steps(&policy, broken) == [.again(after: 250), .again(after: 500), .next])
  }

  @Test func `a call goes on at the host that answered last`() {
    var policy = RetryPolicy(hosts: 2, from: 1)
    #expect(
      policy.step(after: failure(.unreachable), random: 0)
        == .park)
  }
}
