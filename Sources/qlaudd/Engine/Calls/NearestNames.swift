/// Which names are meant by one that is not there.
enum NearestNames {
  static let most = 3

  /// At most ``most`` names, the nearest first; equally near ones in their order.
  static func of(_ name: String, among names: [String]) -> [String] {
    let wanted = scalars(name)
    let ranked = names.enumerated().map { index, candidate in
      (distance: distance(wanted, scalars(candidate)), index: index, name: candidate)
    }
    return ranked.sorted { ($0.distance, $0.index) < ($1.distance, $1.index) }
      .prefix(most).map(\.name)
  }

  /// Longer names differ by their ends too, but a model's slip is found without them.
  private static func scalars(_ name: String) -> [Unicode.Scalar] {
    Array(name.lowercased().unicodeScalars.prefix(200))
  }

  /// How many characters must be put in, taken out or changed (Levenshtein 1966).
  static func distance(_ a: [Unicode.Scalar], _ b: [Unicode.Scalar]) -> Int {
    var row = Array(0...b.count)
    for (i, left) in a.enumerated() {
      var diagonal = row[0]
      row[0] = i + 1
      for (j, right) in b.enumerated() {
        let changed = diagonal + (left == right ? 0 : 1)
        diagonal = row[j + 1]
        row[j + 1] = min(changed, diagonal + 1, row[j] + 1)
      }
    }
    return row[b.count]
  }
}
