#include "reference/oracle/shifted_sums.hpp"

#include <cstring>
#include <stdexcept>

namespace difftest::oracle {
namespace {

/// Eight sums side by side. GCC and clang compile the operators for what the processor has.
using Lanes [[gnu::vector_size(32)]] = std::int32_t;
constexpr std::int64_t kLanesInVector = ShiftedSums::kLanes / 2;

/// Two vectors for each row stay in registers while all terms are added. It is compiled once for each instruction set,
/// as a part of the functions below.
template <std::size_t Rows>
[[gnu::always_inline]] inline void compute_rows(const ShiftedSums& job) {
    for (std::int64_t at = 0; at < job.count; at += ShiftedSums::kLanes) {
        Lanes left[Rows] = {};   // NOLINT(modernize-avoid-c-arrays): std::array is not kept in registers
        Lanes right[Rows] = {};  // NOLINT(modernize-avoid-c-arrays)
        const std::int32_t* weights = job.weights;
        for (const std::int64_t shift : job.shifts) {
            Lanes x;
            Lanes y;
            std::memcpy(&x, job.values + shift + at, sizeof x);
            std::memcpy(&y, job.values + shift + at + kLanesInVector, sizeof y);
#pragma GCC unroll 4
            for (std::size_t r = 0; r < Rows; ++r) {
                left[r] += x * weights[r];
                right[r] += y * weights[r];
            }
            weights += Rows;
        }
        for (std::size_t r = 0; r < Rows; ++r) {
            std::int32_t* to = job.sums + static_cast<std::int64_t>(r) * job.pitch + at;
            std::memcpy(to, &left[r], sizeof left[r]);
            std::memcpy(to + kLanesInVector, &right[r], sizeof right[r]);
        }
    }
}

[[gnu::always_inline]] inline void compute_any(const ShiftedSums& job) {
    switch (job.rows) {
        case 1: return compute_rows<1>(job);
        case 2: return compute_rows<2>(job);
        case 3: return compute_rows<3>(job);
        case 4: return compute_rows<4>(job);
        default: throw std::logic_error("shifted sums: from 1 to 4 rows");
    }
}

#if defined(__x86_64__)
[[gnu::target("avx2")]] void compute_with_avx2(const ShiftedSums& job) {
    compute_any(job);
}

bool has_avx2() {
    static const bool has = __builtin_cpu_supports("avx2") != 0;
    return has;
}
#endif

}  // namespace

void compute_portably(const ShiftedSums& job) {
    compute_any(job);
}

void compute(const ShiftedSums& job) {
#if defined(__x86_64__)
    if (has_avx2()) {
        return compute_with_avx2(job);
    }
#endif
    compute_portably(job);
}

}  // namespace difftest::oracle
