/// JSON-RPC 2.0 (https://www.jsonrpc.org/specification): what one message means and how answers are written.
package enum RPC {
  /// The id of a request: a string, a number in its own lexeme, or null.
  package enum ID: Sendable, Hashable {
    case string(String)
    case number(String)
    case null

    /// An id as it stands in a message; nil where it is of no legal type.
    package init?(wire json: JSON) {
      switch json {
      case .string(let text): self = .string(text)
      case .int(let value): self = .number(String(value))
      case .number(let lexeme): self = .number(lexeme.text)
      case .null: self = .null
      case .bool, .array, .object: return nil
      }
    }

    /// The id as it is written back: a number keeps its text.
    package var json: JSON {
      switch self {
      case .string(let text): .string(text)
      case .number(let text):
        // `-0` reads as the whole number 0 but must go back as it came.
        text == "-0"
          ? .number(JSON.Lexeme(unchecked: text))
          : Int64(text).map(JSON.int) ?? .number(JSON.Lexeme(unchecked: text))
      case .null: .null
      }
    }
  }

  /// A request, or a notification where `id` is nil.
  package struct Request: Sendable, Equatable {
    package let id: ID?
    package let method: String
    /// An object, an array, or nil.
    package let params: JSON?
    /// A request as a client builds it.
    package init(id: ID?, method: String, params: JSON?) {
      self.id = id
      self.method = method
      self.params = params
    }
    /// The request as JSON.
    package var json: JSON {
      .record(["jsonrpc": "2.0", "id": id?.json, "method": .string(method), "params": params])
    }
  }

  /// An answer that a peer sent to a request of ours.
  package struct Response: Sendable, Equatable {
    package let id: ID
    package let result: Result<JSON, Fault>
  }

  /// The error member of an answer.
  package struct Fault: Error, Sendable, Equatable {
    package let code: Int
    package let message: String
    package let data: JSON?
    /// An error with its code, a sentence, and what clients switch on.
    package init(code: Int, message: String, data: JSON? = nil) {
      self.code = code
      self.message = message
      self.data = data
    }
    /// -32700: the text is not JSON.
    package static func parseError(_ why: String) -> Fault {
      Fault(code: -32700, message: "parse error: \(why)")
    }
    /// -32600: JSON, but no request.
    package static func invalidRequest(_ why: String) -> Fault {
      Fault(code: -32600, message: "invalid request: \(why)")
    }
    /// -32601.
    package static func methodNotFound(_ name: String) -> Fault {
      Fault(
        code: -32601, message: "method not found: \(name)",
        data: ["kind": "not_found", "what": "method"])
    }
    /// The error as JSON.
    package var json: JSON {
      .record(["code": .integer(code), "message": .string(message), "data": data])
    }
  }

  /// One member of a message.
  package enum Item: Sendable, Equatable {
    case request(Request)
    case response(Response)
    /// What is answered at once, with the id where one could be read.
    case invalid(ID, Fault)
  }

  /// A whole message.
  package enum Incoming: Sendable, Equatable {
    case single(Item)
    case batch([Item])
  }

  /// Reads a message. Never throws: what is wrong with it is an item to be answered.
  /// - Parameter isOurs: whether the daemon wrote it.
  package static func read(_ bytes: [UInt8], isOurs: Bool = false) -> Incoming {
    let json: JSON
    do throws(JSONError) {
      json = try isOurs ? JSON(parsingOurs: bytes) : JSON(parsing: bytes)
    } catch {
      return .single(.invalid(.null, .parseError(error.description)))
    }
    guard case .array(let elements) = json else { return .single(item(json)) }
    guard !elements.isEmpty else {
      return .single(.invalid(.null, .invalidRequest("an empty batch")))
    }
    guard elements.count <= Limits.batchRequests else {
      return .single(
        .invalid(.null, .invalidRequest("a batch holds at most \(Limits.batchRequests) requests")))
    }
    return .batch(elements.map(item))
  }

  private static func item(_ json: JSON) -> Item {
    guard case .object(let object) = json else {
      return .invalid(.null, .invalidRequest("not an object"))
    }
    let id = object["id"].map(ID.init(wire:))
    guard id != .some(nil) else {
      return .invalid(.null, .invalidRequest("id: must be a string, a number or null"))
    }
    let known = id ?? nil
    func refuse(_ why: String) -> Item { .invalid(known ?? .null, .invalidRequest(why)) }
    if let version = object["jsonrpc"], version != "2.0" {
      return refuse("jsonrpc: must be \"2.0\"")
    }
    guard let method = object["method"] else {
      return response(object, known) ?? refuse("method: is required")
    }
    guard case .string(let name) = method else { return refuse("method: must be a string") }
    switch object["params"] {
    case nil, .array?, .object?:
      return .request(Request(id: known, method: name, params: object["params"]))
    default: return refuse("params: must be an object or an array")
    }
  }

  private static func response(_ object: JSON.Object, _ id: ID?) -> Item? {
    guard let id else { return nil }
    if let result = object["result"], object["error"] == nil {
      return .response(Response(id: id, result: .success(result)))
    }
    guard let error = object["error"], object["result"] == nil, let code = error["code"]?.int,
      let message = error["message"]?.string
    else { return nil }
    let fault = Fault(code: Int(code), message: message, data: error["data"])
    return .response(Response(id: id, result: .failure(fault)))
  }

  /// The answer to a request that succeeded.
  package static func success(_ id: ID, _ result: JSON) -> JSON {
    ["jsonrpc": "2.0", "id": id.json, "result": result]
  }
  /// The answer to a request that failed.
  package static func failure(_ id: ID, _ fault: Fault) -> JSON {
    ["jsonrpc": "2.0", "id": id.json, "error": fault.json]
  }
  /// A notification.
  package static func notification(_ method: String, _ params: JSON) -> JSON {
    ["jsonrpc": "2.0", "method": .string(method), "params": params]
  }
}
