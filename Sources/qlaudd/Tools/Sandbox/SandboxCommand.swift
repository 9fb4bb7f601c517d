#if canImport(Darwin)
  import Darwin
#elseif canImport(Musl)
  import Musl
#else
  import Glibc
#endif

/// The command line that shuts a program in: bubblewrap with a filter of system calls around util-linux's prlimit around the
/// interpreter.
///
/// The program sees `/usr` and what belongs to it, read-only, an empty `/tmp` in memory, and its own `/proc` and `/dev`; no
/// network and no socket but local ones, no other process, no home, none of the daemon's environment, and it can gain no rights.
struct SandboxCommand {
  /// Bytes of each folder that can be written to; also of one file.
  static let folderBytes = 32 << 20
  /// Open files of one process.
  static let files = 128
  /// Whose rights a program has when the daemon is root's: root is bound by neither file modes nor process limits.
  static let nobody: UInt32 = 65_534

  private static let bubblewrap = ["/usr/bin/bwrap", "/usr/local/bin/bwrap"]
  private static let limiter = ["/usr/bin/prlimit"]
  private static let dropper = ["/usr/bin/setpriv"]
  private static let python = ["/usr/bin/python3", "/usr/local/bin/python3"]
  private static let shell = ["/bin/sh"]

  let executable: String
  let arguments: [String]

  /// - Throws: ``SandboxFailure`` that says what is not installed.
  init(_ language: SandboxProgram.Language, _ limits: SandboxProgram.Limits)
    throws(SandboxFailure)
  {
    #if !os(Linux)
      throw SandboxFailure("the sandbox needs Linux")
    #else
      let bubblewrap = try Self.find(Self.bubblewrap, "bubblewrap")
      let limiter = try Self.find(Self.limiter, "prlimit (of util-linux)")
      let interpreter =
        switch language {
        case .python: [try Self.find(Self.python, "python3"), "-I"]
        case .sh: [try Self.find(Self.shell, "sh")]
        }
      guard let filter = SystemCallFilter.program else {
        throw SandboxFailure("there is no filter of system calls for this processor")
      }
      executable = try Self.find(Self.dropper, "setpriv (of util-linux)")
      arguments =
        (geteuid() == 0 ? Self.asNobody : [])
        + ["--pdeathsig", "KILL", "--", "/bin/sh", "-c", Self.filtered, Self.octal(filter)]
        + [bubblewrap, "--seccomp", "3"] + Self.walls
        + ["--", "/bin/sh", "-c", Self.begin, "begin", limiter]
        + Self.limits(limits) + ["--"] + interpreter
    #endif
  }

  private static func find(_ places: [String], _ name: String) throws(SandboxFailure) -> String {
    for place in places where access(place, X_OK) == 0 { return place }
    throw SandboxFailure("\(name) is not installed on this machine")
  }

  /// setpriv's options; setpriv(1). Not swift-subprocess's own: between its fork and its exec it would call glibc's
  /// setgroups, which waits for ever where another thread of ours held a lock at the fork.
  private static let asNobody = [
    "--reuid=\(nobody)", "--regid=\(nobody)", "--clear-groups",
  ]

  /// Runs bubblewrap with the filter of system calls on descriptor 3; the shell's parent is the daemon, bubblewrap's the shell,
  /// and each ends with its parent.
  private static let filtered = #"exec 4<&0; printf "$0" | exec "$@" 3<&0 <&4 4<&-"#

  /// Bytes as printf of any shell reads them.
  private static func octal(_ bytes: [UInt8]) -> String {
    bytes.map { byte in
      let digits = String(byte, radix: 8)
      return "\\" + String(repeating: "0", count: 3 - digits.utf8.count) + digits
    }.joined()
  }

  /// bubblewrap's options, in the order in which it carries them out; bwrap(1).
  private static let walls: [String] = [
    "--die-with-parent --new-session",
    "--unshare-user --disable-userns --unshare-ipc --unshare-pid --unshare-net --unshare-uts",
    "--unshare-cgroup-try --uid \(nobody) --gid \(nobody) --hostname sandbox --cap-drop ALL",
    "--clearenv --setenv PATH /usr/bin:/bin --setenv HOME /tmp --setenv LANG C.UTF-8",
    "--ro-bind /usr /usr --ro-bind-try /bin /bin --ro-bind-try /lib /lib",
    "--ro-bind-try /lib64 /lib64 --ro-bind-try /etc/alternatives /etc/alternatives",
    "--proc /proc --dev /dev --size \(folderBytes) --tmpfs /dev/shm --remount-ro /dev",
    "--size \(folderBytes) --tmpfs /tmp --remount-ro / --chdir /tmp",
  ].flatMap { $0.split(separator: " ").map(String.init) }

  /// What runs first inside: the program comes in on standard input, so that no list of processes shows it; the daemon's
  /// machine rather kills a sandbox than anything else when memory is short.
  private static let begin = """
    echo 1000 2>/dev/null >/proc/self/oom_score_adj
    cat >/tmp/program || exit 125
    exec nice -n 10 "$@" /tmp/program </dev/null
    """

  /// prlimit's options; prlimit(1).
  private static func limits(_ limits: SandboxProgram.Limits) -> [String] {
    [
      "--nproc=\(limits.processes)", "--as=\(limits.memory << 20)", "--cpu=\(limits.seconds + 1)",
      "--fsize=\(folderBytes)", "--nofile=\(files)", "--core=0", "--memlock=0", "--msgqueue=0",
    ]
  }
}
