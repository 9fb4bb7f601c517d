import GRDB

/// The shape of the file. A change is a new migration at the end, never an edit of an old one.
///
/// What the schema itself holds: one running turn a thread (`turns_one_next`), one user message a turn, gapless numbers
/// are kept by `threads.last_seq`, one answer to each idempotency key, one end to each reservation.
enum Schema {
  /// "qlau" in ASCII: marks the file as ours (`PRAGMA application_id`).
  static let applicationID: Int64 = 0x716C_6175
  /// The newest schema that this code knows (`PRAGMA user_version`).
  static var version: Int64 { Int64(migrator.migrations.count) }

  static var migrator: DatabaseMigrator {
    var migrator = DatabaseMigrator()
    migrator.registerMigration("v1") { db in
      try db.execute(sql: conversations)
      try db.execute(sql: queue)
      try db.execute(sql: log)
      try db.execute(sql: access)
      try db.execute(sql: money)
      try db.execute(sql: registry)
      try db.execute(sql: toolCalls)
      try db.execute(sql: "PRAGMA application_id = \(applicationID)")
    }
    migrator.registerMigration("calls-inside-calls") { try $0.execute(sql: callsInsideCalls) }
    migrator.registerMigration("search") { db in
      try db.execute(sql: SchemaOfSearch.text)
      try db.execute(sql: SchemaOfSearch.vectors)
    }
    migrator.registerMigration("lanes") { db in try db.execute(sql: lanes) }
    migrator.registerMigration("history") { db in try db.execute(sql: histories) }
    migrator.registerMigration("jobs") { db in try db.execute(sql: jobs) }
    migrator.registerMigration("care") { db in try db.execute(sql: care) }
    migrator.registerMigration("tool calls by time") { db in
      // The audit is read by time. Without a row id the primary key follows in the index, so the order is whole.
      try db.execute(sql: "CREATE INDEX tool_calls_by_time ON tool_calls(started_at)")
    }
    // No row refers to what these change, so the foreign keys of a large file need not be gone through.
    migrator.registerMigration("boot", foreignKeyChecks: .immediate) { db in
      // The machine's run in which the file was used last.
      try db.execute(sql: "ALTER TABLE file_care ADD COLUMN boot TEXT")
    }
    migrator.registerMigration("vectors by key", foreignKeyChecks: .immediate) { db in
      try db.execute(sql: SchemaOfSearch.vectorsByKey)
    }
    return migrator
  }

  /// Brings the file up to date. One that is so already is not written to: it may be on a full disk. The writer's connection is
  /// asked, as no other one is open yet.
  static func migrate(_ pool: DatabasePool) throws {
    let migrator = migrator
    if try pool.writeWithoutTransaction(migrator.hasCompletedMigrations) { return }
    try migrator.migrate(pool)
    let version = version
    try pool.write { try $0.execute(sql: "PRAGMA user_version = \(version)") }
  }

  /// `file_care` has one row. `scrub_owed`: something was erased, and what the file keeps in unused bytes of its pages is
  /// not overwritten yet. `folded`: the stream of the ended turn has given way to its finished messages.
  private static let care = """
    CREATE TABLE file_care (
      id INTEGER PRIMARY KEY CHECK (id = 1),
      scrub_owed INTEGER NOT NULL CHECK (scrub_owed IN (0, 1))
    ) STRICT;
    INSERT INTO file_care VALUES (1, 0);
    ALTER TABLE turns ADD COLUMN folded INTEGER NOT NULL DEFAULT 0 CHECK (folded IN (0, 1));
    CREATE INDEX turns_to_fold ON turns(finished_at) WHERE finished_at IS NOT NULL AND folded = 0;
    """

  /// `lane`: what a queued turn waits for, a provider or the vault; such a turn is taken only where its lane is open.
  /// `not_after`: a queued turn fails past it. `call_started_at`: a model call is out. `unknown_outcomes`: calls that were out when
  /// the daemon or the connection ended. `offline` of threads and keys: what becomes of a turn that says nothing itself.
  private static let lanes = """
    ALTER TABLE turns ADD COLUMN lane TEXT;
    ALTER TABLE turns ADD COLUMN not_after INTEGER;
    ALTER TABLE turns ADD COLUMN call_started_at INTEGER;
    ALTER TABLE turns ADD COLUMN unknown_outcomes INTEGER NOT NULL DEFAULT 0
      CHECK (unknown_outcomes >= 0);
    ALTER TABLE threads ADD COLUMN offline TEXT CHECK (offline IN ('queue', 'fail', 'local'));
    ALTER TABLE keys ADD COLUMN offline TEXT CHECK (offline IN ('queue', 'fail', 'local'));
    DROP INDEX turns_ready;
    DROP INDEX turns_parked;
    CREATE INDEX turns_ready ON turns(position)
      WHERE status = 'queued' AND is_next = 1 AND lane IS NULL AND retry_at IS NULL;
    CREATE INDEX turns_parked ON turns(retry_at, position)
      WHERE status = 'queued' AND is_next = 1 AND lane IS NULL AND retry_at IS NOT NULL;
    CREATE INDEX turns_in_lane ON turns(lane, is_next, retry_at, position)
      WHERE status = 'queued' AND lane IS NOT NULL;
    CREATE INDEX turns_expiring ON turns(not_after)
      WHERE status = 'queued' AND not_after IS NOT NULL;
    """

  /// `jobs`: what a turn without a thread calls, kept beside it, so that lists of turns stay small.
  private static let jobs = """
    CREATE TABLE jobs (
      turn_id TEXT NOT NULL PRIMARY KEY REFERENCES turns(id) ON DELETE CASCADE,
      endpoint TEXT NOT NULL,
      call TEXT NOT NULL
    ) STRICT;
    CREATE INDEX turns_jobs ON turns(position) WHERE thread_id IS NULL;
    CREATE INDEX turns_jobs_ended ON turns(finished_at)
      WHERE thread_id IS NULL AND finished_at IS NOT NULL;
    """

  /// `last_seq`: the newest message's number. `anchor_seq`: the place of the message's turn in the conversation, which is
  /// its user message's number; an answer that was stored after the next question still stands before it.
  /// `starts_turn`: a user's own words, no tool results.
  private static let conversations = """
    CREATE TABLE threads (
      id TEXT NOT NULL PRIMARY KEY CHECK (length(id) BETWEEN 1 AND 64),
      key_id TEXT NOT NULL,
      end_user_id TEXT,
      title TEXT,
      metadata TEXT NOT NULL,
      default_model TEXT,
      system TEXT,
      last_seq INTEGER NOT NULL DEFAULT 0 CHECK (last_seq >= 0),
      created_at INTEGER NOT NULL,
      last_active_at INTEGER NOT NULL,
      deleted_at INTEGER
    ) STRICT;
    CREATE INDEX threads_active ON threads(last_active_at, id) WHERE deleted_at IS NULL;
    CREATE INDEX threads_of_key ON threads(key_id, last_active_at, id) WHERE deleted_at IS NULL;
    CREATE INDEX threads_of_end_user ON threads(end_user_id, last_active_at, id)
      WHERE deleted_at IS NULL AND end_user_id IS NOT NULL;
    CREATE INDEX threads_deleted ON threads(deleted_at) WHERE deleted_at IS NOT NULL;

    CREATE TABLE messages (
      id INTEGER PRIMARY KEY,
      thread_id TEXT NOT NULL REFERENCES threads(id),
      seq INTEGER NOT NULL CHECK (seq >= 1),
      anchor_seq INTEGER NOT NULL CHECK (anchor_seq BETWEEN 1 AND seq),
      starts_turn INTEGER NOT NULL CHECK (starts_turn IN (0, 1)),
      role TEXT NOT NULL CHECK (role IN ('user', 'assistant')),
      content TEXT NOT NULL,
      request_id TEXT,
      turn_id TEXT,
      model TEXT,
      stop_reason TEXT,
      usage TEXT,
      created_at INTEGER NOT NULL,
      UNIQUE (thread_id, seq),
      CHECK (starts_turn = 0 OR role = 'user')
    ) STRICT;
    CREATE INDEX messages_in_order ON messages(thread_id, anchor_seq, seq);
    CREATE INDEX messages_turn_starts ON messages(thread_id, anchor_seq) WHERE starts_turn = 1;
    """

  /// `is_next`: the oldest unfinished turn of its thread, the only one that may run; every unfinished job. `owner_key_id`:
  /// the key that owns the thread, else the job. `position`: the order of submission.
  private static let queue = """
    CREATE TABLE turns (
      position INTEGER PRIMARY KEY,
      id TEXT NOT NULL UNIQUE CHECK (length(id) BETWEEN 1 AND 64),
      thread_id TEXT REFERENCES threads(id),
      key_id TEXT NOT NULL,
      owner_key_id TEXT NOT NULL,
      status TEXT NOT NULL
        CHECK (status IN ('queued', 'running', 'waiting', 'done', 'failed', 'cancelled')),
      is_next INTEGER NOT NULL CHECK (is_next IN (0, 1)),
      request TEXT NOT NULL,
      user_seq INTEGER,
      assistant_seq INTEGER,
      iterations INTEGER NOT NULL DEFAULT 0 CHECK (iterations >= 0),
      attempts INTEGER NOT NULL DEFAULT 0 CHECK (attempts >= 0),
      retry_at INTEGER,
      reason TEXT,
      error TEXT,
      cost INTEGER DEFAULT 0,
      reply TEXT,
      request_id TEXT,
      idempotency_key TEXT,
      body_hash TEXT NOT NULL CHECK (length(body_hash) BETWEEN 1 AND 128),
      first_event INTEGER NOT NULL,
      discard_after INTEGER NOT NULL,
      created_at INTEGER NOT NULL,
      started_at INTEGER,
      finished_at INTEGER,
      FOREIGN KEY (thread_id, user_seq) REFERENCES messages(thread_id, seq),
      FOREIGN KEY (thread_id, assistant_seq) REFERENCES messages(thread_id, seq),
      CHECK ((thread_id IS NULL) = (user_seq IS NULL)),
      CHECK ((status IN ('done', 'failed', 'cancelled')) = (finished_at IS NOT NULL)),
      CHECK (is_next = 0 OR finished_at IS NULL),
      CHECK (is_next = 1 OR status NOT IN ('running', 'waiting')),
      CHECK (is_next = 1 OR thread_id IS NOT NULL OR finished_at IS NOT NULL),
      CHECK (retry_at IS NULL OR status = 'queued')
    ) STRICT;
    CREATE UNIQUE INDEX turns_one_next ON turns(thread_id) WHERE is_next = 1;
    CREATE UNIQUE INDEX turns_idempotency ON turns(key_id, idempotency_key)
      WHERE idempotency_key IS NOT NULL;
    CREATE INDEX turns_ready ON turns(position)
      WHERE status = 'queued' AND is_next = 1 AND retry_at IS NULL;
    CREATE INDEX turns_parked ON turns(retry_at, position, status, is_next)
      WHERE status = 'queued' AND is_next = 1 AND retry_at IS NOT NULL;
    CREATE INDEX turns_unfinished ON turns(thread_id, position) WHERE finished_at IS NULL;
    CREATE INDEX turns_of_thread ON turns(thread_id, position);
    CREATE INDEX turns_by_status ON turns(status, position);
    CREATE INDEX turns_of_owner ON turns(owner_key_id, position);
    """

  /// Events outlive what they tell of, so they refer to nothing. `event_numbers` has one row: the end of the newest block.
  private static let log = """
    CREATE TABLE events (
      seq INTEGER PRIMARY KEY CHECK (seq >= 1),
      at INTEGER NOT NULL,
      thread_id TEXT,
      turn_id TEXT,
      key_id TEXT,
      name TEXT NOT NULL,
      data TEXT NOT NULL
    ) STRICT;
    CREATE INDEX events_of_thread ON events(thread_id, seq) WHERE thread_id IS NOT NULL;
    CREATE INDEX events_of_turn ON events(turn_id, seq) WHERE turn_id IS NOT NULL;

    CREATE TABLE event_numbers (
      id INTEGER PRIMARY KEY CHECK (id = 1),
      reserved_through INTEGER NOT NULL CHECK (reserved_through >= 0)
    ) STRICT;
    INSERT INTO event_numbers VALUES (1, 0);
    """

  /// The key `local` is built in and has no text, so no hash.
  private static let access = """
    CREATE TABLE keys (
      id TEXT NOT NULL PRIMARY KEY CHECK (length(id) BETWEEN 1 AND 64),
      hash BLOB UNIQUE CHECK (length(hash) = 32),
      name TEXT NOT NULL,
      prefix TEXT NOT NULL,
      scope TEXT NOT NULL CHECK (scope IN ('standard', 'admin')),
      end_user_id TEXT,
      max_spend INTEGER CHECK (max_spend >= 0),
      period TEXT NOT NULL CHECK (period IN ('lifetime', 'day', 'month')),
      expires_at INTEGER,
      models TEXT,
      created_at INTEGER NOT NULL,
      last_used_at INTEGER,
      revoked_at INTEGER,
      CHECK ((hash IS NULL) = (id = 'local')),
      CHECK (id <> 'local' OR (scope = 'admin' AND revoked_at IS NULL))
    ) STRICT;
    INSERT INTO keys (id, name, prefix, scope, period, created_at)
      VALUES ('local', 'local', 'local', 'admin', 'lifetime', 0);

    CREATE TABLE secrets (
      name TEXT NOT NULL PRIMARY KEY CHECK (length(name) >= 1),
      id TEXT NOT NULL UNIQUE,
      kind TEXT NOT NULL,
      sealed BLOB NOT NULL,
      created_at INTEGER NOT NULL,
      updated_at INTEGER NOT NULL
    ) STRICT;
    CREATE TABLE vault (
      id INTEGER PRIMARY KEY CHECK (id = 1),
      header BLOB NOT NULL
    ) STRICT;
    """

  /// `cost` NULL: the model had no price. `ledger`: reservations and what became of them; what is spent or held is always
  /// a sum over rows. A settlement carries the moment of its reservation, so both count in the same span of a cap.
  /// `is_open`: a reservation that has not ended. `wallet_credits.after_entry`: the last ledger entry before the credit;
  /// what was spent before the first credit is not the wallet's.
  private static let money = """
    CREATE TABLE usage (
      id TEXT NOT NULL PRIMARY KEY,
      key_id TEXT NOT NULL,
      end_user_id TEXT,
      thread_id TEXT,
      turn_id TEXT,
      provider TEXT NOT NULL,
      model TEXT NOT NULL,
      input INTEGER NOT NULL CHECK (input >= 0),
      output INTEGER NOT NULL CHECK (output >= 0),
      cache_read INTEGER NOT NULL CHECK (cache_read >= 0),
      cache_write INTEGER NOT NULL CHECK (cache_write >= 0),
      cache_write_hour INTEGER NOT NULL CHECK (cache_write_hour >= 0),
      reasoning INTEGER CHECK (reasoning >= 0),
      is_estimated INTEGER NOT NULL CHECK (is_estimated IN (0, 1)),
      cost INTEGER CHECK (cost >= 0),
      latency_ms INTEGER NOT NULL,
      status INTEGER NOT NULL,
      created_at INTEGER NOT NULL
    ) STRICT;
    CREATE INDEX usage_by_time ON usage(created_at);
    CREATE INDEX usage_of_key ON usage(key_id, created_at);

    CREATE TABLE ledger (
      id INTEGER PRIMARY KEY,
      reservation_id TEXT NOT NULL,
      key_id TEXT NOT NULL,
      turn_id TEXT,
      kind TEXT NOT NULL CHECK (kind IN ('reserve', 'settle', 'release')),
      amount INTEGER NOT NULL CHECK (amount >= 0),
      is_open INTEGER NOT NULL DEFAULT 0 CHECK (is_open IN (0, 1)),
      created_at INTEGER NOT NULL,
      CHECK (kind <> 'release' OR amount = 0),
      CHECK (is_open = 0 OR kind = 'reserve')
    ) STRICT;
    CREATE UNIQUE INDEX ledger_one_reserve ON ledger(reservation_id) WHERE kind = 'reserve';
    CREATE UNIQUE INDEX ledger_one_end ON ledger(reservation_id) WHERE kind <> 'reserve';
    CREATE INDEX ledger_settled ON ledger(key_id, created_at, amount) WHERE kind = 'settle';
    CREATE INDEX ledger_open ON ledger(key_id, amount) WHERE is_open = 1;
    CREATE INDEX ledger_open_of_turn ON ledger(turn_id) WHERE is_open = 1;

    CREATE TABLE wallet_credits (
      id TEXT NOT NULL PRIMARY KEY,
      amount INTEGER NOT NULL,
      note TEXT,
      after_entry INTEGER NOT NULL,
      created_at INTEGER NOT NULL
    ) STRICT;
    """

  private static let registry = """
    CREATE TABLE providers (
      name TEXT NOT NULL PRIMARY KEY CHECK (length(name) >= 1),
      base_url TEXT NOT NULL,
      shape TEXT NOT NULL CHECK (shape IN
        ('anthropic', 'openai-chat', 'openai-responses', 'gemini', 'vertex')),
      secret_name TEXT,
      headers TEXT NOT NULL,
      updated_at INTEGER NOT NULL
    ) STRICT;
    CREATE INDEX providers_by_secret ON providers(secret_name) WHERE secret_name IS NOT NULL;

    CREATE TABLE models (
      slug TEXT NOT NULL PRIMARY KEY CHECK (slug = lower(slug) AND length(slug) >= 1),
      provider TEXT NOT NULL,
      upstream_name TEXT NOT NULL,
      details TEXT NOT NULL,
      updated_at INTEGER NOT NULL
    ) STRICT;
    CREATE TABLE model_aliases (
      alias TEXT NOT NULL PRIMARY KEY CHECK (alias = lower(alias) AND length(alias) >= 1),
      slug TEXT NOT NULL REFERENCES models(slug) ON DELETE CASCADE
    ) STRICT, WITHOUT ROWID;
    CREATE INDEX model_aliases_of ON model_aliases(slug);

    CREATE TABLE tools (
      id TEXT NOT NULL PRIMARY KEY,
      name TEXT NOT NULL UNIQUE CHECK (length(name) >= 1),
      kind TEXT NOT NULL,
      definition TEXT NOT NULL,
      created_at INTEGER NOT NULL,
      updated_at INTEGER NOT NULL
    ) STRICT;

    CREATE TABLE settings (
      name TEXT NOT NULL PRIMARY KEY CHECK (length(name) >= 1),
      value TEXT NOT NULL
    ) STRICT, WITHOUT ROWID;
    """

  /// `compactions`: summaries of a thread's beginning, through a message. `history_starts`: where the history that a
  /// model is sent begins, once it no longer holds all; `window` 0 where nobody knows how much the model holds.
  private static let histories = """
    CREATE TABLE compactions (
      id TEXT NOT NULL PRIMARY KEY,
      thread_id TEXT NOT NULL REFERENCES threads(id),
      through_seq INTEGER NOT NULL CHECK (through_seq >= 1),
      summary TEXT NOT NULL CHECK (length(summary) >= 1),
      model TEXT NOT NULL,
      made_at INTEGER NOT NULL CHECK (made_at >= through_seq),
      created_at INTEGER NOT NULL,
      UNIQUE (thread_id, through_seq)
    ) STRICT;

    CREATE TABLE history_starts (
      thread_id TEXT NOT NULL REFERENCES threads(id),
      model TEXT NOT NULL CHECK (model = lower(model)),
      start_seq INTEGER NOT NULL CHECK (start_seq >= 1),
      since_seq INTEGER NOT NULL CHECK (since_seq >= 0),
      window INTEGER NOT NULL CHECK (window >= 0),
      permille INTEGER NOT NULL CHECK (permille >= 1),
      PRIMARY KEY (thread_id, model)
    ) STRICT, WITHOUT ROWID;
    """

  /// Calls of tools: written before a call is made and when it is answered. `message_seq` and `place`: the assistant
  /// message that asks for it, and which of its calls it is. `result` is what the model is told, kept until it stands in a
  /// message; the rest of the row stays as the record of the call. It holds no secret. `approvals`: questions to people about calls, one a
  /// call; `scope` says for which further calls the answer holds.
  private static let toolCalls = """
    CREATE TABLE tool_calls (
      turn_id TEXT NOT NULL REFERENCES turns(id),
      message_seq INTEGER NOT NULL,
      place INTEGER NOT NULL CHECK (place >= 0),
      thread_id TEXT NOT NULL REFERENCES threads(id),
      tool_use_id TEXT NOT NULL,
      name TEXT NOT NULL,
      kind TEXT NOT NULL,
      iteration INTEGER NOT NULL CHECK (iteration >= 1),
      status TEXT NOT NULL CHECK (status IN ('started', 'done')),
      result TEXT,
      is_error INTEGER CHECK (is_error IN (0, 1)),
      bytes INTEGER CHECK (bytes >= 0),
      started_at INTEGER NOT NULL,
      finished_at INTEGER,
      PRIMARY KEY (turn_id, message_seq, place),
      CHECK ((status = 'done') = (finished_at IS NOT NULL)),
      CHECK ((status = 'done') = (is_error IS NOT NULL))
    ) STRICT, WITHOUT ROWID;
    CREATE INDEX tool_calls_of_thread ON tool_calls(thread_id, tool_use_id);

    CREATE TABLE approvals (
      id TEXT NOT NULL PRIMARY KEY CHECK (length(id) BETWEEN 1 AND 64),
      turn_id TEXT NOT NULL REFERENCES turns(id),
      message_seq INTEGER NOT NULL,
      place INTEGER NOT NULL CHECK (place >= 0),
      thread_id TEXT NOT NULL REFERENCES threads(id),
      owner_key_id TEXT NOT NULL,
      tool_use_id TEXT NOT NULL,
      tool_id TEXT NOT NULL,
      name TEXT NOT NULL,
      input TEXT NOT NULL,
      status TEXT NOT NULL
        CHECK (status IN ('pending', 'approved', 'denied', 'expired', 'cancelled')),
      scope TEXT CHECK (scope IN ('once', 'thread', 'tool')),
      created_at INTEGER NOT NULL,
      expires_at INTEGER NOT NULL,
      resolved_at INTEGER,
      UNIQUE (turn_id, message_seq, place),
      CHECK ((status = 'pending') = (resolved_at IS NULL)),
      CHECK ((status = 'pending') = (scope IS NULL))
    ) STRICT;
    CREATE INDEX approvals_by_time ON approvals(status, created_at);
    CREATE INDEX approvals_of_thread ON approvals(thread_id);
    CREATE INDEX approvals_standing ON approvals(tool_id) WHERE scope IN ('thread', 'tool');
    """
}
