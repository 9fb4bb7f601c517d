import ArgumentParser
import Wire

/// What was used and what it cost.
struct UsageCommand: DaemonCommand {
  static let configuration = CommandConfiguration(
    commandName: "usage", abstract: "Show what was used and what it cost, as a table and bars.")
  @Option(help: "key, model, end_user or day.") var by = "model"
  @Option(help: "Only this key's, by its id.") var key: String?
  @Option(help: "Since a span ago (12h, 30d); else since the month began.") var since: String?
  @Flag(help: "Comma-separated values.") var csv = false
  @OptionGroup var common: Common

  func execute(_ daemon: RPCClient, _ console: Console) throws(Failure) {
    var params: JSON.Object = ["group_by": .string(by)]
    params["key_id"] = key.map(JSON.string)
    if let since {
      let now = System.now()
      let ahead = try Format.moment(since, option: "--since", now: now)
      params["from_ms"] = .int(max(0, ahead > now ? 2 * now - ahead : ahead))
    }
    let usage = try daemon.call("usage/get", .object(params))
    let rows = usage["data"]?.array ?? []
    if csv { return Self.writeCSV(rows, by: by, console) }
    console.result(usage) {
      let most = rows.compactMap { $0["cost_micros"]?.int }.max() ?? 0
      let most2 = rows.compactMap { Self.tokens($0) }.max() ?? 0
      console.table(
        Table(
          columns: [
            .init(title: by.uppercased(), shrinks: true), .init(title: "CALLS", alignsRight: true),
            .init(title: "INPUT", alignsRight: true), .init(title: "CACHED", alignsRight: true),
            .init(title: "OUTPUT", alignsRight: true), .init(title: "COST", alignsRight: true),
            .init(title: ""),
          ],
          rows: rows.map { row in
            // Where nothing has a price the bars show tokens.
            let share =
              most > 0
              ? Self.bar(row["cost_micros"]?.int ?? 0, of: most)
              : Self.bar(Self.tokens(row), of: most2)
            return [
              row["group"]?.string ?? "-", row.cell("request_count"), row.cell("input_tokens"),
              row.cell("cache_read_tokens"), row.cell("output_tokens"),
              Self.cost(row), share,
            ]
          }), empty: "nothing was used")
      console.note("total \(Format.money(usage["total_cost_micros"]?.int ?? 0))")
      if rows.contains(where: { $0["estimated"] == true }) {
        console.note("~ with counts that the provider did not send: estimated")
      }
      let unpriced = rows.reduce(0) { $0 + ($1["unpriced_requests"]?.int ?? 0) }
      if unpriced > 0 {
        console.note(
          "\(unpriced) calls of models without a price are not in it; give one with: qlaud models set"
        )
      }
    }
  }

  /// A row's cost; `-` where none of its calls has a price.
  private static func cost(_ row: JSON) -> String {
    if let unpriced = row["unpriced_requests"]?.int, unpriced > 0,
      unpriced == row["request_count"]?.int
    {
      return "-"
    }
    return (row["estimated"] == true ? "~" : "") + Format.money(row["cost_micros"]?.int ?? 0)
  }

  private static func tokens(_ row: JSON) -> Int64 {
    (row["input_tokens"]?.int ?? 0) + (row["output_tokens"]?.int ?? 0)
  }

  /// A bar of at most 20 cells in eighths.
  static func bar(_ value: Int64, of most: Int64) -> String {
    guard most > 0, value > 0 else { return "" }
    let eighths = max(1, Int(Double(value) / Double(most) * 160))
    let part = ["", "▏", "▎", "▍", "▌", "▋", "▊", "▉"][eighths % 8]
    return String(repeating: "█", count: eighths / 8) + part
  }

  /// RFC 4180, with a head.
  private static func writeCSV(_ rows: [JSON], by: String, _ console: Console) {
    let names = [
      "request_count", "input_tokens", "cache_read_tokens", "cache_write_tokens", "output_tokens",
      "cost_micros", "unpriced_requests",
    ]
    console.line(([by] + names).joined(separator: ","))
    for row in rows {
      let fields = [quoted(row["group"]?.string ?? "")] + names.map { row[$0]?.text ?? "" }
      console.line(fields.joined(separator: ","))
    }
  }

  static func quoted(_ text: String) -> String {
    guard text.contains(where: { ",\"\r\n".contains($0) }) else { return text }
    return "\""
      + text.split(separator: "\"", omittingEmptySubsequences: false).joined(separator: "\"\"")
      + "\""
  }
}

/// The wallet that all keys share.
struct WalletCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "wallet", abstract: "Show the wallet or add to it.",
    subcommands: [Get.self, Add.self], defaultSubcommand: Get.self)

  struct Get: DaemonCommand {
    static let configuration = CommandConfiguration(abstract: "Show the wallet.")
    @OptionGroup var common: Common
    func execute(_ daemon: RPCClient, _ console: Console) throws(Failure) {
      console.report(try daemon.call("wallet/get"))
    }
  }

  struct Add: DaemonCommand {
    static let configuration = CommandConfiguration(
      abstract: "Credit the wallet; the first credit turns it on for good.")
    @Argument(help: "Dollars.") var usd: String
    @Option(help: "A remark.") var note: String?
    @OptionGroup var common: Common
    func execute(_ daemon: RPCClient, _ console: Console) throws(Failure) {
      var params: JSON.Object = ["amount_usd": try Format.dollars(usd, option: "USD")]
      params["note"] = note.map(JSON.string)
      console.report(try daemon.call("wallet/credit", .object(params)))
    }
  }
}
