package import Wire

/// What happens around every call, once, whatever the kind: the input is made safe (locks), then checked (schema), then
/// the tool runs, then secrets are taken out of what came back.
package enum Dispatch {
  /// The input as it will be used: locked fields filled from the thread, valid by the schema. What an approval shows.
  /// - Throws: ``InvalidParams`` with the first complaint; never with a secret.
  package static func prepare(_ call: ToolCall, for definition: ToolDefinition)
    throws(InvalidParams) -> JSON.Object
  {
    guard let object = call.input.object else {
      throw InvalidParams("input", "must be an object")
    }
    try refusePrototypes(call.input, "input")
    let input = definition.locks.apply(to: object, endUser: call.endUser)
    let violations = definition.schema.violations(of: .object(input))
    guard let first = violations.first else { return input }
    let key = first.field.split(separator: ".", maxSplits: 1).dropFirst().first.map(String.init)
    if let key, definition.locks.isLocked(key), input[key] == nil {
      let places = Locks.places(of: key).joined(separator: " or ")
      throw InvalidParams(
        first.field, "is required and locked, and there is no trusted value for it: \(places)")
    }
    let others = violations.dropFirst().map { "; \($0)" }.joined()
    throw InvalidParams(first.field, first.problem + others)
  }

  /// The input as it will be used, or as the model wrote it where it is refused.
  package static func input(_ call: ToolCall, _ definition: ToolDefinition) -> (
    json: JSON, isValid: Bool
  ) {
    do throws(InvalidParams) {
      return (.object(try prepare(call, for: definition)), true)
    } catch { return (call.input, false) }
  }

  /// Runs a call from what the model wrote to what the model is told.
  package static func run(_ call: ToolCall, on tool: some ToolKind, _ outside: Outside) async
    -> ToolResult
  {
    let redactor = Redactor(secrets: Array(call.secrets.values))
    do throws(InvalidParams) {
      let input = try prepare(call, for: tool.definition)
      return redact(await tool.perform(call, input: input, outside), redactor)
    } catch {
      return .failure(redactor.redact("the call was not made: \(error)"))
    }
  }

  private static func redact(_ result: ToolResult, _ redactor: Redactor) -> ToolResult {
    ToolResult(
      output: redactor.redact(result.output), isError: result.isError, isBlocks: result.isBlocks)
  }

  /// `__proto__` (and `constructor` over a `prototype`) set what a JavaScript receiver inherits, past any lock.
  private static func refusePrototypes(_ json: JSON, _ path: String) throws(InvalidParams) {
    switch json {
    case .null, .bool, .int, .number, .string: return
    case .array(let elements):
      for (index, element) in elements.enumerated() {
        try refusePrototypes(element, "\(path)[\(index)]")
      }
    case .object(let object):
      for member in object.members {
        let key = Locks.skeleton(member.key)
        let isInherited =
          member.key == "__proto__" || (key == "proto" && member.key.contains("__"))
          || (member.key == "constructor" && member.value["prototype"] != nil)
        guard !isInherited else {
          throw InvalidParams("\(path).\(member.key.prefix(32))", "is not allowed as a name")
        }
        try refusePrototypes(member.value, "\(path).\(member.key.prefix(32))")
      }
    }
  }
}
