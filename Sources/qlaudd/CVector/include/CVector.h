#ifndef CVECTOR_H
#define CVECTOR_H

#include <stddef.h>
#include <stdint.h>

// What the vector scan needs of the processor. Every function has a portable form; a faster one is taken at run time
// where the machine has it, and gives the very same integers.

/// The kinds of machine code a function may have here.
enum {
  CVECTOR_PORTABLE = 0,
  CVECTOR_AVX2 = 1,
  CVECTOR_AVX512 = 2,
  CVECTOR_NEON = 3,
  CVECTOR_KERNELS = 4
};

/// Whether this machine and this build can run a kind.
int cvector_has(int kernel);

/// The kind that the functions without a `kernel` parameter take.
int cvector_best(void);

/// Words of a code: 256 bits.
#define CVECTOR_WORDS 4
/// Bits of a weight.
#define CVECTOR_PLANES 4
/// The greatest cost there is: every bit differs and weighs most.
#define CVECTOR_MAX_COST 3840

/// What a code is compared with: the bits wanted, and for each bit what it costs when it differs, 0 to 15, as four planes
/// of bits, the least first. With the first plane all ones and the others zero a cost is the Hamming distance.
typedef struct {
  uint64_t wanted[CVECTOR_WORDS];
  uint64_t planes[CVECTOR_PLANES][CVECTOR_WORDS];
} cvector_query;

/// The costs of `count` codes; `out` has room for `count`. A kind that is not there is portable.
void cvector_costs(
  int kernel, const uint64_t *codes, size_t count, const cvector_query *query, uint16_t *out);

/// The sum of products of two rows of `count` signed bytes, exact up to 131,072 numbers.
int32_t cvector_dot(int kernel, const int8_t *left, const int8_t *right, size_t count);

/// Adds `weight` times a row of IEEE half-precision numbers to `sum`. The portable form may differ from the others in the last bit.
void cvector_add_halves(
  int kernel, float *sum, const uint16_t *row, float weight, size_t count);

/// Which rows a scan may see. A row passes when its group is allowed and its time lies in the span.
typedef struct {
  /// One byte for each group of the run's rows; 0 shuts a group out. Groups at or above `groups` are shut out. Group 0 is that of
  /// removed rows.
  const uint8_t *allowed;
  size_t groups;
  /// From, inclusive, and until, exclusive, in the unit of the rows' times.
  int64_t since;
  int64_t until;
} cvector_filter;

/// The columns of a run of rows.
typedef struct {
  const uint64_t *codes;
  const uint16_t *groups;
  const uint32_t *times;
  size_t count;
  /// Whether there are removed rows among them.
  int has_removed;
} cvector_rows;

/// A row that was found: its number from the scan's start, and its cost.
typedef struct {
  uint32_t row;
  uint32_t cost;
} cvector_hit;

/// What a scan has found so far. `hits` has room for `2 * limit + 512`; the rest starts at 0, `threshold` at
/// `CVECTOR_MAX_COST + 1`.
typedef struct {
  cvector_hit *hits;
  size_t limit;
  size_t count;
  uint32_t threshold;
  /// Rows that passed the filter, and the sums of their costs and of the squares.
  uint64_t passed;
  uint64_t sum;
  uint64_t sum_of_squares;
} cvector_scan;

/// Scans one run of rows, whose first is number `first`. Runs must come in order: of equal costs the first wins.
void cvector_scan_rows(
  cvector_scan *scan, int kernel, const cvector_rows *rows, uint32_t first, const cvector_query *query,
  const cvector_filter *filter);

/// Leaves the `limit` nearest in `hits`, nearest first, equal ones in the order of their rows, and their count in `count`.
void cvector_finish(cvector_scan *scan);

#endif
