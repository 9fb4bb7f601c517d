import Glibc

/// How many descriptors the daemon may hold: each client and each call upstream takes one.
enum DescriptorLimit {
  /// More than this helps nobody and slows down whoever closes them all.
  private static let enough: rlim_t = 65_536

  /// Takes what the account may have; the usual first limit is for programs that use `select`.
  static func raise() {
    var limit = rlimit()
    let files = __rlimit_resource_t(RLIMIT_NOFILE.rawValue)
    guard getrlimit(files, &limit) == 0, limit.rlim_cur < limit.rlim_max else { return }
    limit.rlim_cur = max(limit.rlim_cur, min(limit.rlim_max, enough))
    setrlimit(files, &limit)
  }
}
