#include "qlaud_rank.h"

#include <sqlite3.h>
#include <string.h>

enum { MOST_PHRASES = 512, MOST_COLUMNS = 8 };

static const double k1 = 1.2;

/// What stays the same for all rows of a query.
typedef struct {
  int phrases;
  int columns;
  double columnWeights[MOST_COLUMNS];
  double weights[MOST_PHRASES];
} Plan;

static void fill(Plan *plan, const Fts5ExtensionApi *api, Fts5Context *fts, int count,
                sqlite3_value **values) {
  memset(plan, 0, sizeof(*plan));
  size_t bytes = (size_t)sqlite3_value_bytes(values[0]);
  const void *blob = sqlite3_value_blob(values[0]);
  plan->phrases = (int)(bytes / sizeof(double));
  if (plan->phrases > MOST_PHRASES) plan->phrases = MOST_PHRASES;
  if (plan->phrases > api->xPhraseCount(fts)) plan->phrases = api->xPhraseCount(fts);
  if (blob == NULL) plan->phrases = 0;
  if (plan->phrases > 0) memcpy(plan->weights, blob, (size_t)plan->phrases * sizeof(double));
  plan->columns = count - 1;
  for (int i = 0; i < plan->columns; i++) {
    plan->columnWeights[i] = sqlite3_value_double(values[1 + i]);
  }
}

static void rank(const Fts5ExtensionApi *api, Fts5Context *fts, sqlite3_context *context,
                 int count, sqlite3_value **values) {
  if (count < 2 || count > 1 + MOST_COLUMNS) {
    sqlite3_result_error(context, "qlaud_rank: wrong number of arguments", -1);
    return;
  }
  int status = SQLITE_OK;
  Plan *plan = api->xGetAuxdata(fts, 0);
  if (plan == NULL) {
    plan = sqlite3_malloc(sizeof(Plan));
    if (plan == NULL) {
      sqlite3_result_error_nomem(context);
      return;
    }
    fill(plan, api, fts, count, values);
    // Takes the plan over, also where it fails.
    status = api->xSetAuxdata(fts, plan, sqlite3_free);
    if (status != SQLITE_OK) {
      sqlite3_result_error_code(context, status);
      return;
    }
  }

  double found[MOST_PHRASES];
  memset(found, 0, (size_t)plan->phrases * sizeof(double));
  int instances = 0;
  status = api->xInstCount(fts, &instances);
  for (int i = 0; status == SQLITE_OK && i < instances; i++) {
    int phrase = 0, column = 0, offset = 0;
    status = api->xInst(fts, i, &phrase, &column, &offset);
    if (status == SQLITE_OK && phrase >= 0 && phrase < plan->phrases && column >= 0 &&
        column < plan->columns) {
      found[phrase] += plan->columnWeights[column];
    }
  }
  if (status != SQLITE_OK) {
    sqlite3_result_error_code(context, status);
    return;
  }
  double score = 0;
  for (int phrase = 0; phrase < plan->phrases; phrase++) {
    if (plan->weights[phrase] > 0 && found[phrase] > 0) {
      score += plan->weights[phrase] * found[phrase] * (k1 + 1) / (found[phrase] + k1);
    }
  }
  sqlite3_result_double(context, score);
}

int qlaud_rank_register(void *connection) {
  fts5_api *api = NULL;
  sqlite3_stmt *statement = NULL;
  int status = sqlite3_prepare_v2(connection, "SELECT fts5(?1)", -1, &statement, NULL);
  if (status != SQLITE_OK) return status;
  sqlite3_bind_pointer(statement, 1, &api, "fts5_api_ptr", NULL);
  (void)sqlite3_step(statement);
  status = sqlite3_finalize(statement);
  if (status != SQLITE_OK) return status;
  if (api == NULL || api->iVersion < 2) return SQLITE_ERROR;
  return api->xCreateFunction(api, "qlaud_rank", NULL, rank, NULL);
}
