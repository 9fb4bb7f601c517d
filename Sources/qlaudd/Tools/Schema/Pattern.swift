/// A regular expression of a schema, searched in time that is linear in text × pattern.
///
/// The pattern comes from whoever wrote the schema and the text from a model, so a matcher that backtracks could be made
/// to run for ever. This one walks all alternatives at once (Thompson's construction, as in RE2) and counts its steps.
/// A look-ahead is run on its own, once for each place where it is asked for, so its cost is quadratic; the step budget
/// holds there as well.
struct Pattern: Sendable {
  enum Instruction: Sendable {
    case one(ScalarSet)
    case split(Int, Int)
    case jump(Int)
    case start, end
    case wordBoundary(negated: Bool)
    /// Another program that must (or must not) match from here.
    case lookahead(program: Int, negated: Bool)
    case match
  }
  /// The main program, then those of the look-aheads.
  private(set) var programs: [[Instruction]] = [[]]
  private var size = 0
  /// Instructions of one pattern, counted repeats written out.
  static let sizeLimit = 50_000

  /// Reads and prepares a pattern.
  init(_ text: String) throws(PatternError) {
    var parser = PatternParser(text)
    let tree = try parser.parse()
    try emit(tree, into: 0)
    programs[0].append(.match)
  }

  private mutating func append(_ instruction: Instruction, to program: Int) throws(PatternError) {
    size += 1
    guard size <= Self.sizeLimit else {
      throw PatternError(problem: "is too large with its repeats written out")
    }
    programs[program].append(instruction)
  }

  private mutating func emit(_ tree: PatternTree, into program: Int) throws(PatternError) {
    switch tree {
    case .empty: break
    case .one(let set): try append(.one(set), to: program)
    case .start: try append(.start, to: program)
    case .end: try append(.end, to: program)
    case .wordBoundary(let negated): try append(.wordBoundary(negated: negated), to: program)
    case .sequence(let items): for item in items { try emit(item, into: program) }
    case .choice(let branches): try emit(choice: branches[...], into: program)
    case .repetition(let item, let least, let most):
      try emit(item, least: least, most: most, into: program)
    case .lookahead(let inner, let negated):
      programs.append([])
      let index = programs.count - 1
      try emit(inner, into: index)
      programs[index].append(.match)
      try append(.lookahead(program: index, negated: negated), to: program)
    }
  }

  private mutating func emit(choice branches: ArraySlice<PatternTree>, into program: Int)
    throws(PatternError)
  {
    var jumps: [Int] = []
    for (index, branch) in branches.enumerated() {
      guard index < branches.count - 1 else {
        try emit(branch, into: program)
        break
      }
      let split = programs[program].count
      try append(.split(split + 1, 0), to: program)
      try emit(branch, into: program)
      jumps.append(programs[program].count)
      try append(.jump(0), to: program)
      programs[program][split] = .split(split + 1, programs[program].count)
    }
    for jump in jumps { programs[program][jump] = .jump(programs[program].count) }
  }

  private mutating func emit(_ item: PatternTree, least: Int, most: Int?, into program: Int)
    throws(PatternError)
  {
    for _ in 0..<least {
      let before = size
      try emit(item, into: program)
      // What emits nothing may be repeated a million times for nothing.
      if size == before { return }
    }
    guard let most else {
      let split = programs[program].count
      try append(.split(split + 1, 0), to: program)
      try emit(item, into: program)
      try append(.jump(split), to: program)
      programs[program][split] = .split(split + 1, programs[program].count)
      return
    }
    var splits: [Int] = []
    for _ in 0..<(most - least) {
      splits.append(programs[program].count)
      try append(.split(programs[program].count + 1, 0), to: program)
      try emit(item, into: program)
    }
    for split in splits { programs[program][split] = .split(split + 1, programs[program].count) }
  }

  /// Whether the pattern matches somewhere in the text; nil where the budget was used up first.
  func matches(_ text: String, budget: inout Int) -> Bool? {
    var search = PatternSearch(pattern: self, text: Array(text.unicodeScalars), budget: budget)
    let found = search.run(program: 0, from: 0, anchored: false)
    budget = search.budget
    return found
  }
}

/// One search: all threads of the program move over the text together.
private struct PatternSearch {
  let pattern: Pattern
  let text: [Unicode.Scalar]
  var budget: Int
  /// Answers of look-aheads by program and place.
  var known: [Int: Bool] = [:]

  mutating func run(program: Int, from start: Int, anchored: Bool) -> Bool? {
    let code = pattern.programs[program]
    var seen = [Int](repeating: -1, count: code.count)
    var arriving: [Int] = []
    for place in start...text.count {
      var pending = arriving
      if !anchored || place == start { pending.append(0) }
      if pending.isEmpty { return false }
      arriving.removeAll(keepingCapacity: true)
      while let counter = pending.popLast() {
        guard seen[counter] != place else { continue }
        seen[counter] = place
        budget -= 1
        guard budget > 0 else { return nil }
        switch code[counter] {
        case .match: return true
        case .jump(let target): pending.append(target)
        case .split(let first, let second):
          pending.append(second)
          pending.append(first)
        case .start: if place == 0 { pending.append(counter + 1) }
        case .end: if place == text.count { pending.append(counter + 1) }
        case .wordBoundary(let negated):
          if isBoundary(place) != negated { pending.append(counter + 1) }
        case .lookahead(let inner, let negated):
          guard let found = look(inner, at: place) else { return nil }
          if found != negated { pending.append(counter + 1) }
        case .one(let set):
          if place < text.count, set.contains(text[place]) { arriving.append(counter + 1) }
        }
      }
    }
    return false
  }

  private func isBoundary(_ place: Int) -> Bool {
    let before = place > 0 && ScalarSet.isWord(text[place - 1])
    let after = place < text.count && ScalarSet.isWord(text[place])
    return before != after
  }

  private mutating func look(_ program: Int, at place: Int) -> Bool? {
    let key = program * (text.count + 1) + place
    if let answer = known[key] { return answer }
    guard let answer = run(program: program, from: place, anchored: true) else { return nil }
    known[key] = answer
    return answer
  }
}
