extension Turn {
  /// What may happen to a turn.
  package enum Step: Sendable, CaseIterable {
    /// The runner takes it from the queue.
    case claim
    /// It goes back to its place in the queue: the provider is out of reach, the vault is locked, the daemon ends.
    case park
    /// It waits for somebody: an approval, a client's tool.
    case wait
    /// Whoever it waited for has answered, or the time for that is over.
    case resume
    /// It ends with an answer.
    case complete
    /// It ends with an error.
    case fail
    /// It ends because somebody wants it to.
    case cancel
    /// A caller wants an ended one to be tried again from the beginning.
    case retry
    /// A start of the daemon finds it as a crash left it.
    case recover
  }
}

extension Turn.Status {
  /// The machine of a turn, whole: the state after a step, or nil where the step is not allowed. The store asks it before every
  /// change of a row, so no other change can be written.
  /// ```
  ///            submitted                    ┌── wait ───▶ waiting ─┐
  ///                │                        │               │  │   │ resume
  ///                ▼                        │               │  │   │
  ///   ┌────────▶ queued ───── claim ────▶ running ◀─────────┼──┼───┘
  ///   │          ▲ │  │                    │ │ │            │  │
  ///   │ park,    │ │  │ fail (not_after)   │ │ └─ complete ─┼──┼─────▶ done
  ///   │ recover  │ │  └────────────┐       │ │              │  │
  ///   │          │ └── cancel ──┐  └───────┼─┼── fail ──────┼──┴─────▶ failed ────┐
  ///   └──────────┼──────────────┼──────────┘ │              │                     │
  ///              │              └────────────┴── cancel ────┴────────▶ cancelled ─┤
  ///              └──────────────────────────────── retry ─────────────────────────┘
  /// ```
  /// A turn that nothing stands before is submitted and claimed in one transaction, and its row begins as `running`.
  ///
  /// Recovery, for each state a crash can leave: `queued` is in the queue already; `running` and `waiting` go back to it, and
  /// the turn goes on from what is stored (``Engine``'s turn loop): a call of a tool with a result is not made again, a question
  /// that was asked is waited for again. The three last ones have ended; their last events are in the same transaction.
  package func after(_ step: Turn.Step) -> Turn.Status? {
    switch (self, step) {
    case (.queued, .claim), (.waiting, .resume): .running
    case (.running, .wait): .waiting
    case (.running, .park), (.waiting, .park), (.running, .recover), (.waiting, .recover): .queued
    case (.running, .complete), (.waiting, .complete): .done
    case (.queued, .fail), (.running, .fail), (.waiting, .fail): .failed
    case (.queued, .cancel), (.running, .cancel), (.waiting, .cancel): .cancelled
    case (.failed, .retry), (.cancelled, .retry): .queued
    default: nil
    }
  }

  /// The step that ends a turn in this state; nil for a state that is no end.
  package var ending: Turn.Step? {
    switch self {
    case .done: .complete
    case .failed: .fail
    case .cancelled: .cancel
    case .queued, .running, .waiting: nil
    }
  }
}
