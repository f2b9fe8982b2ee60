#pragma once

#include <cstdint>

namespace difftest::graph {

/// IEEE binary16 to its exact value (IEEE 754-2019, section 3.4).
float from_f16(std::uint16_t bits);

/// Nearest binary16, ties to even; overflow gives infinity, NaN a quiet NaN.
std::uint16_t to_f16(float value);

/// bfloat16 to its exact value: the upper sixteen bits of a binary32.
float from_bf16(std::uint16_t bits);

/// Nearest bfloat16, ties to even; NaN gives a quiet NaN.
std::uint16_t to_bf16(float value);

}  // namespace difftest::graph
