/// What a wallet holds. It is off, and nothing is limited by it, until it was credited once.
package struct WalletBalance: Sendable, Equatable {
  package let credited: Microdollars
  /// Settled since the first credit.
  package let spent: Microdollars
  /// Held by calls under way.
  package let reserved: Microdollars
  /// A balance.
  package init(credited: Microdollars, spent: Microdollars, reserved: Microdollars) {
    self.credited = credited
    self.spent = spent
    self.reserved = reserved
  }
  /// What is left after everything that was spent; may be below zero by what calls cost more than estimated.
  package var balance: Microdollars { credited - spent }
}

/// Money to be held for one call before it is sent.
package struct Reservation: Sendable, Equatable {
  /// The call's id; its usage row settles the reservation under the same id.
  package let id: String
  package let key: KeyID
  package let turn: TurnID?
  /// The most the call can cost; nil where the model has no price.
  package let amount: Microdollars?
  /// A reservation.
  package init(id: String, key: KeyID, turn: TurnID?, amount: Microdollars?) {
    self.id = id
    self.key = key
    self.turn = turn
    self.amount = amount
  }
}

/// When the spans of caps began and end, for the moment of a check.
package struct CapSpans: Sendable, Equatable {
  /// The day's first moment and the next day's, in the user's time zone.
  package let day: Range<Milliseconds>
  /// The same of the month.
  package let month: Range<Milliseconds>
  /// Spans.
  package init(day: Range<Milliseconds>, month: Range<Milliseconds>) {
    self.day = day
    self.month = month
  }
  /// From when a key's spending counts, and when it counts anew; nil for never.
  package func span(_ period: Key.Period) -> (since: Milliseconds, resetsAt: Milliseconds?) {
    switch period {
    case .lifetime: (0, nil)
    case .day: (day.lowerBound, day.upperBound)
    case .month: (month.lowerBound, month.upperBound)
    }
  }
}
