import Testing
import Wire

@testable import Tools

/// What a hostile model can try against locked fields.
@Suite struct LockTests {
  struct Row: Sendable, CustomStringConvertible {
    let input: JSON
    var user = EndUser(id: "u_alice", metadata: ["email": "alice@acme.com"])
    var keys = ["customer_id", "email"]
    /// What the tool gets.
    let expected: JSON
    var description: String { input.text }
  }
  static let schema: JSON = [
    "type": "object",
    "properties": [
      "customer_id": ["type": "string"], "email": ["type": "string"], "note": [:], "Note": [:],
    ],
  ]
  static let trusted: JSON = ["customer_id": "u_alice", "email": "alice@acme.com"]
  static let rows: [Row] = [
    Row(input: ["customer_id": "bob"], expected: trusted), Row(input: [:], expected: trusted),
    Row(input: ["email": nil], expected: trusted),
    Row(input: ["email": ["alice@acme.com", "bob@x"]], expected: trusted),
    Row(input: ["customer_id": ["id": "bob"]], expected: trusted),
    Row(input: ["Customer_ID": "bob"], expected: trusted),
    Row(input: ["CUSTOMER_ID": "bob"], expected: trusted),
    Row(input: ["customer-id": "bob"], expected: trusted),
    Row(input: ["customerId": "bob"], expected: trusted),
    Row(input: ["customer_id ": "bob"], expected: trusted),
    Row(input: [" customer_id": "bob"], expected: trusted),
    Row(input: ["customer_id\u{0}": "bob"], expected: trusted),
    Row(input: ["customer\u{200B}_id": "bob"], expected: trusted),
    Row(input: ["customer\u{AD}_id": "bob"], expected: trusted),
    Row(input: ["ｃustomer_id": "bob"], expected: trusted),
    Row(input: ["customer＿id": "bob"], expected: trusted),
    Row(input: ["\u{FEFF}email": "bob"], expected: trusted),
    Row(input: ["e\u{2060}mail": "bob"], expected: trusted),
    Row(
      input: ["note": ["customer_id": "bob"]],
      expected: [
        "note": ["customer_id": "bob"], "customer_id": "u_alice", "email": "alice@acme.com",
      ]
    ),
    Row(input: ["customer_id": "bob"], user: EndUser(id: nil), expected: [:]),
    Row(
      input: ["customer_id": "bob"], user: EndUser(id: "u", metadata: ["customer_id": "c_9"]),
      expected: ["customer_id": "c_9"]),
    Row(
      input: ["customer_id": "bob"], user: EndUser(id: "u", metadata: ["customer_id": nil]),
      expected: ["customer_id": "u"]),
    Row(input: ["email": "bob"], user: EndUser(id: "u"), keys: ["email"], expected: [:]),
    Row(input: ["note": 1, "Note": 2], keys: ["note"], expected: ["Note": 2]),
    Row(input: ["typo": "bob"], keys: ["typo"], expected: [:]),
    Row(input: ["email": "b"], keys: ["email", "email"], expected: ["email": "alice@acme.com"]),
  ]
  @Test(arguments: rows)
  func `a locked field holds what the thread says or nothing`(_ row: Row) throws {
    #expect(try Self.problem(row) == nil)
  }

  /// What got past the lock; nil when nothing did.
  static func problem(_ row: Row) throws -> String? {
    let locks = Locks(row.keys, schema: try Schema(checking: Self.schema))
    let out = locks.apply(to: row.input.object ?? [:], endUser: row.user)
    return CanonicalJSON.bytes(.object(out)) == CanonicalJSON.bytes(row.expected) ? nil : "\(out)"
  }

  @Test func `both forms of an accented key are one key`() throws {
    let schema = try Schema(checking: ["properties": ["caf\u{E9}": [:]]])
    let locks = Locks(["caf\u{E9}"], schema: schema)
    let user = EndUser(id: nil, metadata: ["cafe\u{301}": "mine"])
    let out = locks.apply(to: ["cafe\u{301}": "theirs"], endUser: user)
    #expect(out.members.map(\.value) == ["mine"])
  }

  static let doubled = [
    #"{"customer_id":"a","customer_id":"b"}"#, #"{"customer_id":"a","customer\u005fid":"b"}"#,
    "{\"caf\u{E9}\":1,\"cafe\u{301}\":2}", #"{"note":{"a":1,"a":2}}"#,
    #"{"note":[{"a":1,"\u0061":2}]}"#,
  ]
  @Test(arguments: doubled) func `a key twice never reaches a lock`(_ text: String) {
    #expect(throws: JSONError.self) { try JSON(parsing: text) }
  }

  static let prototypes: [JSON] = [
    ["__proto__": ["customer_id": "bob"]], ["note": ["__proto__": ["a": 1]]],
    ["note": [["__proto__": 1]]], ["constructor": ["prototype": ["customer_id": "bob"]]],
    ["note": ["a": [["b": ["constructor": ["prototype": [:]]]]]]], ["__PROTO__": 1],
    ["__pro\u{200B}to__": 1],
  ]
  @Test(.timeLimit(.minutes(1)), arguments: prototypes)
  func `names that set what a receiver inherits are refused`(_ input: JSON) async throws {
    #expect(try await Self.problem(sending: input) == nil)
  }

  static let noObjects: [JSON] = ["a", 1, nil, true, [], ["x"]]
  @Test(.timeLimit(.minutes(1)), arguments: noObjects)
  func `input that is no object is refused`(_ input: JSON) async throws {
    #expect(try await Self.problem(sending: input) == nil)
  }

  /// What was sent for an input that must not be; nil for nothing.
  static func problem(sending input: JSON) async throws -> String? {
    let (tool, _) = try HTTPCallTool.free(
      ["url": "https://a.b/", "lock_input_fields": #"["customer_id"]"#], schema: Self.schema)
    let recorder = Recorder()
    let result = await Dispatch.run(.test(input), on: tool, recorder.outside())
    return result.isError && recorder.requests.isEmpty ? nil : "sent \(recorder.requests)"
  }

  @Test(.timeLimit(.minutes(1)))
  func `a required locked field without a trusted value is told as that`() async throws {
    let schema: JSON = [
      "type": "object", "properties": ["email": ["type": "string"]], "required": ["email"],
    ]
    let (tool, _) = try HTTPCallTool.free(
      ["url": "https://a.b/", "lock_input_fields": #"["email"]"#], schema: schema)
    let recorder = Recorder()
    let result = await Dispatch.run(
      .test(["email": "bob@x"]), on: tool, recorder.outside())
    #expect(recorder.requests.isEmpty)
    #expect(result.output.string?.contains("end_user.metadata.email") == true)
    #expect(result.output.string?.contains("bob@x") == false)
    let (other, _) = try HTTPCallTool.free(
      ["url": "https://a.b/", "lock_input_fields": #"["user_id"]"#],
      schema: [
        "type": "object", "properties": ["user_id": ["type": "string"]], "required": ["user_id"],
      ])
    let told = await Dispatch.run(
      .test([:], endUser: EndUser(id: nil)), on: other, recorder.outside())
    #expect(told.output.string?.contains("end_user.metadata.user_id or end_user.id") == true)
  }

  @Test(.timeLimit(.minutes(1)))
  func `an optional locked field without a trusted value is absent and the request goes`()
    async throws
  {
    let (tool, _) = try HTTPCallTool.free(
      [
        "url": "https://a.b/", "lock_input_fields": #"["email"]"#,
        "body_template": ["to": "{{args.email}}", "n": "{{args.note}}"],
      ], schema: Self.schema)
    let recorder = Recorder()
    _ = await Dispatch.run(
      .test(["email": "bob@x", "note": 1]), on: tool, recorder.outside())
    #expect(text(recorder.requests.first?.body) == #"{"n":1}"#)
  }

  @Test(.timeLimit(.minutes(1))) func `a trusted value is validated too, and not shown`()
    async throws
  {
    let (tool, _) = try HTTPCallTool.free(
      ["url": "https://a.b/", "lock_input_fields": #"["email"]"#], schema: Self.schema)
    let recorder = Recorder()
    let user = EndUser(id: "u", metadata: ["email": 987_654])
    let result = await Dispatch.run(.test([:], endUser: user), on: tool, recorder.outside())
    #expect(result.isError && recorder.requests.isEmpty)
    #expect(result.output.string?.contains("987") == false)
  }

  @Test(.timeLimit(.minutes(1)))
  func `a schema's own names for locked fields are found through refs`()
    async throws
  {
    let schema = try Schema(checking: [
      "allOf": [["$ref": "#/$defs/who"]], "$defs": ["who": ["properties": ["email": [:]]]],
    ])
    #expect(Locks(["email"], schema: schema).undeclared.isEmpty)
  }
}
