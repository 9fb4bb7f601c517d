import Domain
import Wire

/// What a Gemini model's name tells: where it is called and which generation's rules hold for it.
struct GeminiModel {
  /// The last segment of the name: `gemini-2.5-flash`.
  let name: String
  /// The name as a path segment, with its collection: `models/gemini-2.5-flash`.
  let resource: String

  /// Takes `gemini-2.5-flash`, `models/gemini-2.5-flash` and `tunedModels/mine`.
  /// - Throws: ``InvalidParams`` for a name that cannot stand in a path.
  init(_ model: String) throws(InvalidParams) {
    let allowed = model.utf8.allSatisfy { byte in
      switch byte {
      case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
        UInt8(ascii: "0")...UInt8(ascii: "9"):
        true
      default: "-._@/".utf8.contains(byte)
      }
    }
    let segments = model.split(separator: "/", omittingEmptySubsequences: false)
    guard allowed, (1...2).contains(segments.count),
      segments.allSatisfy({ !$0.isEmpty && $0 != "." && $0 != ".." })
    else {
      throw InvalidParams(
        "model", "\"\(model)\" must be letters, digits and -._@ with at most one slash")
    }
    name = String(segments.last ?? "")
    resource = segments.count == 2 ? model : "models/\(model)"
  }

  /// The major version; nil for names without one (`gemini-flash-latest`).
  var major: Int? {
    guard name.hasPrefix("gemini-") else { return nil }
    return Int(name.dropFirst("gemini-".count).prefix { $0.isNumber })
  }
  /// Whether function calls must carry a thought signature: from version 3 on, and for the `latest` names, which point
  /// at such models.
  var requiresSignatures: Bool {
    if let major { return major >= 3 }
    return name.hasPrefix("gemini-") && name.hasSuffix("-latest")
  }
  /// Whether it can think: those before 2.5, and Gemma, refuse to be asked.
  var canThink: Bool {
    !["gemini-1", "gemini-2.0", "gemma", "learnlm"].contains { name.hasPrefix($0) }
  }
  /// The largest budget; a larger one is refused.
  var mostThinking: Int64 { name.contains("flash") ? 24_576 : 32_768 }
  /// Whether thinking is set by a level instead of a budget.
  var thinksByLevel: Bool { (major ?? 0) >= 3 }
  /// Whether a budget of zero is allowed: only the 2.5 Flash models can be told not to think.
  var canStopThinking: Bool { name.hasPrefix("gemini-2.5-flash") }

  /// What Google documents for history that the model did not write itself: it satisfies the check of a missing
  /// signature. Source: https://ai.google.dev/gemini-api/docs/thought-signatures, "FAQs".
  static let foreignSignature = "skip_thought_signature_validator"
}
