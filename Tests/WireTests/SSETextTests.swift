import Testing

@testable import Wire

@Suite struct SSETextTests {
  @Test(
    arguments: [
      (nil, nil, "{}", "data: {}\n\n"),
      ("7", nil, "{}", "id: 7\ndata: {}\n\n"),
      (nil, "ping", "{}", "event: ping\ndata: {}\n\n"),
      ("7", "ping", #"{"a":1}"#, "id: 7\nevent: ping\ndata: {\"a\":1}\n\n"),
      (nil, nil, "", "data: \n\n"),
      (nil, nil, "a\nb", "data: a\ndata: b\n\n"),
      (nil, nil, "a\r\nb", "data: a\ndata: b\n\n"),
      (nil, nil, "a\rb", "data: a\ndata: b\n\n"),
      (nil, nil, "a\n\rb", "data: a\ndata: \ndata: b\n\n"),
      (nil, nil, "a\n\nb\n", "data: a\ndata: \ndata: b\ndata: \n\n"),
      (nil, nil, "é😀", "data: é😀\n\n"),
    ] as [(String?, String?, String, String)])
  func `a frame is written line by line`(id: String?, event: String?, data: String, text: String) {
    let frame = SSEText.frame(id: id, event: event, data: Array(data.utf8))
    #expect(String(decoding: frame, as: UTF8.self) == text)
  }

  @Test func `a comment is no event`() {
    #expect(SSEText.comment("keep-alive") == Array(": keep-alive\n\n".utf8))
  }
}
