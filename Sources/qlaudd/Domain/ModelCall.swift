package import Wire

/// One call of a model in the canonical shape, before a dialect puts it into its provider's own: Anthropic's Messages
/// request with the model's upstream name.
package struct ModelCall: Sendable, Equatable {
  /// One message of the history.
  package struct Message: Sendable, Equatable {
    package let role: Role
    package let blocks: [Block]
    /// Words of one side.
    package init(role: Role, blocks: [Block]) {
      self.role = role
      self.blocks = blocks
    }
  }
  /// A tool that the model is offered.
  package struct Tool: Sendable, Equatable {
    package let name: String
    package let description: String
    /// JSON Schema of the input: an object.
    package let inputSchema: JSON
    /// Whether calls must follow the schema to the letter; nil where the caller said nothing.
    package let strict: Bool?
    /// The caller's own `cache_control`, in Anthropic's form.
    package let cacheControl: JSON?
    /// A definition.
    package init(
      name: String, description: String, inputSchema: JSON, strict: Bool? = nil,
      cacheControl: JSON? = nil
    ) {
      self.name = name
      self.description = description
      self.inputSchema = inputSchema
      self.strict = strict
      self.cacheControl = cacheControl
    }
  }

  /// The name the provider knows the model by.
  package var model: String
  package var maxTokens: Int
  package var system: [Block]
  package var messages: [Message]
  package var tools: [Tool]
  /// Anthropic's `tool_choice` object: `{type: auto | any | none | tool, name?, disable_parallel_tool_use?}`.
  package var toolChoice: JSON?
  /// Anthropic's `thinking` object.
  package var thinking: JSON?
  /// How much the model is to put into its reply, in the words of the API that asked: `none`, `minimal`, `low`,
  /// `medium`, `high`, `xhigh`, `max`; nil for what the model does by itself. Dialects without such a word leave it out.
  package var effort: String?
  package var temperature: Double?
  package var topP: Double?
  package var topK: Int?
  package var stopSequences: [String]
  /// Asks for JSON by a schema (OpenAI's `response_format`), for the stateless endpoints; nil for text.
  package var responseFormat: JSON?
  /// Whether the prompt's beginning will come again, so that marks for the provider's cache are worth their price.
  package var cachesPrompt: Bool
  package var stream: Bool
  /// Names this call to a provider that carries out a named call once, however often it is sent; nil for no name.
  package var idempotencyKey: String?

  /// A call.
  package init(
    model: String, maxTokens: Int, system: [Block] = [], messages: [Message], tools: [Tool] = [],
    toolChoice: JSON? = nil, thinking: JSON? = nil, temperature: Double? = nil, topP: Double? = nil,
    topK: Int? = nil,
    stopSequences: [String] = [], responseFormat: JSON? = nil, cachesPrompt: Bool = false,
    stream: Bool = true
  ) {
    self.model = model
    self.maxTokens = maxTokens
    self.system = system
    self.messages = messages
    self.tools = tools
    self.toolChoice = toolChoice
    self.thinking = thinking
    self.temperature = temperature
    self.topP = topP
    self.topK = topK
    self.stopSequences = stopSequences
    self.responseFormat = responseFormat
    self.cachesPrompt = cachesPrompt
    self.stream = stream
  }
}
