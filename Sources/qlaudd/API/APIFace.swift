package import Engine
package import Wire

/// The product's face: everything that a connection can ask for, in every dialect.
package struct APIFace: Sendable {
  private let engine: LocalEngine
  /// Made with the first conversation, not while somebody waits for the daemon to listen.
  private var registry: Registry { .all }

  /// A face over an engine.
  package init(engine: LocalEngine) { self.engine = engine }

  /// Serves one conversation to its end; the one closure that the server is given.
  package func serve(_ conversation: Conversation) async {
    switch conversation {
    case .rpc(let conversation):
      await RPCSession(conversation, engine: engine, registry: registry).run()
    case .http(let exchange):
      await HTTPFace(engine: engine, registry: registry).serve(exchange)
    }
  }
}
