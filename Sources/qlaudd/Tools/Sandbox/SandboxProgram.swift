import Wire

/// A program for the sandbox.
package struct SandboxProgram: Sendable, Equatable {
  /// What it is written in.
  package enum Language: String, WireEnum { case python, sh }

  /// What it may use.
  package struct Limits: Sendable, Equatable {
    /// Seconds on the wall clock, all processes together.
    package var seconds = 20
    /// MiB of memory, all processes together; also of address space of each one.
    package var memory = 512
    /// Processes and threads that exist at once, the sandbox's own among them.
    package var processes = 24
    /// Bytes of each of the two outputs; a program that writes more is stopped.
    package var outputBytes = 32 << 10
    /// The limits that hold where nothing is said.
    package init() {}
  }

  package let language: Language
  package let code: String
  package let limits: Limits
  /// A program.
  package init(_ language: Language, _ code: String, limits: Limits = Limits()) {
    self.language = language
    self.code = code
    self.limits = limits
  }
}

/// What came of a program.
package struct SandboxOutcome: Sendable, Equatable {
  /// How it ended.
  package enum Ending: Sendable, Equatable {
    /// By itself. A process that a signal ended has 128 + the signal, as in a shell.
    case exited(Int)
    /// Its time was over.
    case timedOut
    /// It wrote more than it may.
    case wroteTooMuch
    /// Its processes held more memory than they may together.
    case heldTooMuch
  }
  /// One of its two outputs.
  package struct Output: Sendable, Equatable {
    package var bytes: [UInt8] = []
    package var isCutOff = false
  }
  package var ending: Ending
  package var output: Output
  package var error: Output
}

/// Why a program was not run, or not to its end.
package struct SandboxFailure: Error, Sendable, Equatable, CustomStringConvertible {
  /// For people and models.
  package let description: String
  init(_ description: String) { self.description = description }
}
