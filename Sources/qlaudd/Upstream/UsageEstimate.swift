package import Domain
import Wire

/// Token counts where a host sends none: four bytes of text a token, the usual rule of thumb for English, and marked as an
/// estimate. A call that costs must not be booked as free.
package enum UsageEstimate {
  /// An estimate for a call and a reply of that many bytes.
  package static func of(_ call: ModelCall, outputBytes: Int) -> Usage {
    var bytes = 0
    for block in call.system { bytes += count(block.json) }
    for message in call.messages {
      for block in message.blocks { bytes += count(block.publicJSON) }
    }
    for tool in call.tools {
      bytes += tool.name.utf8.count + tool.description.utf8.count + count(tool.inputSchema)
    }
    return Usage(input: (bytes + 3) / 4, output: (outputBytes + 3) / 4, isEstimated: true)
  }

  /// Bytes of the texts inside; images and files are counted by others or not at all.
  private static func count(_ json: JSON) -> Int {
    switch json {
    case .string(let text): text.utf8.count
    case .array(let elements): elements.reduce(0) { $0 + count($1) }
    case .object(let object):
      object.members.reduce(0) { sum, member in
        member.key == "data" ? sum : sum + member.key.utf8.count + count(member.value)
      }
    default: 1
    }
  }
}
