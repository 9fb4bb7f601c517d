#ifndef QLAUD_RANK_H
#define QLAUD_RANK_H

/// Adds the FTS5 auxiliary function `qlaud_rank` to a connection. FTS5's own bm25() counts every row of each word before
/// it ranks the first, which takes a second for words that stand everywhere; this one is told what the words weigh.
///
/// `qlaud_rank(table, weights, columns…)`: `weights` is a blob of native doubles, one for each phrase of the query in the
/// order of its text, 0 for those that only filter; `columns` are what a match in each column counts. The result is the
/// sum of BM25 (k1 = 1.2, b = 0) over the phrases. The length of a row does not count: to look it up takes longer than all
/// the rest, and who asks ranks the best rows once more by what stands in and around them.
///
/// - Parameter connection: an open `sqlite3 *`.
/// - Returns: SQLite's result code.
int qlaud_rank_register(void *connection);

#endif
