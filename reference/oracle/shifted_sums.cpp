#include "reference/oracle/shifted_sums.hpp"

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstring>
#include <stdexcept>

#if defined(__x86_64__)
#include <immintrin.h>
#endif

namespace difftest::oracle {
namespace {

template <std::size_t Rows>
void compute_rows(const ShiftedSums& job) {
    constexpr auto kLanes = static_cast<std::size_t>(ShiftedSums::kLanes);
    for (std::int64_t at = 0; at < job.count; at += ShiftedSums::kLanes) {
        std::array<std::array<std::int32_t, kLanes>, Rows> sums{};
        const std::int16_t* weights = job.weights;
        for (const std::int64_t shift : job.shifts) {
            const std::int16_t* values = job.values + (shift + at) * 2;
            for (std::size_t r = 0; r < Rows; ++r, weights += 2) {
                for (std::size_t p = 0; p < kLanes; ++p) {
                    sums[r][p] += values[2 * p] * weights[0] + values[2 * p + 1] * weights[1];
                }
            }
        }
        for (std::size_t r = 0; r < Rows; ++r) {
            std::copy(sums[r].begin(), sums[r].end(), job.sums + static_cast<std::int64_t>(r) * job.pitch + at);
        }
    }
}

#if defined(__x86_64__)
/// As compute_rows. Two vectors of eight sums for each row stay in registers while all terms are added.
template <std::size_t Rows>
[[gnu::target("avx2")]] void compute_rows_with_avx2(const ShiftedSums& job) {
    for (std::int64_t at = 0; at < job.count; at += ShiftedSums::kLanes) {
        __m256i left[Rows];   // NOLINT(modernize-avoid-c-arrays): std::array drops the type's attributes
        __m256i right[Rows];  // NOLINT(modernize-avoid-c-arrays)
        for (std::size_t r = 0; r < Rows; ++r) {
            left[r] = right[r] = _mm256_setzero_si256();
        }
        const std::int16_t* weights = job.weights;
        for (const std::int64_t shift : job.shifts) {
            const std::int16_t* values = job.values + (shift + at) * 2;
            __m256i x;
            __m256i y;
            std::memcpy(&x, values, sizeof x);
            std::memcpy(&y, values + ShiftedSums::kLanes, sizeof y);
#pragma GCC unroll 4
            for (std::size_t r = 0; r < Rows; ++r, weights += 2) {
                std::int32_t pair = 0;
                std::memcpy(&pair, weights, sizeof pair);
                const __m256i weight = _mm256_set1_epi32(pair);
                left[r] = _mm256_add_epi32(left[r], _mm256_madd_epi16(x, weight));
                right[r] = _mm256_add_epi32(right[r], _mm256_madd_epi16(y, weight));
            }
        }
        for (std::size_t r = 0; r < Rows; ++r) {
            std::int32_t* to = job.sums + static_cast<std::int64_t>(r) * job.pitch + at;
            std::memcpy(to, &left[r], sizeof left[r]);
            std::memcpy(to + ShiftedSums::kLanes / 2, &right[r], sizeof right[r]);
        }
    }
}

bool has_avx2() {
    static const bool has = __builtin_cpu_supports("avx2") != 0;
    return has;
}
#endif

[[noreturn]] void refuse_rows() {
    throw std::logic_error("shifted sums: from 1 to 4 rows");
}

}  // namespace

void compute_portably(const ShiftedSums& job) {
    switch (job.rows) {
        case 1: return compute_rows<1>(job);
        case 2: return compute_rows<2>(job);
        case 3: return compute_rows<3>(job);
        case 4: return compute_rows<4>(job);
        default: refuse_rows();
    }
}

void compute(const ShiftedSums& job) {
#if defined(__x86_64__)
    if (has_avx2()) {
        switch (job.rows) {
            case 1: return compute_rows_with_avx2<1>(job);
            case 2: return compute_rows_with_avx2<2>(job);
            case 3: return compute_rows_with_avx2<3>(job);
            case 4: return compute_rows_with_avx2<4>(job);
            default: refuse_rows();
        }
    }
#endif
    compute_portably(job);
}

}  // namespace difftest::oracle
