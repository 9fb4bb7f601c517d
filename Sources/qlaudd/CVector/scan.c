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

void cvector_scan_rows(
  cvector_scan *scan, int kernel, const cvector_rows *rows, uint32_t first, const cvector_query *query,
  const cvector_filter *filter) {
  uint8_t passes[GROUP];
  uint16_t costs[GROUP];
  if (scan->limit == 0) return;
  for (size_t start = 0; start < rows->count; start += GROUP) {
    const size_t count = rows->count - start < GROUP ? rows->count - start : GROUP;
    size_t passed = 0;
    for (size_t i = 0; i < count; i += 1) {
      const uint32_t class = rows->classes[start + i];
      const int64_t time = rows->times[start + i];
      const int pass = (class < filter->classes && filter->allowed[class] != 0) &
                       (!filter->of_one_thread | (rows->threads[start + i] == filter->thread)) &
                       (time >= filter->since) & (time < filter->until);
      passes[i] = (uint8_t)pass;
      passed += (size_t)pass;
    }
    if (passed == 0) continue;
    scan->passed += passed;
    cvector_costs(kernel, rows->codes + start * CVECTOR_WORDS, count, query, costs);
    uint64_t sum = 0;
    uint64_t squares = 0;
    for (size_t i = 0; i < count; i += 1) {
      const uint32_t cost = passes[i] ? costs[i] : 0;
      sum += cost;
      squares += (uint64_t)cost * cost;
    }
    scan->sum += sum;
    scan->sum_of_squares += squares;
    for (size_t i = 0; i < count; i += 1) {
      if (passes[i] && costs[i] < scan->threshold) {
        scan->hits[scan->count] = (cvector_hit){first + (uint32_t)(start + i), costs[i]};
        scan->count += 1;
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
