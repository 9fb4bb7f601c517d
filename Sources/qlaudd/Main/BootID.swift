import CHost

/// The machine's run since it was last started.
enum BootID {
  /// Its name; nil where the system has none to tell.
  static func current() -> String? {
    var text = [CChar](repeating: 0, count: 64)
    let length = chost_boot_id(&text, Int32(text.count))
    guard length > 0 else { return nil }
    return String(decoding: text.prefix(Int(length)).map(UInt8.init(bitPattern:)), as: UTF8.self)
  }
}
