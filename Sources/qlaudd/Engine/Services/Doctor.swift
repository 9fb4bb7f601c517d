package import Domain
import Store
import Vault
import Wire

/// Looks at everything that the daemon needs and says how it stands and what to do about it.
package struct Doctor: Sendable {
  let core: Core

  /// How long a provider may take to answer.
  static let patience: Duration = .seconds(5)

  /// All findings, in the order of their checks. What a check itself cannot do is a finding, too.
  package func examine() async -> [Finding] {
    let running = core.running
    var findings = await found("file") { try await core.store.fileFindings() }
    findings += await found("search index") { [try await core.store.indexFinding()] }
    findings += await found("orphans") {
      try await core.store.orphanFindings { running.isRunning($0) }
    }
    findings += core.store.diskFindings()
    findings += await found("clock") { [try await core.store.clockFinding()] }
    findings.append(vault)
    return findings + (await found("providers") { try await providers() })
  }

  private func found(_ check: String, _ look: () async throws -> [Finding]) async -> [Finding] {
    do { return try await look() } catch {
      let message = (error as? QlaudError)?.message ?? "\(error)"
      return [Finding(check, .error, "could not be looked at: \(message)")]
    }
  }

  private var vault: Finding {
    core.keeper.vault.isLocked
      ? Finding(
        "vault", .warning, "is locked: turns that need a key wait", fix: "qlaud vault unlock")
      : Finding("vault", .ok, "is open")
  }

  private func providers() async throws -> [Finding] {
    let names = try await core.store.providers().map(\.name)
    guard !names.isEmpty else {
      return [Finding("providers", .warning, "none is set up", fix: "qlaud provider add NAME")]
    }
    return await withTaskGroup(of: (Int, Finding).self) { group in
      for (index, name) in names.enumerated() {
        group.addTask { (index, await provider(name)) }
      }
      var findings: [(Int, Finding)] = []
      for await finding in group { findings.append(finding) }
      return findings.sorted { $0.0 < $1.0 }.map(\.1)
    }
  }

  /// One that is out of reach is no error: what is meant for it waits.
  private func provider(_ name: String) async -> Finding {
    let check = "provider \(name)"
    return await withTaskGroup(of: Finding?.self) { group in
      group.addTask {
        do {
          let probe = try await Providers(core: core).test(name)
          return Finding(check, .ok, "answers in \(probe.latencyMs) ms")
        } catch is CancellationError { return nil } catch {
          return Self.unwell(check, name, error)
        }
      }
      group.addTask {
        await Bell.pause(for: Self.patience)
        return nil
      }
      let first = await group.next() ?? nil
      group.cancelAll()
      return first
        ?? Finding(
          check, .warning, "does not answer within \(Self.patience.components.seconds) s",
          fix: "what is meant for it waits in the queue; see qlaud queue")
    }
  }

  private static func unwell(_ check: String, _ name: String, _ error: any Error) -> Finding {
    guard let error = error as? QlaudError else { return Finding(check, .warning, "\(error)") }
    let fix =
      switch error.kind {
      case .offline: "what is meant for it waits in the queue; see qlaud queue"
      case .secretMissing: "qlaud secret set \(error.details["name"]?.string ?? "NAME")"
      case .vaultLocked: "qlaud vault unlock"
      default: "see its address, shape and key: qlaud provider list"
      }
    return Finding(check, .warning, error.message, fix: fix)
  }
}
