import ArgumentParser
import Wire

/// One page of a list.
struct PageOptions: ParsableArguments {
  @Option(help: "Rows at most.")
  var limit: Int?
  @Option(help: "Where the page starts: what the page before named.")
  var cursor: String?

  /// Lays `limit` and `cursor` over the parameters.
  func added(to params: JSON.Object = [:]) -> JSON {
    var params = params
    params["limit"] = limit.map(JSON.integer)
    params["cursor"] = cursor.map(JSON.string)
    return .object(params)
  }
}

extension Console {
  /// Prints a list of the daemon as a table, or as it came.
  func list(
    _ json: JSON, member: String = "data", _ columns: [Table.Column], empty: String,
    row: (JSON) -> [String]
  ) {
    result(json) {
      table(Table(columns: columns, rows: (json[member]?.array ?? []).map(row)), empty: empty)
      if json["has_more"] == true, let cursor = json["next_cursor"]?.nonNull {
        note("more: --cursor \(Report.scalar(cursor))")
      }
    }
  }

  /// Prints an object of the daemon, one member a line, or as it came.
  func report(_ json: JSON) {
    result(json) { for text in Report.lines(json) { line(text) } }
  }

  /// Says that something was done, or prints the answer as it came.
  func done(_ json: JSON, _ text: String) { result(json) { note(text) } }
}

extension JSON {
  /// A member as text; empty where it is absent.
  func cell(_ key: String) -> String { self[key]?.nonNull.map(Report.scalar) ?? "" }
  /// A member that is a time, as words.
  func timeCell(_ key: String) -> String {
    self[key]?.int.map { Format.relative($0, now: System.now()) } ?? ""
  }
  /// A member that is micro-dollars.
  func moneyCell(_ key: String) -> String { self[key]?.int.map(Format.money) ?? "" }
}
