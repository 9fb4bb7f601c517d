extension Schema {
  /// Calls inside one call (`item`, see `CallPlace`), end-users' own accounts at outside services, and the record of calls
  /// that no turn made. The two tables are made anew, since a primary key cannot be changed.
  ///
  /// `connections`: the part of the configuration that is no secret; `secrets` names those that the vault keeps. Of an
  /// end-user, or of a key for threads without one. `direct_tool_calls` holds neither inputs nor results.
  static let callsInsideCalls = """
    CREATE TABLE tool_calls_new (
      turn_id TEXT NOT NULL REFERENCES turns(id),
      message_seq INTEGER NOT NULL,
      place INTEGER NOT NULL CHECK (place >= 0),
      item INTEGER NOT NULL CHECK (item >= 0),
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
      PRIMARY KEY (turn_id, message_seq, place, item),
      CHECK ((status = 'done') = (finished_at IS NOT NULL)),
      CHECK ((status = 'done') = (is_error IS NOT NULL))
    ) STRICT, WITHOUT ROWID;
    INSERT INTO tool_calls_new
      SELECT turn_id, message_seq, place, 0, thread_id, tool_use_id, name, kind, iteration, status,
        result, is_error, bytes, started_at, finished_at
      FROM tool_calls;
    DROP TABLE tool_calls;
    ALTER TABLE tool_calls_new RENAME TO tool_calls;
    CREATE INDEX tool_calls_of_thread ON tool_calls(thread_id, tool_use_id);

    CREATE TABLE approvals_new (
      id TEXT NOT NULL PRIMARY KEY CHECK (length(id) BETWEEN 1 AND 64),
      turn_id TEXT NOT NULL REFERENCES turns(id),
      message_seq INTEGER NOT NULL,
      place INTEGER NOT NULL CHECK (place >= 0),
      item INTEGER NOT NULL CHECK (item >= 0),
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
      UNIQUE (turn_id, message_seq, place, item),
      CHECK ((status = 'pending') = (resolved_at IS NULL)),
      CHECK ((status = 'pending') = (scope IS NULL))
    ) STRICT;
    INSERT INTO approvals_new
      SELECT id, turn_id, message_seq, place, 0, thread_id, owner_key_id, tool_use_id, tool_id,
        name, input, status, scope, created_at, expires_at, resolved_at
      FROM approvals;
    DROP TABLE approvals;
    ALTER TABLE approvals_new RENAME TO approvals;
    CREATE INDEX approvals_by_time ON approvals(status, created_at);
    CREATE INDEX approvals_of_thread ON approvals(thread_id);
    CREATE INDEX approvals_standing ON approvals(tool_id) WHERE scope IN ('thread', 'tool');

    CREATE TABLE connections (
      id TEXT NOT NULL PRIMARY KEY CHECK (length(id) BETWEEN 1 AND 64),
      tool_id TEXT NOT NULL REFERENCES tools(id) ON DELETE CASCADE,
      end_user_id TEXT,
      key_id TEXT,
      config TEXT NOT NULL,
      secrets TEXT NOT NULL,
      created_at INTEGER NOT NULL,
      CHECK ((end_user_id IS NULL) <> (key_id IS NULL))
    ) STRICT;
    CREATE UNIQUE INDEX connections_of_end_user ON connections(end_user_id, tool_id)
      WHERE end_user_id IS NOT NULL;
    CREATE UNIQUE INDEX connections_of_key ON connections(key_id, tool_id)
      WHERE key_id IS NOT NULL;
    CREATE INDEX connections_of_tool ON connections(tool_id);

    CREATE TABLE direct_tool_calls (
      id INTEGER PRIMARY KEY,
      key_id TEXT NOT NULL,
      end_user_id TEXT,
      tool_id TEXT,
      name TEXT NOT NULL,
      kind TEXT NOT NULL,
      is_error INTEGER CHECK (is_error IN (0, 1)),
      bytes INTEGER CHECK (bytes >= 0),
      started_at INTEGER NOT NULL,
      finished_at INTEGER,
      CHECK ((is_error IS NULL) = (finished_at IS NULL))
    ) STRICT;
    CREATE INDEX direct_tool_calls_by_time ON direct_tool_calls(started_at);
    """
}
