import Domain
import Engine
import Wire

extension Field where Value == Secret {
  /// A secret's value: taken, sealed, never shown again.
  static let value = Field(
    "value", "The value; there is no way to read it back.", required: true,
    schema: ["type": "string", "writeOnly": true]
  ) { json throws(InvalidParams) in
    guard let text = json?.string, !text.isEmpty, text.utf8.count <= Limits.secretBytes else {
      throw InvalidParams("value", "must be a string of 1 to \(Limits.secretBytes) bytes")
    }
    return Secret(text.utf8)
  }
}
extension Field where Value == Secret? {
  /// A passphrase for the vault.
  static let passphrase = Field(
    "passphrase", "The vault's passphrase.", required: false,
    schema: ["type": "string", "writeOnly": true]
  ) { json throws(InvalidParams) in
    guard let json = json?.nonNull else { return nil }
    guard let text = json.string, (8...1024).contains(text.utf8.count) else {
      throw InvalidParams("passphrase", "must be a string of 8 to 1024 bytes")
    }
    return Secret(text.utf8)
  }
}

let secretMethods: [Method] = [
  Method(
    "secret/set", .put("/v1/secrets/:name"), .admin, "Seals a value under a name.",
    params: .name("The secret's name."), .value, result: .done
  ) { call, name, value in
    try await call.engine.secrets.set(name, value: value)
    return Done()
  },
  Method(
    "secret/list", .get("/v1/secrets"), .admin, "Names of the secrets; never their values.",
    result: .wholeList(of: .secret)
  ) { call in try await call.engine.secrets.list() },
  Method(
    "secret/delete", .delete("/v1/secrets/:name"), .admin, "Forgets a secret.",
    params: .name("The secret's name."), result: .done
  ) { call, name in
    try await call.engine.secrets.delete(name)
    return Done()
  },
  Method(
    "vault/status", .get("/v1/vault"), .admin, "How the vault stands.", result: .vault
  ) { call in try await call.engine.secrets.status() },
  Method(
    "vault/unlock", .post("/v1/vault/unlock"), .admin,
    "Opens the vault with its passphrase, or from its key file or credential.",
    params: .passphrase, result: .vault
  ) { call, passphrase in
    try await call.engine.secrets.unlock(passphrase: passphrase)
    return try await call.engine.secrets.status()
  },
  Method(
    "vault/lock", .post("/v1/vault/lock"), .admin,
    "Wipes the keys from memory; turns that need a secret wait.", result: .vault
  ) { call in
    call.engine.secrets.lock()
    return try await call.engine.secrets.status()
  },
  Method(
    "vault/rekey", .post("/v1/vault/rekey"), .admin,
    "Wraps the data key with a passphrase, or with the key file where none is given.",
    params: .passphrase, result: .vault
  ) { call, passphrase in
    try await call.engine.secrets.rekey(passphrase: passphrase)
    return try await call.engine.secrets.status()
  },
]
