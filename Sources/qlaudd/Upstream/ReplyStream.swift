package import Domain
import Outbound

/// A reply as it comes: canonical events in the strict order that ``StreamEvent`` states. It ends after `messageStop`, or throws.
///
/// Read it once, by one task. Nothing is read from the provider that is not asked for here. Letting go of the iterator, or
/// cancelling the task that reads, ends the transfer.
package struct ReplyStream: AsyncSequence, Sendable {
  package typealias Element = StreamEvent
  package typealias Failure = UpstreamFailure

  /// The provider's id of the request, for its support; nil where it sends none.
  package let requestID: String?
  private let source: Source
  private let mark: HostMark

  private enum Source: Sendable {
    case whole([StreamEvent])
    case live(OutboundBody, any ReplyDecoder, Credential)
  }

  /// A reply that is all there.
  init(requestID: String?, mark: HostMark, events: [StreamEvent]) {
    self.requestID = requestID
    self.mark = mark
    source = .whole(events)
  }

  /// A reply on its way.
  init(
    requestID: String?, mark: HostMark, body: OutboundBody, decoder: any ReplyDecoder,
    credential: Credential
  ) {
    self.requestID = requestID
    self.mark = mark
    source = .live(body, decoder, credential)
  }

  package func makeAsyncIterator() -> Iterator {
    switch source {
    case .whole(let events): Iterator(mark: mark, ready: events, live: nil)
    case .live(let body, let decoder, let credential):
      Iterator(
        mark: mark, ready: [],
        live: .init(body: body.makeAsyncIterator(), decoder: decoder, credential: credential))
    }
  }

  /// Reads the events.
  ///
  /// States: `live` is there while bytes may come; it is gone after `messageStop`, the end of the body or a failure, and then
  /// what is `ready` is all that is left.
  package struct Iterator: AsyncIteratorProtocol {
    fileprivate struct Live {
      var body: OutboundBody.Iterator
      var decoder: any ReplyDecoder
      let credential: Credential
      var framing = SSEDecoder()
    }
    private let mark: HostMark
    private var ready: [StreamEvent]
    private var taken = 0
    private var live: Live?
    private var failure: UpstreamFailure?
    private var contentStarted = false

    fileprivate init(mark: HostMark, ready: [StreamEvent], live: Live?) {
      self.mark = mark
      self.ready = ready
      self.live = live
    }

    /// The next event; nil after `messageStop`.
    /// - Throws: ``UpstreamFailure``, after every event that came before it.
    package mutating func next(isolation actor: isolated (any Actor)?)
      async throws(UpstreamFailure) -> StreamEvent?
    {
      while taken == ready.count {
        if let failure {
          self.failure = nil
          throw failure.after(contentStarted: contentStarted)
        }
        guard live != nil else { return nil }
        ready.removeAll(keepingCapacity: true)
        taken = 0
        await refill(isolation: actor)
      }
      let event = ready[taken]
      taken += 1
      if case .blockStart = event { contentStarted = true }
      return mark.put(on: event)
    }

    /// The events that have come together, at least one; nil after `messageStop`.
    /// - Throws: as ``next(isolation:)``.
    package mutating func nextTogether(isolation actor: isolated (any Actor)? = #isolation)
      async throws(UpstreamFailure) -> [StreamEvent]?
    {
      guard let first = try await next(isolation: actor) else { return nil }
      var events = [first]
      while taken < ready.count, let event = try await next(isolation: actor) {
        events.append(event)
      }
      return events
    }

    /// Pulls one piece of the body and decodes what is complete in it.
    private mutating func refill(isolation actor: isolated (any Actor)?) async {
      guard var live = self.live else { return }
      self.live = nil
      do throws(OutboundError) {
        let piece = try await live.body.next(isolation: actor)
        do throws(UpstreamFailure) {
          if try decode(piece, &live) { self.live = live }
        } catch {
          failure = live.credential.removed(from: error)
        }
      } catch {
        failure = live.credential.removed(from: UpstreamFailure(afterHead: error))
      }
    }

    /// Decodes a piece, nil for the end of the body, into `ready`.
    /// - Returns: whether more may come.
    private mutating func decode(_ piece: [UInt8]?, _ live: inout Live)
      throws(UpstreamFailure) -> Bool
    {
      var overflow: SSEDecoder.Overflow?
      if let piece {
        do throws(SSEDecoder.Overflow) { try live.framing.append(piece) } catch {
          overflow = error
        }
      }
      while let event = live.framing.next() {
        ready += try live.decoder.take(event)
        if ready.last == .messageStop { return false }
      }
      if let overflow { throw UpstreamFailure(.malformed, overflow.description) }
      guard piece == nil else { return true }
      if let event = live.framing.finish() { ready += try live.decoder.take(event) }
      ready += try live.decoder.finish()
      guard ready.last == .messageStop else {
        throw UpstreamFailure(.brokenStream, "the reply broke off before its end")
      }
      return false
    }
  }
}
