/// The part of the schema that search needs. All of it can be made again from the messages.
enum SchemaOfSearch {
  /// When FTS5 merges segments by itself. It keeps these settings in the file.
  static let textSettings = [
    "INSERT INTO search_text(search_text, rank) VALUES ('automerge', 0)",
    "INSERT INTO search_text(search_text, rank) VALUES ('crisismerge', 64)",
  ]

  /// A document is a message with words in it, under the message's own number (`messages.id`). What still has to be
  /// indexed is every message behind `indexed_through`: storing a message writes nothing here.
  ///
  /// `search_text` keeps no texts, only what stands where: a document is taken out by giving the same text again, so texts
  /// are prepared by one rule, and `rule` says which. Columns: the words of people and models; names kept whole; what tools
  /// were given and gave; what filters go by. New rows make small segments that are merged in quiet moments
  /// (`automerge`), never in the commit of somebody who waits.
  ///
  /// `removals`: not 0 where something was taken out whose words may still stand in old segments; then a number that tells
  /// this removal from others.
  /// `search_threads.number`: never given twice, because lists in memory go by it. `search_docs.terms`: which words stand in
  /// a message and how often, without the text. `search_words`: each word once, for completing and correcting.
  static let text = """
    CREATE TABLE search_state (
      id INTEGER PRIMARY KEY CHECK (id = 1),
      rule INTEGER NOT NULL,
      indexed_through INTEGER NOT NULL CHECK (indexed_through >= 0),
      documents INTEGER NOT NULL CHECK (documents >= 0),
      removals INTEGER NOT NULL CHECK (removals >= 0)
    ) STRICT;
    INSERT INTO search_state VALUES (1, 0, 0, 0, 0);

    CREATE TABLE search_threads (
      number INTEGER PRIMARY KEY AUTOINCREMENT,
      thread_id TEXT NOT NULL UNIQUE
    ) STRICT;

    CREATE TABLE search_docs (
      id INTEGER PRIMARY KEY,
      thread INTEGER NOT NULL REFERENCES search_threads(number),
      seq INTEGER NOT NULL,
      role TEXT NOT NULL CHECK (role IN ('user', 'assistant')),
      created_at INTEGER NOT NULL,
      has_meaning INTEGER NOT NULL CHECK (has_meaning IN (0, 1)),
      terms BLOB NOT NULL,
      UNIQUE (thread, seq)
    ) STRICT;

    CREATE VIRTUAL TABLE search_text USING fts5(
      body, whole, tool, scope, content='',
      tokenize="porter unicode61 remove_diacritics 2 categories 'L* N* Co Mn Mc'");
    \(textSettings.joined(separator: ";\n"));

    CREATE TABLE search_words (
      word TEXT NOT NULL PRIMARY KEY
    ) STRICT, WITHOUT ROWID;
    """

  /// Vectors by the model that made them; several may stand side by side while one takes over from another. `through`: the
  /// newest document that the model has seen. `search_codes` has the short codes apart from the vectors, because all of
  /// them are read at start.
  static let vectors = """
    CREATE TABLE search_models (
      number INTEGER PRIMARY KEY,
      name TEXT NOT NULL UNIQUE,
      dimension INTEGER NOT NULL CHECK (dimension >= 0),
      through INTEGER NOT NULL CHECK (through >= 0)
    ) STRICT;
    CREATE TABLE search_vectors (
      model INTEGER NOT NULL REFERENCES search_models(number),
      id INTEGER NOT NULL,
      vector BLOB NOT NULL,
      PRIMARY KEY (model, id)
    ) STRICT, WITHOUT ROWID;
    CREATE TABLE search_codes (
      model INTEGER NOT NULL REFERENCES search_models(number),
      id INTEGER NOT NULL,
      code BLOB NOT NULL CHECK (length(code) = 32),
      PRIMARY KEY (model, id)
    ) STRICT, WITHOUT ROWID;
    """

  /// Vectors under one number each. In the table before, the inner pages of the tree held vectors too, as those of a table
  /// without row ids do: six pages to a vector instead of four, and most of them in no cache.
  ///
  /// `key`: the model's number times 2^40 and the document's, see ``VectorTable``.
  static let vectorsByKey = """
    CREATE TABLE search_vectors_by_key (
      key INTEGER PRIMARY KEY,
      vector BLOB NOT NULL
    ) STRICT;
    INSERT INTO search_vectors_by_key
      SELECT (model << 40) + id, vector FROM search_vectors ORDER BY model, id;
    DROP TABLE search_vectors;
    ALTER TABLE search_vectors_by_key RENAME TO search_vectors;
    """
}
