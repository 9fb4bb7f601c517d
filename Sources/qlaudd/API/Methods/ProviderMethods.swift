import Domain
import Engine
import Wire

let providerMethods: [Method] = [
  Method(
    "provider/set", .put("/v1/providers/:name"), .admin, "Sets a provider up, or changes it.",
    params: .providerName,
    .text(
      "base_url", "Origin plus any prefix before /v1 or /v1beta; presets know theirs.",
      length: 8...500), .optional("shape", "The API it speaks; presets know theirs."),
    .text("secret", "Name of the secret that holds its key.", length: Limits.nameLength),
    .headers, result: .provider
  ) { (call, name, url: String?, shape: Provider.Shape?, secret: String?, headers) in
    try await call.engine.providers.set(
      name: name, baseURL: url, shape: shape, secretName: secret, headers: headers)
  },
  Method(
    "provider/list", .get("/v1/providers"), .admin, "Lists the providers.",
    result: .wholeList(of: .provider)
  ) { call in try await call.engine.providers.list() },
  Method(
    "provider/presets", .get("/v1/provider-presets"), .admin,
    "Lists the providers that are known by name.", result: .wholeList(of: .knownProvider)
  ) { call in call.engine.providers.known() },
  Method(
    "provider/delete", .delete("/v1/providers/:name"), .admin, "Forgets a provider.",
    params: .name("The provider."), result: .done
  ) { call, name in
    try await call.engine.providers.delete(name)
    return Done()
  },
  Method(
    "provider/test", .post("/v1/providers/:name/test"), .admin,
    "Asks a provider for its models: shows that address, key and shape are right.",
    params: .name("The provider."), result: .probe
  ) { call, name in try await call.engine.providers.test(name) },
]

extension Field where Value == String {
  /// A provider's name stands before the slash of a model, so it has none itself.
  static let providerName = Field.name("Its name: letters, digits, '.', '_' and '-'.").checked {
    name in
    let isPlain = name.utf8.allSatisfy { byte in
      switch byte {
      case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
        UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "."), UInt8(ascii: "_"),
        UInt8(ascii: "-"):
        true
      default: false
      }
    }
    return isPlain ? nil : "must be letters, digits, '.', '_' and '-'"
  }
}

extension Field where Value == [HeaderField] {
  /// Headers as an object of names and values.
  static let headers = Field(
    "headers",
    "Further headers of every request; not for secrets. The value {{idempotency_key}} stands for a name that all tries of one model call bear, for hosts that honour one, as in Idempotency-Key.",
    required: false,
    schema: ["type": "object", "additionalProperties": ["type": "string"]]
  ) { json throws(InvalidParams) in
    guard let json = json?.nonNull else { return [] }
    guard let object = json.object else { throw InvalidParams("headers", "must be an object") }
    var headers: [HeaderField] = []
    for member in object.members {
      guard let value = member.value.string, isLegal(name: member.key), isLegal(value: value) else {
        throw InvalidParams(
          "headers.\(member.key)", "must be a legal header name with a one-line string")
      }
      headers.append(HeaderField(member.key, value))
    }
    return headers
  }

  private static func isLegal(name: String) -> Bool {
    !name.isEmpty
      && name.utf8.allSatisfy { $0 > 0x20 && $0 < 0x7F && !"()<>@,;:\\\"/[]?={}".utf8.contains($0) }
  }
  private static func isLegal(value: String) -> Bool {
    value.utf8.allSatisfy { $0 >= 0x20 && $0 != 0x7F }
  }
}
