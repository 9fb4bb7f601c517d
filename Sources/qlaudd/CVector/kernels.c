#include "CVector.h"

#include <string.h>

#if defined(__x86_64__)
#include <immintrin.h>
#define WIDE(features) __attribute__((target(features)))
#elif defined(__aarch64__)
#include <arm_neon.h>
#endif

int cvector_has(int kernel) {
  switch (kernel) {
  case CVECTOR_PORTABLE:
    return 1;
#if defined(__x86_64__)
  case CVECTOR_AVX2:
    return __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma") &&
           __builtin_cpu_supports("f16c");
  case CVECTOR_AVX512:
    return cvector_has(CVECTOR_AVX2) && __builtin_cpu_supports("avx512f") &&
           __builtin_cpu_supports("avx512bw") && __builtin_cpu_supports("avx512vl") &&
           __builtin_cpu_supports("avx512vpopcntdq");
#elif defined(__aarch64__)
  case CVECTOR_NEON:
    return 1;
#endif
  default:
    return 0;
  }
}

int cvector_best(void) {
  for (int kernel = CVECTOR_KERNELS - 1; kernel > CVECTOR_PORTABLE; kernel -= 1) {
    if (cvector_has(kernel)) return kernel;
  }
  return CVECTOR_PORTABLE;
}

// Costs.

static void costs_portable(
  const uint64_t *codes, size_t count, const cvector_query *query, uint16_t *out) {
  for (size_t i = 0; i < count; i += 1) {
    int cost = 0;
    for (int word = 0; word < CVECTOR_WORDS; word += 1) {
      const uint64_t other = codes[i * CVECTOR_WORDS + word] ^ query->wanted[word];
      for (int plane = 0; plane < CVECTOR_PLANES; plane += 1) {
        cost += __builtin_popcountll(other & query->planes[plane][word]) << plane;
      }
    }
    out[i] = (uint16_t)cost;
  }
}

#if defined(__x86_64__)
WIDE("avx2") static inline __m256i bits_of_bytes(__m256i bytes) {
  // Bits of a byte by a table of half bytes (Mula, Kurz, Lemire: Faster population counts using AVX2 instructions).
  const __m256i table = _mm256_setr_epi8(
    0, 1, 1, 2, 1, 2, 2, 3, 1, 2, 2, 3, 2, 3, 3, 4, 0, 1, 1, 2, 1, 2, 2, 3, 1, 2, 2, 3, 2, 3, 3, 4);
  const __m256i low = _mm256_set1_epi8(15);
  return _mm256_add_epi8(
    _mm256_shuffle_epi8(table, _mm256_and_si256(bytes, low)),
    _mm256_shuffle_epi8(table, _mm256_and_si256(_mm256_srli_epi16(bytes, 4), low)));
}

// The query in registers.
typedef struct {
  __m256i wanted, plane0, plane1, plane2, plane3;
} wide_query;

WIDE("avx2") static inline wide_query widen(const cvector_query *query) {
  const wide_query wide = {
    _mm256_loadu_si256((const __m256i *)query->wanted),
    _mm256_loadu_si256((const __m256i *)query->planes[0]),
    _mm256_loadu_si256((const __m256i *)query->planes[1]),
    _mm256_loadu_si256((const __m256i *)query->planes[2]),
    _mm256_loadu_si256((const __m256i *)query->planes[3])};
  return wide;
}

// Four rows of four 64-bit sums each to their totals, one in each lane.
WIDE("avx2") static inline __m256i totals(__m256i a, __m256i b, __m256i c, __m256i d) {
  const __m256i ab = _mm256_add_epi64(_mm256_unpacklo_epi64(a, b), _mm256_unpackhi_epi64(a, b));
  const __m256i cd = _mm256_add_epi64(_mm256_unpacklo_epi64(c, d), _mm256_unpackhi_epi64(c, d));
  return _mm256_add_epi64(
    _mm256_permute2x128_si256(ab, cd, 0x20), _mm256_permute2x128_si256(ab, cd, 0x31));
}

// A byte has at most 8 bits, so that its weighted sum, at most 120, fits a byte.
WIDE("avx2") static inline __m256i row_avx2(const uint64_t *code, const wide_query *query) {
  const __m256i other = _mm256_xor_si256(_mm256_loadu_si256((const __m256i *)code), query->wanted);
  __m256i bytes = bits_of_bytes(_mm256_and_si256(other, query->plane3));
  bytes = _mm256_add_epi8(bytes, bytes);
  bytes = _mm256_add_epi8(bytes, bits_of_bytes(_mm256_and_si256(other, query->plane2)));
  bytes = _mm256_add_epi8(bytes, bytes);
  bytes = _mm256_add_epi8(bytes, bits_of_bytes(_mm256_and_si256(other, query->plane1)));
  bytes = _mm256_add_epi8(bytes, bytes);
  bytes = _mm256_add_epi8(bytes, bits_of_bytes(_mm256_and_si256(other, query->plane0)));
  return _mm256_sad_epu8(bytes, _mm256_setzero_si256());
}

WIDE("avx2") static void costs_avx2(
  const uint64_t *codes, size_t count, const cvector_query *query, uint16_t *out) {
  const wide_query wide = widen(query);
  size_t i = 0;
  for (; i + 4 <= count; i += 4) {
    const uint64_t *code = codes + i * CVECTOR_WORDS;
    const __m256i sums = totals(
      row_avx2(code, &wide), row_avx2(code + 4, &wide), row_avx2(code + 8, &wide),
      row_avx2(code + 12, &wide));
    // Totals are below 2^16: the low words of the four lanes.
    const __m128i pairs = _mm_packus_epi32(
      _mm256_castsi256_si128(sums), _mm256_extracti128_si256(sums, 1));
    out[i] = (uint16_t)_mm_extract_epi16(pairs, 0);
    out[i + 1] = (uint16_t)_mm_extract_epi16(pairs, 2);
    out[i + 2] = (uint16_t)_mm_extract_epi16(pairs, 4);
    out[i + 3] = (uint16_t)_mm_extract_epi16(pairs, 6);
  }
  costs_portable(codes + i * CVECTOR_WORDS, count - i, query, out + i);
}

// The query twice in each register: two rows are taken at once.
typedef struct {
  __m512i wanted, plane0, plane1, plane2, plane3;
} widest_query;

WIDE("avx512f,avx512bw,avx512vl,avx512vpopcntdq") static inline widest_query widen_twice(
  const cvector_query *query) {
  const wide_query half = widen(query);
  const widest_query wide = {
    _mm512_broadcast_i64x4(half.wanted), _mm512_broadcast_i64x4(half.plane0),
    _mm512_broadcast_i64x4(half.plane1), _mm512_broadcast_i64x4(half.plane2),
    _mm512_broadcast_i64x4(half.plane3)};
  return wide;
}

// Of two rows, the sums of each of their words.
WIDE("avx512f,avx512bw,avx512vl,avx512vpopcntdq") static inline __m512i rows_avx512(
  const uint64_t *code, const widest_query *query) {
  const __m512i other = _mm512_xor_si512(_mm512_loadu_si512(code), query->wanted);
  __m512i words = _mm512_popcnt_epi64(_mm512_and_si512(other, query->plane3));
  words = _mm512_add_epi64(words, words);
  words = _mm512_add_epi64(words, _mm512_popcnt_epi64(_mm512_and_si512(other, query->plane2)));
  words = _mm512_add_epi64(words, words);
  words = _mm512_add_epi64(words, _mm512_popcnt_epi64(_mm512_and_si512(other, query->plane1)));
  words = _mm512_add_epi64(words, words);
  return _mm512_add_epi64(words, _mm512_popcnt_epi64(_mm512_and_si512(other, query->plane0)));
}

WIDE("avx512f,avx512bw,avx512vl,avx512vpopcntdq") static void costs_avx512(
  const uint64_t *codes, size_t count, const cvector_query *query, uint16_t *out) {
  const widest_query wide = widen_twice(query);
  size_t i = 0;
  for (; i + 8 <= count; i += 8) {
    const uint64_t *code = codes + i * CVECTOR_WORDS;
    // Totals are below 2^16, so the sums of four pairs of rows stand side by side in each lane while lanes are added.
    const __m512i low = _mm512_add_epi64(
      rows_avx512(code, &wide), _mm512_slli_epi64(rows_avx512(code + 8, &wide), 16));
    const __m512i high = _mm512_add_epi64(
      _mm512_slli_epi64(rows_avx512(code + 16, &wide), 32),
      _mm512_slli_epi64(rows_avx512(code + 24, &wide), 48));
    __m512i sums = _mm512_add_epi64(low, high);
    sums = _mm512_add_epi64(sums, _mm512_permutex_epi64(sums, 0x4E));
    sums = _mm512_add_epi64(sums, _mm512_permutex_epi64(sums, 0xB1));
    // The even rows are in the lower half, the odd ones in the upper.
    _mm_storeu_si128(
      (__m128i *)(out + i),
      _mm_unpacklo_epi16(
        _mm512_castsi512_si128(sums), _mm512_extracti32x4_epi32(sums, 2)));
  }
  costs_portable(codes + i * CVECTOR_WORDS, count - i, query, out + i);
}
#elif defined(__aarch64__)
static uint8x16_t weighted_bits(uint8x16_t other, const cvector_query *query, int first) {
  uint8x16_t bytes = vdupq_n_u8(0);
  for (int plane = CVECTOR_PLANES - 1; plane >= 0; plane -= 1) {
    const uint8x16_t mask = vreinterpretq_u8_u64(vld1q_u64(query->planes[plane] + first));
    bytes = vaddq_u8(vaddq_u8(bytes, bytes), vcntq_u8(vandq_u8(other, mask)));
  }
  return bytes;
}

// A byte's weighted sum is at most 120, two of them fit a byte.
static void costs_neon(
  const uint64_t *codes, size_t count, const cvector_query *query, uint16_t *out) {
  const uint8x16_t low = vreinterpretq_u8_u64(vld1q_u64(query->wanted));
  const uint8x16_t high = vreinterpretq_u8_u64(vld1q_u64(query->wanted + 2));
  for (size_t i = 0; i < count; i += 1) {
    const uint8x16_t a = vreinterpretq_u8_u64(vld1q_u64(codes + i * CVECTOR_WORDS));
    const uint8x16_t b = vreinterpretq_u8_u64(vld1q_u64(codes + i * CVECTOR_WORDS + 2));
    out[i] = vaddlvq_u8(vaddq_u8(
      weighted_bits(veorq_u8(a, low), query, 0), weighted_bits(veorq_u8(b, high), query, 2)));
  }
}
#endif

void cvector_costs(
  int kernel, const uint64_t *codes, size_t count, const cvector_query *query, uint16_t *out) {
  if (cvector_has(kernel)) {
    switch (kernel) {
#if defined(__x86_64__)
    case CVECTOR_AVX2:
      costs_avx2(codes, count, query, out);
      return;
    case CVECTOR_AVX512:
      costs_avx512(codes, count, query, out);
      return;
#elif defined(__aarch64__)
    case CVECTOR_NEON:
      costs_neon(codes, count, query, out);
      return;
#endif
    default:
      break;
    }
  }
  costs_portable(codes, count, query, out);
}

// Products of signed bytes.

static int32_t dot_portable(const int8_t *left, const int8_t *right, size_t count) {
  int32_t sum = 0;
  for (size_t i = 0; i < count; i += 1) sum += (int32_t)left[i] * right[i];
  return sum;
}

#if defined(__x86_64__)
WIDE("avx2") static int32_t dot_avx2(const int8_t *left, const int8_t *right, size_t count) {
  __m256i sum = _mm256_setzero_si256();
  size_t i = 0;
  for (; i + 16 <= count; i += 16) {
    const __m256i a = _mm256_cvtepi8_epi16(_mm_loadu_si128((const __m128i *)(left + i)));
    const __m256i b = _mm256_cvtepi8_epi16(_mm_loadu_si128((const __m128i *)(right + i)));
    sum = _mm256_add_epi32(sum, _mm256_madd_epi16(a, b));
  }
  __m128i half = _mm_add_epi32(_mm256_castsi256_si128(sum), _mm256_extracti128_si256(sum, 1));
  half = _mm_add_epi32(half, _mm_shuffle_epi32(half, 0x4e));
  half = _mm_add_epi32(half, _mm_shuffle_epi32(half, 0xb1));
  return _mm_cvtsi128_si32(half) + dot_portable(left + i, right + i, count - i);
}
#elif defined(__aarch64__)
static int32_t dot_neon(const int8_t *left, const int8_t *right, size_t count) {
  int32x4_t sum = vdupq_n_s32(0);
  size_t i = 0;
  for (; i + 16 <= count; i += 16) {
    const int8x16_t a = vld1q_s8(left + i);
    const int8x16_t b = vld1q_s8(right + i);
    sum = vpadalq_s16(sum, vmull_s8(vget_low_s8(a), vget_low_s8(b)));
    sum = vpadalq_s16(sum, vmull_s8(vget_high_s8(a), vget_high_s8(b)));
  }
  return vaddvq_s32(sum) + dot_portable(left + i, right + i, count - i);
}
#endif

int32_t cvector_dot(int kernel, const int8_t *left, const int8_t *right, size_t count) {
#if defined(__x86_64__)
  if (kernel != CVECTOR_PORTABLE && cvector_has(CVECTOR_AVX2)) return dot_avx2(left, right, count);
#elif defined(__aarch64__)
  if (kernel == CVECTOR_NEON) return dot_neon(left, right, count);
#endif
  return dot_portable(left, right, count);
}

// Sums of half-precision rows.

static float half_to_float(uint16_t half) {
  const uint32_t sign = (uint32_t)(half & 0x8000) << 16;
  const uint32_t exponent = (half >> 10) & 31;
  const uint32_t fraction = half & 1023;
  uint32_t bits;
  if (exponent == 31) {
    bits = sign | 0x7f800000 | (fraction << 13);
  } else if (exponent != 0) {
    bits = sign | ((exponent + 112) << 23) | (fraction << 13);
  } else {
    // Subnormal: a whole multiple of 2^-24, which a float holds exactly.
    const float value = (float)fraction * 0x1p-24f;
    memcpy(&bits, &value, sizeof bits);
    bits |= sign;
  }
  float value;
  memcpy(&value, &bits, sizeof value);
  return value;
}

static void add_halves_portable(float *sum, const uint16_t *row, float weight, size_t count) {
  for (size_t i = 0; i < count; i += 1) sum[i] += weight * half_to_float(row[i]);
}

#if defined(__x86_64__)
WIDE("avx2,fma,f16c") static void add_halves_avx2(
  float *sum, const uint16_t *row, float weight, size_t count) {
  const __m256 factor = _mm256_set1_ps(weight);
  size_t i = 0;
  for (; i + 8 <= count; i += 8) {
    const __m256 values = _mm256_cvtph_ps(_mm_loadu_si128((const __m128i *)(row + i)));
    _mm256_storeu_ps(sum + i, _mm256_fmadd_ps(values, factor, _mm256_loadu_ps(sum + i)));
  }
  add_halves_portable(sum + i, row + i, weight, count - i);
}
#elif defined(__aarch64__)
static void add_halves_neon(float *sum, const uint16_t *row, float weight, size_t count) {
  size_t i = 0;
  for (; i + 4 <= count; i += 4) {
    const float32x4_t values = vcvt_f32_f16(vreinterpret_f16_u16(vld1_u16(row + i)));
    vst1q_f32(sum + i, vfmaq_n_f32(vld1q_f32(sum + i), values, weight));
  }
  add_halves_portable(sum + i, row + i, weight, count - i);
}
#endif

void cvector_add_halves(
  int kernel, float *sum, const uint16_t *row, float weight, size_t count) {
#if defined(__x86_64__)
  if (kernel != CVECTOR_PORTABLE && cvector_has(CVECTOR_AVX2)) {
    add_halves_avx2(sum, row, weight, count);
    return;
  }
#elif defined(__aarch64__)
  if (kernel == CVECTOR_NEON) {
    add_halves_neon(sum, row, weight, count);
    return;
  }
#endif
  add_halves_portable(sum, row, weight, count);
}
