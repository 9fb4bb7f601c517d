import ArgumentParser
import Wire

/// What a person says to the question whether a tool may be called.
struct ApprovalAnswer: Equatable {
  /// For what it holds.
  enum Scope: String, ExpressibleByArgument, CaseIterable { case once, thread, tool }
  /// What a key means.
  enum Press: Equatable {
    case answer(ApprovalAnswer)
    case later
    case interrupt
    case other
  }

  let isApproval: Bool
  let scope: Scope

  /// What can be pressed.
  static let keys =
    "allow it? y yes · t always in this thread · a always for this tool · n no · N never in this thread · s later "

  /// The meaning of a byte that was typed.
  static func pressed(_ byte: UInt8) -> Press {
    switch byte {
    case UInt8(ascii: "y"), UInt8(ascii: "Y"): .answer(.init(isApproval: true, scope: .once))
    case UInt8(ascii: "t"): .answer(.init(isApproval: true, scope: .thread))
    case UInt8(ascii: "a"): .answer(.init(isApproval: true, scope: .tool))
    case UInt8(ascii: "n"): .answer(.init(isApproval: false, scope: .once))
    case UInt8(ascii: "N"): .answer(.init(isApproval: false, scope: .thread))
    case UInt8(ascii: "s"): .later
    case 0x03, 0x04: .interrupt
    default: .other
    }
  }

  /// The parameters of `approval/respond`.
  func params(for approval: String) -> JSON {
    [
      "approval_id": .string(approval), "decision": isApproval ? "approve" : "deny",
      "scope": .string(scope.rawValue),
    ]
  }

  /// What was said, in words.
  var words: String {
    let what = isApproval ? "allowed" : "denied"
    return switch scope {
    case .once: what
    case .thread: "\(what), always in this thread"
    case .tool: "\(what), always for this tool"
    }
  }
}
