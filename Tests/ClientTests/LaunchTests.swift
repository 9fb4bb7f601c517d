import Foundation
import Testing
import Wire

@Suite(.timeLimit(.minutes(1))) struct LaunchTests {
  /// A `qlaud` with a `qlaudd` of the test's making beside it.
  private func withLauncher(
    _ daemonScript: String, _ body: (CLI, FakeDaemon) async throws -> Void
  ) async throws {
    let daemon = try FakeDaemon(name: "real.sock") { $0.reply(["pong": true]) }
    defer { daemon.stop() }
    let binary = URL(fileURLWithPath: daemon.directory + "/qlaud")
    let script = "#!/bin/sh\ncd \"$(dirname \"$0\")\"\necho \"$@\" > arguments\n" + daemonScript
    let text = daemon.directory + "/qlaudd.sh"
    try Data(script.utf8).write(to: URL(fileURLWithPath: text))
    // Made by a child: a program that this process holds open for writing, or a child of another
    // test forked meanwhile, cannot be run ("text file busy").
    let copy = Process()
    copy.executableURL = URL(fileURLWithPath: "/bin/sh")
    copy.arguments = [
      "-ec", #"cp "$1" "$2"; cp "$3" "$4"; chmod 755 "$2" "$4""#, "sh",
      try CLI.executable.resolvingSymlinksInPath().path, binary.path, text,
      daemon.directory + "/qlaudd",
    ]
    try copy.run()
    copy.waitUntilExit()
    #expect(copy.terminationStatus == 0)
    let cli = CLI(home: daemon.directory, socket: daemon.directory + "/s.sock", binary: binary)
    try await body(cli, daemon)
  }

  @Test func `A daemon is started where none answers, and awaited`() async throws {
    let script =
      "ln -s \"$PWD/real.sock\" s.sock\nps -o sid= -p $$ > sid\necho $$ > pid\necho hello\necho ready >&3\n"
    try await withLauncher(script) { cli, daemon in
      let outcome = try await cli.run("call", "ping", "--data", "/srv/data")
      #expect(outcome.err == "")
      #expect(outcome.out == "{\"pong\":true}\n")
      let arguments = try String(contentsOfFile: daemon.directory + "/arguments", encoding: .utf8)
      #expect(
        arguments == "--socket \(daemon.directory)/s.sock --ready-fd 3 --data /srv/data\n")
      let log = daemon.directory + "/.local/state/qlaud/qlaudd.log"
      #expect(try String(contentsOfFile: log, encoding: .utf8) == "hello\n")
      let mode = try FileManager.default.attributesOfItem(atPath: log)[.posixPermissions] as? Int
      #expect(mode == 0o600)
      func number(_ file: String) throws -> String {
        try String(contentsOfFile: daemon.directory + "/" + file, encoding: .utf8)
          .trimmingCharacters(in: .whitespacesAndNewlines)
      }
      if try !number("sid").isEmpty { #expect(try number("sid") == number("pid")) }
    }
  }

  @Test func `What the daemon says instead of ready is passed on with status 3`() async throws {
    try await withLauncher("echo 'error: the disk is full' >&3\nexit 1\n") { cli, _ in
      let outcome = try await cli.run("status")
      #expect(outcome.status == 3)
      #expect(outcome.err.contains("qlaudd: the disk is full"))
    }
  }

  @Test func `A daemon that ends silently is told with its status`() async throws {
    try await withLauncher("exit 9\n") { cli, _ in
      let outcome = try await cli.run("status")
      #expect(outcome.status == 3)
      #expect(outcome.err.contains("status 9"))
    }
  }

  @Test func `Where another daemon runs the client just connects`() async throws {
    try await withLauncher("ln -s \"$PWD/real.sock\" s.sock\nexit 75\n") { cli, _ in
      let outcome = try await cli.run("status")
      #expect(outcome.status == 0)
    }
  }

  @Test func `--no-start starts none`() async throws {
    try await withLauncher("echo ready >&3\n") { cli, daemon in
      let outcome = try await cli.run("status", "--no-start")
      #expect(outcome.status == 3)
      #expect(outcome.err.contains("s.sock"))
      #expect(!FileManager.default.fileExists(atPath: daemon.directory + "/arguments"))
      #expect(try await cli.run("stop").status == 3)
      #expect(!FileManager.default.fileExists(atPath: daemon.directory + "/arguments"))
    }
  }
}
