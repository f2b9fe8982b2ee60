#pragma once

#include <cstdint>
#include <span>

namespace difftest::oracle {

/// Sums of products of one row of values with itself shifted, for up to kMostRows results at a time:
///   sums[r * pitch + p] = sum_t weights[t * rows + r] * values[shifts[t] + p]      r < rows, p < count
/// Preconditions: no partial sum in any order leaves 32 bits; `count` may be rounded up to a multiple of kLanes in what
/// is read of `values` and written to `sums`.
struct ShiftedSums {
    static constexpr std::int64_t kLanes = 16;
    static constexpr std::int64_t kMostRows = 4;

    const std::int32_t* values = nullptr;
    std::span<const std::int64_t> shifts;
    const std::int32_t* weights = nullptr;
    std::int64_t rows = 1;
    std::int64_t count = 0;
    std::int32_t* sums = nullptr;
    std::int64_t pitch = 0;
};

/// Computes the sums with the widest exact instructions that the processor has: the result is the same with all of
/// them.
void compute(const ShiftedSums& job);

/// The same without special instructions.
void compute_portably(const ShiftedSums& job);

}  // namespace difftest::oracle
