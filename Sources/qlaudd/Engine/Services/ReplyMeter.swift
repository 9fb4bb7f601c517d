import Domain
import Upstream
import Wire

/// Reads along with a reply: puts it together, counts what was written, and gives each event the name under which the
/// model was asked for.
struct ReplyMeter: Sendable {
  private let call: ModelCall
  private let slug: String
  private let fallbackID: String
  private var assembler = ReplyAssembler()
  private var outputBytes = 0
  /// Whether the provider has said what was used in all.
  private var hasTotals = false
  /// Whether the provider has accepted the call; before that nothing is used.
  var wasAccepted = false

  init(call: ModelCall, slug: String, fallbackID: String) {
    self.call = call
    self.slug = slug
    self.fallbackID = fallbackID
  }

  var reply: Reply { assembler.reply }
  var isComplete: Bool { assembler.isComplete }

  /// Takes the next event and returns it as callers see it.
  mutating func pass(_ event: StreamEvent) -> StreamEvent {
    let event = renamed(event)
    switch event {
    case .blockDelta(_, let delta): outputBytes += Self.bytes(delta)
    case .messageDelta: hasTotals = true
    default: break
    }
    do throws(InvalidParams) { try assembler.take(event) } catch {
      // The text of the broken input stays on the block, and whoever shapes the reply decides.
      return event
    }
    return event
  }

  /// What the call used, nil for nothing. Of a reply that broke off, what the provider had said is kept and the rest is
  /// estimated.
  var usage: Usage? {
    guard wasAccepted else { return nil }
    if hasTotals { return reply.usage }
    let estimate = UsageEstimate.of(call, outputBytes: outputBytes)
    var usage = reply.usage
    if usage.totalInput == 0 { usage.input = estimate.input }
    usage.output = max(usage.output, estimate.output)
    usage.isEstimated = true
    return usage
  }

  private func renamed(_ event: StreamEvent) -> StreamEvent {
    guard case .messageStart(let id, _, let usage) = event else { return event }
    return .messageStart(id: id.isEmpty ? fallbackID : id, model: slug, usage: usage)
  }

  private static func bytes(_ delta: StreamEvent.Delta) -> Int {
    switch delta {
    case .text(let text), .inputJSON(let text), .thinking(let text): text.utf8.count
    case .signature, .other: 0
    }
  }
}
