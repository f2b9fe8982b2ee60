#pragma once

#include <cstdint>
#include <span>

namespace difftest::oracle {

/// Sums of products of one row of pairs of values with itself shifted, for up to kMostRows results at a time:
///   sums[r * pitch + p] = sum_t sum_h weights[(t * rows + r) * 2 + h] * values[(shifts[t] + p) * 2 + h]
/// for r < rows, p < count and both members h of a pair.
/// Preconditions: no number is below -32767, and no partial sum in any order leaves 32 bits; `count` may be rounded up
/// to a multiple of kLanes in what is read of `values` and written to `sums`.
struct ShiftedSums {
    static constexpr std::int64_t kLanes = 16;
    static constexpr std::int64_t kMostRows = 4;

    const std::int16_t* values = nullptr;
    std::span<const std::int64_t> shifts;
    const std::int16_t* weights = nullptr;
    std::int64_t rows = 1;
    std::int64_t count = 0;
    std::int32_t* sums = nullptr;
    std::int64_t pitch = 0;
};

/// Computes the sums, with the instructions for pairs of products where the processor has them: they are exact.
void compute(const ShiftedSums& job);

/// The same without special instructions.
void compute_portably(const ShiftedSums& job);

}  // namespace difftest::oracle
