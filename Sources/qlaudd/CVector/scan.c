#include "CVector.h"

#include <string.h>

// Rows are taken in groups of this many, so that what a group needs stays in the nearest cache.
enum { GROUP = 512 };

// The nearest `limit` of the hits, in place; a counting sort keeps the order of rows among equals.
static void settle(cvector_scan *scan) {
  size_t counts[CVECTOR_MAX_COST + 2] = {0};
  for (size_t i = 0; i < scan->count; i += 1) counts[scan->hits[i].cost] += 1;
  uint32_t last = 0;
  size_t below = 0;
  while (last <= CVECTOR_MAX_COST && below + counts[last] < scan->limit) {
    below += counts[last];
    last += 1;
  }
  // All nearer than `last` stay, and as many at `last` as there is room for.
  size_t room = scan->limit - below;
  size_t kept = 0;
  for (size_t i = 0; i < scan->count; i += 1) {
    const cvector_hit hit = scan->hits[i];
    if (hit.cost > last) continue;
    if (hit.cost == last) {
      if (room == 0) continue;
      room -= 1;
    }
    scan->hits[kept] = hit;
    kept += 1;
  }
  scan->count = kept;
  // A later row at the same cost would lose against those that are kept.
  if (kept == scan->limit && last < scan->threshold) scan->threshold = last;
}

// Whether nothing but group 0, that of removed rows, is shut out: then no row needs a look of its own.
static int is_open(const cvector_filter *filter) {
  if (filter->since != INT64_MIN || filter->until != INT64_MAX) return 0;
  for (size_t group = 1; group < filter->groups; group += 1) {
    if (filter->allowed[group] == 0) return 0;
  }
  return 1;
}

static int has_removed(const uint16_t *groups, size_t count) {
  uint16_t removed = 0;
  for (size_t i = 0; i < count; i += 1) removed |= groups[i] == 0;
  return removed != 0;
}

// Rows that are looked at closely together.
enum { STEP = 64 };

// Whether one of some rows passes and costs less than that.
static int has_below(
  const uint16_t *costs, const uint16_t *passes, size_t count, uint16_t threshold) {
  uint16_t found = 0;
  for (size_t i = 0; i < count; i += 1) found |= passes[i] & (uint16_t)-(costs[i] < threshold);
  return found != 0;
}

// Writes 0xFFFF for each row of the group that passes and 0 for the others; answers how many pass.
static size_t sieve(
  uint16_t *passes, const cvector_rows *rows, size_t start, size_t count,
  const cvector_filter *filter) {
  size_t passed = 0;
  for (size_t i = 0; i < count; i += 1) {
    const uint16_t group = rows->groups[start + i];
    const int64_t time = rows->times[start + i];
    const int pass = (group < filter->groups && filter->allowed[group] != 0) &
                     (time >= filter->since) & (time < filter->until);
    passes[i] = (uint16_t)-pass;
    passed += (size_t)pass;
  }
  return passed;
}

// What the costs of a group come to.
typedef struct {
  uint64_t squares;
  uint32_t sum;
  // The least of those that pass; INT16_MAX where none does.
  int16_t least;
} summary;

// Written so that a compiler makes wide instructions of it, whatever width it is given. Costs fit 15 bits; the squares of 256
// of them, at most 3840 each, fit 32.
static inline __attribute__((always_inline)) summary sum_up(
  const uint16_t *restrict costs, const uint16_t *restrict passes, size_t count) {
  summary all = {0, 0, INT16_MAX};
  for (size_t start = 0; start < count; start += 256) {
    const size_t end = count - start < 256 ? count : start + 256;
    uint32_t squares = 0;
    uint32_t sum = 0;
    int16_t least = INT16_MAX;
    for (size_t i = start; i < end; i += 1) {
      const int16_t cost = (int16_t)(costs[i] & passes[i]);
      // What does not pass costs more than anything that does.
      const int16_t shown = (int16_t)(costs[i] | (~passes[i] & INT16_MAX));
      sum += (uint32_t)cost;
      squares += (uint32_t)((int32_t)cost * cost);
      least = shown < least ? shown : least;
    }
    all.squares += squares;
    all.sum += sum;
    if (least < all.least) all.least = least;
  }
  return all;
}

static summary sum_up_portable(const uint16_t *costs, const uint16_t *passes, size_t count) {
  return sum_up(costs, passes, count);
}

#if defined(__x86_64__)
__attribute__((target("avx2"))) static summary sum_up_avx2(
  const uint16_t *costs, const uint16_t *passes, size_t count) {
  return sum_up(costs, passes, count);
}
#endif

static summary summarize(
  int kernel, const uint16_t *costs, const uint16_t *passes, size_t count) {
#if defined(__x86_64__)
  if (kernel != CVECTOR_PORTABLE && cvector_has(CVECTOR_AVX2)) {
    return sum_up_avx2(costs, passes, count);
  }
#endif
  return sum_up_portable(costs, passes, count);
}

void cvector_scan_rows(
  cvector_scan *scan, int kernel, const cvector_rows *rows, uint32_t first,
  const cvector_query *query, const cvector_filter *filter) {
  uint16_t passes[GROUP];
  uint16_t costs[GROUP];
  if (scan->limit == 0) return;
  const int open = is_open(filter);
  for (size_t start = 0; start < rows->count; start += GROUP) {
    const size_t count = rows->count - start < GROUP ? rows->count - start : GROUP;
    size_t passed = count;
    if (open && (!rows->has_removed || !has_removed(rows->groups + start, count))) {
      memset(passes, 0xFF, count * sizeof *passes);
    } else {
      passed = sieve(passes, rows, start, count, filter);
      if (passed == 0) continue;
    }
    scan->passed += passed;
    cvector_costs(kernel, rows->codes + start * CVECTOR_WORDS, count, query, costs);
    const summary all = summarize(kernel, costs, passes, count);
    scan->sum += all.sum;
    scan->sum_of_squares += all.squares;
    if (all.least == INT16_MAX || (uint32_t)all.least >= scan->threshold) continue;
    for (size_t step = 0; step < count; step += STEP) {
      const size_t end = count - step < STEP ? count : step + STEP;
      if (!has_below(costs + step, passes + step, end - step, (uint16_t)scan->threshold)) continue;
      for (size_t i = step; i < end; i += 1) {
        if (passes[i] && costs[i] < scan->threshold) {
          scan->hits[scan->count] = (cvector_hit){first + (uint32_t)(start + i), costs[i]};
          scan->count += 1;
        }
      }
    }
    if (scan->count >= 2 * scan->limit) settle(scan);
  }
}

void cvector_finish(cvector_scan *scan) {
  settle(scan);
  // Shell's method on (cost, row), which is a total order: no memory, and few enough hits for it.
  const size_t gaps[] = {3937, 1750, 701, 301, 132, 57, 23, 10, 4, 1};
  for (size_t g = 0; g < sizeof gaps / sizeof *gaps; g += 1) {
    const size_t gap = gaps[g];
    for (size_t i = gap; i < scan->count; i += 1) {
      const cvector_hit hit = scan->hits[i];
      size_t place = i;
      while (place >= gap) {
        const cvector_hit other = scan->hits[place - gap];
        if (other.cost < hit.cost ||
            (other.cost == hit.cost && other.row <= hit.row)) {
          break;
        }
        scan->hits[place] = other;
        place -= gap;
      }
      scan->hits[place] = hit;
    }
  }
}
