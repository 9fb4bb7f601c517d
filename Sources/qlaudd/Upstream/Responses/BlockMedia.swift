import Domain
import Wire

/// What an image or document block holds, in any of Anthropic's forms of `source`.
enum BlockMedia {
  case base64(mediaType: String, data: String)
  case url(String)
  case text(String)
  case blocks([Block])

  /// Reads the block's `source`.
  /// - Throws: ``InvalidParams`` naming `field` where the source has a form that no other provider can be given, such
  ///   as the id of a file that lies with Anthropic.
  init(_ block: Block, field: String) throws(InvalidParams) {
    guard let source = block["source"] else {
      throw InvalidParams("\(field).source", "is required")
    }
    let kind = source["type"]?.string ?? ""
    switch kind {
    case "base64":
      guard let mediaType = source["media_type"]?.string, let data = source["data"]?.string else {
        throw InvalidParams("\(field).source", "must have media_type and data")
      }
      self = .base64(mediaType: mediaType, data: data)
    case "url":
      guard let url = source["url"]?.string else {
        throw InvalidParams("\(field).source.url", "is required")
      }
      self = .url(url)
    case "text":
      self = .text(source["data"]?.string ?? "")
    case "content":
      self = .blocks(Block.list(source["content"] ?? .null))
    default:
      throw InvalidParams(
        "\(field).source.type", "must be base64, url, text or content for this provider")
    }
  }
}

extension Block {
  /// The text of a `search_result` block, which only Anthropic knows as a kind of its own: title, place and passages.
  var searchResultText: String {
    let passages = Block.list(self["content"] ?? .null).compactMap { $0["text"]?.string }
    let head = [self["title"]?.string, self["source"]?.string].compactMap { $0 }
    return (head + passages).joined(separator: "\n")
  }
}
