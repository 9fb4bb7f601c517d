import ArgumentParser
import Wire

/// The daemon's settings.
struct SettingsCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "settings", abstract: "Show or change the daemon's settings.",
    subcommands: [Get.self, Set.self], defaultSubcommand: Get.self)

  struct Get: DaemonCommand {
    static let configuration = CommandConfiguration(abstract: "Show all settings.")
    @OptionGroup var common: Common
    func execute(_ daemon: RPCClient, _ console: Console) throws(Failure) {
      let settings = try daemon.call("settings/get")
      console.report(settings)
      if settings.object?.isEmpty == true { console.note("nothing is set") }
    }
  }

  struct Set: DaemonCommand {
    static let configuration = CommandConfiguration(
      abstract: "Change settings.",
      discussion: "A value is read as JSON where it is JSON, else as text; null removes a setting.")
    @Argument(help: "NAME=VALUE …") var assignments: [String]
    @OptionGroup var common: Common
    func execute(_ daemon: RPCClient, _ console: Console) throws(Failure) {
      let settings = try SettingsCommand.parse(assignments)
      console.report(try daemon.call("settings/set", ["settings": .object(settings)]))
    }
  }

  /// Reads `NAME=VALUE` pairs.
  static func parse(_ assignments: [String]) throws(Failure) -> JSON.Object {
    var settings = JSON.Object()
    for text in assignments {
      guard let equals = text.firstIndex(of: "="), equals != text.startIndex else {
        throw .usage("\"\(text)\" must be NAME=VALUE")
      }
      settings[String(text[..<equals])] = value(String(text[text.index(after: equals)...]))
    }
    return settings
  }

  private static func value(_ text: String) -> JSON {
    do throws(JSONError) { return try JSON(parsing: text) } catch {
      // Not JSON: a word such as a model's name.
      return .string(text)
    }
  }
}
