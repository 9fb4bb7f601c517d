/// Cuts a stream of JSON into its objects: those of a top-level array, or one after another. Each can be read by itself, so
/// an export of any size takes the memory of its longest conversation.
///
/// States: between objects (`depth` 0), inside of one (`depth` > 0), inside of a string there, behind a backslash there.
struct ValueSplitter {
  private var depth = 0
  private var isInString = false
  private var isEscaped = false
  private var object: [UInt8] = []

  /// Whether the last object is whole.
  var isBetween: Bool { depth == 0 }

  /// The objects that these bytes finish.
  mutating func take(_ bytes: [UInt8]) -> [[UInt8]] {
    var finished: [[UInt8]] = []
    var start = depth > 0 ? 0 : bytes.count
    for (index, byte) in bytes.enumerated() {
      if isInString {
        if isEscaped {
          isEscaped = false
        } else if byte == UInt8(ascii: "\\") {
          isEscaped = true
        } else if byte == UInt8(ascii: "\"") {
          isInString = false
        }
        continue
      }
      switch byte {
      case UInt8(ascii: "\"") where depth > 0: isInString = true
      case UInt8(ascii: "{"):
        if depth == 0 { start = index }
        depth += 1
      case UInt8(ascii: "}") where depth > 0:
        depth -= 1
        if depth == 0 {
          finished.append(object + bytes[start...index])
          object = []
          start = bytes.count
        }
      default: continue
      }
    }
    if depth > 0, start < bytes.count { object += bytes[start...] }
    return finished
  }
}
