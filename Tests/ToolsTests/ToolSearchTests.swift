import Domain
import Testing
import Wire

@testable import Tools

@Suite struct ToolSearchTests {
  /// The shipped built-ins among tools of other people's.
  static let documents: [ToolSearch.Document] = {
    let shipped = (try? BuiltIn.catalog()) ?? []
    return shipped.map {
      .init(
        name: String($0.provider.dropFirst("qlaud-builtin/".count)), description: $0.description,
        words: $0.searchWords)
    } + others.map { .init(name: $0.0, description: $0.1, words: [$0.2]) }
  }()

  static let others: [(String, String, String)] = [
    ("lookup_subscription", "Look up the customer's current subscription tier.", "acme"),
    ("issue_refund", "Issue a partial refund to the logged-in customer.", "acme"),
    ("trigger_workflow", "Kick off a long-running workflow.", "acme"),
    ("stripe/listInvoices", "List invoices of a customer.", "Stripe"),
    ("stripe/createPaymentLink", "Create a link that takes a payment.", "Stripe"),
    ("github/search_code", "Search code in repositories.", "GitHub"),
    ("github/merge_pull_request", "Merge a pull request.", "GitHub"),
    ("calendar/createEvent", "Put an event into the calendar.", "Google"),
    ("weather_now", "Current conditions at a place.", "openmeteo"),
    ("jira/transition_issue", "Move an issue to another state.", "Atlassian"),
    ("db_query", "Run a read-only SQL query on the warehouse.", "internal"),
    ("deploy_service", "Deploy a service to production.", "internal"),
    ("translate_text", "Translate text between languages.", "DeepL"),
    ("spotify/playTrack", "Play a track on the user's device.", "Spotify"),
    ("homeassistant/lights_on", "Switch lights on in a room.", "Home Assistant"),
  ]

  static let intents: [(String, String)] = [
    ("search the web for today's news", "web-search"),
    ("google something", "web-search"),
    ("look something up on the internet", "web-search"),
    ("draw a picture of a cat", "image-generation"),
    ("generate an image", "image-generation"),
    ("send an e-mail to a customer", "send-email"),
    ("mail this to Bob", "send-email"),
    ("sned emial", "send-email"),
    ("file a bug in linear", "linear-create-issue"),
    ("create Linear ticket", "linear-create-issue"),
    ("post to slack", "slack-post-message"),
    ("notify the team in our slack channel", "slack-post-message"),
    ("open a github issue", "github-create-issue"),
    ("githb isue", "github-create-issue"),
    ("create a support ticket", "zendesk-create-ticket"),
    ("write a note to notion", "notion-append-page"),
    ("text someone's phone", "twilio-sms"),
    ("send sms", "twilio-sms"),
    ("discord announcement", "discord-post-message"),
    ("add a new lead to the crm", "hubspot-create-contact"),
    ("which errors happened in production", "sentry-list-issues"),
    ("list crashes", "sentry-list-issues"),
    ("read this web page", "web-fetch"),
    ("download the article at this url", "web-fetch"),
    ("give the customer their money back: a refund", "issue_refund"),
    ("listinvoices", "stripe/listInvoices"),
    ("take a payment", "stripe/createPaymentLink"),
    ("schedule a meeting", "calendar/createEvent"),
    ("what's the weather in Berlin?", "weather_now"),
    ("translating a sentence", "translate_text"),
    ("play music on spotify", "spotify/playTrack"),
    ("turn on the light", "homeassistant/lights_on"),
    ("run an SQL query", "db_query"),
    ("merging a pull request", "github/merge_pull_request"),
    ("subscriptions of a customer", "lookup_subscription"),
    ("weather_now", "weather_now"),
  ]

  @Test func `the tool that is meant stands first, or nearly so`() {
    let search = ToolSearch(Self.documents)
    var first = 0
    for (intent, meant) in Self.intents {
      let names = search.rank(intent, limit: 3).map { Self.documents[$0].name }
      #expect(names.contains(meant), "\(intent): \(names)")
      if names.first == meant { first += 1 }
    }
    print("search: \(first) of \(Self.intents.count) intents have their tool first")
    #expect(first * 10 >= Self.intents.count * 8)
  }

  @Test
  func `where nothing fits the first tools by name are told, so that it is seen what there is`() {
    let search = ToolSearch([
      .init(name: "b", description: "Two.", words: []),
      .init(name: "a", description: "One.", words: []),
    ])
    #expect(search.rank("quantum chromodynamics", limit: 5) == [1, 0])
    #expect(search.rank("*", limit: 1) == [1])
    #expect(ToolSearch([]).rank("anything", limit: 5).isEmpty)
  }

  @Test(arguments: [
    ("createIssue", ["creat", "issu"]), ("create_issues", ["creat", "issu"]),
    ("HTTPServer2Go", ["http", "serv", "2", "go"]),
    ("team/post-message", ["team", "post", "message"]),
    ("", []), ("!?", []), ("東京の天気", ["東京", "京の", "の天", "天気"]), ("Größe", ["größe"]),
  ])
  func `identifiers and texts fall into words`(text: String, words: [String]) {
    #expect(SearchWords.of(text) == words.map { $0 == "message" ? SearchWords.stem($0) : $0 })
  }

  @Test(arguments: [
    ["create", "creates", "created", "creating", "creation"], ["ticket", "tickets"],
    ["translate", "translation", "translating"], ["notify", "notifies", "notification"],
    ["search", "searches", "searching"], ["ship", "shipping", "shipped"],
    ["pay", "payment", "paying"], ["company", "companies"],
  ])
  func `forms of a word are one`(forms: [String]) {
    #expect(Set(forms.map(SearchWords.stem)).count == 1, "\(forms.map(SearchWords.stem))")
  }

  /// Four characters a token is what the estimate of budgets takes as well; providers count JSON a little dearer.
  @Test func `the injected definitions cost few tokens`() throws {
    let offers = try MetaTool.allCases.map { try $0.definition.offer }
    let text = offers.map { "\($0.name)\($0.description)\($0.inputSchema.text)" }.joined()
    print("meta-tools: \(text.utf8.count) bytes, about \(text.utf8.count / 4) tokens")
    #expect(text.utf8.count <= 1_200)
  }
}
