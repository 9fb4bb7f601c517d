import Domain
package import Wire

/// Runs a program of the model's in the ``Sandbox``.
package struct CodeTool: ToolKind {
  package let definition: ToolDefinition
  private let limits: SandboxProgram.Limits

  /// Bytes of a program.
  static let codeLimit = 60_000

  /// The tool under a name; the limits come from a configuration that fits the catalog's schema.
  /// - Throws: ``InvalidParams`` naming the field.
  init(
    id: ToolID, name: String, description: String, inputSchema: JSON, config: JSON.Object
  ) throws(InvalidParams) {
    var limits = SandboxProgram.Limits()
    func number(_ name: String, _ standard: Int) -> Int {
      config[name]?.int.map(Int.init(clamping:)) ?? standard
    }
    limits.seconds = number("timeout_s", limits.seconds)
    limits.memory = number("memory_mb", limits.memory)
    limits.processes = number("processes", limits.processes)
    limits.outputBytes = number("output_bytes", limits.outputBytes)
    self.limits = limits
    // It changes nothing outside, so a call that a crash has cut short may be made again.
    definition = try ToolDefinition(
      id: id, kind: .builtin, name: name, description: "\(description) \(Self.words(limits))",
      inputSchema: inputSchema,
      hints: .init(isReadOnly: true))
  }

  /// What a program may use, as the model is told.
  private static func words(_ limits: SandboxProgram.Limits) -> String {
    let folder = SandboxCommand.folderBytes >> 20
    return """
      Limits: \(limits.seconds) s and \(limits.memory) MiB of memory for all processes together, \(limits.memory) MiB of \
      address space and \(SandboxCommand.files) open files a process, \(limits.processes) processes, \(folder) MiB in /tmp, \(limits.outputBytes) bytes of stdout and of stderr.
      """
  }

  package func obstacle(_ outside: Outside) async -> String? { await outside.sandbox.obstacle() }

  package func perform(_ call: ToolCall, input: JSON.Object, _ outside: Outside) async
    -> ToolResult
  {
    let language = input["language"].flatMap(SandboxProgram.Language.init(wire:)) ?? .python
    guard let code = input["code"]?.string, code.utf8.count <= Self.codeLimit else {
      return .failure("the program was not run: code must be at most \(Self.codeLimit) bytes")
    }
    do throws(SandboxFailure) {
      let program = SandboxProgram(language, code, limits: limits)
      return Self.result(try await outside.sandbox.run(program, clock: outside.clock), limits)
    } catch {
      return .failure("the program was not run: \(error)")
    }
  }

  private static func result(_ outcome: SandboxOutcome, _ limits: SandboxProgram.Limits)
    -> ToolResult
  {
    var output: JSON.Object = [:]
    switch outcome.ending {
    case .exited(let code): output["exit_code"] = .integer(code)
    case .timedOut: output["stopped"] = "its \(limits.seconds) seconds were over"
    case .wroteTooMuch: output["stopped"] = "it wrote more than \(limits.outputBytes) bytes"
    case .heldTooMuch:
      output["stopped"] = "its processes held more than \(limits.memory) MiB of memory together"
    }
    output["stdout"] = text(outcome.output, limits)
    output["stderr"] = text(outcome.error, limits)
    return ToolResult(output: .object(output), isError: outcome.ending != .exited(0))
  }

  private static func text(_ output: SandboxOutcome.Output, _ limits: SandboxProgram.Limits)
    -> JSON
  {
    let text = String(decoding: output.bytes, as: UTF8.self)
    guard output.isCutOff else { return .string(text) }
    return .string(
      text + "\n[…truncated…] only the first \(limits.outputBytes) bytes are shown")
  }
}
