import Domain
import Testing
import Wire

@testable import Store

/// Prints what the hot paths cost here; the bounds are loose, for machines under load and builds without optimisation.
@Suite(.serialized, .timeLimit(.minutes(1))) struct SpeedTests {
  @Test func `the hot paths are fast enough`() async throws {
    let fixture = try await Fixture()
    let store = fixture.store
    for index in 0..<10 { try await fixture.thread("t\(index)") }
    let clock = ContinuousClock()

    var start = clock.now
    for index in 0..<500 { try await fixture.submit("turn-\(index)", in: "t\(index % 10)") }
    let submit = (clock.now - start) / 500

    let data: JSON = [
      "type": "content_block_delta", "index": 0,
      "delta": ["type": "text_delta", "text": "some words"],
    ]
    let event = [
      EventDraft(
        threadID: "t0", turnID: "turn-0", keyID: .local, name: "content_block_delta", data: data)
    ]
    try await store.append(event)
    start = clock.now
    for _ in 0..<2000 { try await store.append(event) }
    let append = (clock.now - start) / 2000

    let filter = EventFilter(threadID: "t0", visibleTo: .local)
    let last = store.lastEventSeq
    start = clock.now
    for _ in 0..<10_000 {
      let page = try await store.events(after: last - 4, matching: filter, limit: 128)
      if page.events.count != 4 { Issue.record("a page of \(page.events.count)") }
    }
    let page = (clock.now - start) / 10_000

    start = clock.now
    try await store.flushEvents()
    let flush = (clock.now - start) / 2001

    start = clock.now
    let rows = try await fixture.allEvents()
    let replay = (clock.now - start) / rows.count

    start = clock.now
    for _ in 0..<200 {
      let id = try await fixture.claim() ?? ""
      try await fixture.finish(id)
    }
    let run = (clock.now - start) / 200
    print(
      "submit \(submit), append \(append), page of 4 live events \(page), flush \(flush) an event, replay \(replay) an event, claim and finish \(run)"
    )
    #expect(submit < .milliseconds(20))
    #expect(append < .microseconds(500))
    #expect(page < .microseconds(500))
    try await store.close()
  }
}
