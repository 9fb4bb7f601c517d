import TestSupport
import Testing
import Wire

@testable import Outbound

@Suite struct AddressPolicyTests {
  enum Class: Sendable { case open, linkLocal, inside }

  static let addresses: [(String, Class)] = [
    ("8.8.8.8", .open), ("1.1.1.1", .open), ("172.15.255.255", .open), ("172.32.0.1", .open),
    ("100.63.255.255", .open), ("100.128.0.1", .open), ("169.253.1.1", .open),
    ("192.0.1.1", .open), ("223.255.255.255", .open), ("2606:4700::1", .open),
    ("2a00:1450:4001::200e", .open), ("::ffff:8.8.8.8", .open), ("64:ff9b::808:808", .open),
    ("2002:808:808::1", .open), ("2001:200::1", .open), ("2001:4860::8888", .open),
    ("127.0.0.1", .inside), ("127.255.255.254", .inside), ("0.0.0.0", .inside),
    ("0.1.2.3", .inside), ("10.0.0.1", .inside), ("172.16.0.1", .inside),
    ("172.31.255.255", .inside), ("192.168.1.1", .inside), ("100.64.0.1", .inside),
    ("100.127.255.255", .inside), ("192.0.0.1", .inside), ("192.0.2.1", .inside),
    ("192.88.99.1", .inside), ("198.18.0.1", .inside), ("198.19.255.255", .inside),
    ("198.51.100.1", .inside), ("203.0.113.1", .inside), ("224.0.0.1", .inside),
    ("239.255.255.255", .inside), ("240.0.0.1", .inside), ("255.255.255.255", .inside),
    ("::", .inside), ("::1", .inside), ("fc00::1", .inside), ("fd12:3456::1", .inside),
    ("ff02::1", .inside), ("fec0::1", .inside), ("2001:db8::1", .inside), ("2001::1", .inside),
    ("2001:10::1", .inside), ("3fff::1", .inside), ("64:ff9b:1::1", .inside),
    ("100::1", .inside), ("::ffff:127.0.0.1", .inside), ("::ffff:10.0.0.1", .inside),
    ("::ffff:7f00:1", .inside), ("::127.0.0.1", .inside), ("::8.8.8.8", .inside),
    ("64:ff9b::7f00:1", .inside), ("64:ff9b::10.0.0.1", .inside), ("2002:7f00:1::", .inside),
    ("2002:c0a8:101::1", .inside), ("4000::1", .inside), ("5f00::1", .inside),
    ("169.254.169.254", .linkLocal), ("169.254.0.1", .linkLocal), ("fe80::1", .linkLocal),
    ("fe80::1%eth0", .linkLocal), ("febf::1", .linkLocal), ("::ffff:169.254.169.254", .linkLocal),
    ("::169.254.169.254", .linkLocal), ("64:ff9b::169.254.169.254", .linkLocal),
    ("2002:a9fe:a9fe::1", .linkLocal), ("fd00:ec2::254", .linkLocal),
  ]

  @Test(arguments: addresses)
  func `each policy refuses its addresses and no others`(text: String, kind: Class) throws {
    let address = try #require(IPAddress(text))
    #expect(!AddressPolicy.any.refuses(address))
    #expect(AddressPolicy.noLinkLocal.refuses(address) == (kind == .linkLocal))
    #expect(AddressPolicy.publicOnly.refuses(address) == (kind != .open))
  }

  @Test func `an address of another family is refused where addresses count`() {
    #expect(!AddressPolicy.any.refuses(nil))
    #expect(AddressPolicy.noLinkLocal.refuses(nil))
    #expect(AddressPolicy.publicOnly.refuses(nil))
  }

  @Test(
    .timeLimit(.minutes(1)),
    arguments: [
      "127.0.0.1", "2130706433", "0x7f000001", "0x7f.1", "017700000001", "127.1", "0177.0.0.1",
      "0", "localhost", "[::1]", "[::ffff:127.0.0.1]", "[::ffff:7f00:1]", "[::]",
    ])
  func `no spelling of this machine is reached under the public policy`(host: String) async throws {
    let server = try LoopbackServer { _, connection in try connection.respond(body: "inside") }
    defer { server.stop() }
    let client = HTTPClient()
    let error = await failure {
      _ = try await client.send(
        OutboundRequest(url: "http://\(host):\(server.port)/", addresses: .publicOnly))
    }
    #expect(error?.kind == .addressRefused)
    #expect(error?.isConnectFailure == false)
    #expect(server.connectionCount == 0)
    await client.shutdown()
  }

  @Test(.timeLimit(.minutes(1)), arguments: ["2130706433", "0x7f.1", "017700000001", "localhost"])
  func `other spellings reach it where they may`(host: String) async throws {
    let server = try LoopbackServer { _, connection in try connection.respond(body: "inside") }
    defer { server.stop() }
    let client = HTTPClient()
    for policy in [AddressPolicy.any, .noLinkLocal] {
      let text = try await client.text(
        OutboundRequest(url: "http://\(host):\(server.port)/", addresses: policy))
      #expect(text == "inside")
    }
    await client.shutdown()
  }

  @Test(.timeLimit(.minutes(1)))
  func `a connection that another request opened is not lent to a stricter one`() async throws {
    let server = try LoopbackServer { _, connection in try connection.respond(body: "inside") }
    defer { server.stop() }
    let client = HTTPClient()
    let url = "http://localhost:\(server.port)/"
    #expect(try await client.text(OutboundRequest(url: url)) == "inside")
    let error = await failure {
      _ = try await client.send(OutboundRequest(url: url, addresses: .publicOnly))
    }
    #expect(error?.kind == .addressRefused)
    #expect(server.requests.count == 1)
    await client.shutdown()
  }

  @Test(.timeLimit(.minutes(1)), arguments: ["169.254.169.254", "2852039166", "[fe80::1]"])
  func `link-local addresses in a URL are refused before anything is sent`(host: String) async {
    let client = HTTPClient()
    let error = await failure {
      _ = try await client.send(
        OutboundRequest(url: "http://\(host)/latest/meta-data", addresses: .noLinkLocal))
    }
    #expect(error?.kind == .addressRefused)
    await client.shutdown()
  }
}
