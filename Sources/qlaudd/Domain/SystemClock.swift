#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

/// The machine's wall clock, without Foundation's date types.
enum SystemClock {
  static func milliseconds() -> Milliseconds {
    var time = timespec()
    clock_gettime(CLOCK_REALTIME, &time)
    return Int64(time.tv_sec) * 1000 + Int64(time.tv_nsec) / 1_000_000
  }

  private static let start = ContinuousClock.now

  /// Milliseconds since the first look; the time that the machine sleeps counts.
  static func monotonic() -> Milliseconds {
    let (seconds, attoseconds) = (ContinuousClock.now - start).components
    return seconds * 1000 + attoseconds / 1_000_000_000_000_000
  }

  /// The day and the month of a moment in the machine's time zone (TZ, /etc/localtime).
  static func spans(_ now: Milliseconds) -> CapSpans {
    var seconds = time_t(now / 1000)
    var local = tm()
    localtime_r(&seconds, &local)
    func moment(day: Int32, month: Int32) -> Milliseconds {
      var first = tm()
      (first.tm_year, first.tm_mon, first.tm_mday) = (local.tm_year, month, day)
      first.tm_isdst = -1
      return Int64(mktime(&first)) * 1000
    }
    let day = moment(day: local.tm_mday, month: local.tm_mon)
    let tomorrow = moment(day: local.tm_mday + 1, month: local.tm_mon)
    let month = moment(day: 1, month: local.tm_mon)
    let next = moment(day: 1, month: local.tm_mon + 1)
    return CapSpans(day: day..<max(day + 1, tomorrow), month: month..<max(month + 1, next))
  }
}
