#pragma once

#include "harness/generate/choice_source.hpp"
#include "reference/graph/tensor_data.hpp"

#include <cstdint>
#include <string_view>

namespace difftest::harness {

/// How the values of a tensor are chosen (semantics, section 3.6).
enum class DataMode : std::uint8_t { full_range, small, extremes, one_hot, constant, ramp, sparse };

std::string_view name_of(DataMode mode);

DataMode draw_data_mode(ChoiceSource& choices);

/// Values in [lo, hi]. The elements come from one decision (a seed), not from one decision each.
graph::TensorData integer_tensor(ChoiceSource& choices, graph::DataType type, const graph::Shape& shape, DataMode mode,
                                 std::int64_t lo, std::int64_t hi);

/// Values in [-magnitude, magnitude] that are representable in the floating-point type: whole multiples of a power of
/// two for half of the draws, so that sums and ties are exact, else with full mantissas.
graph::TensorData float_tensor(ChoiceSource& choices, graph::DataType type, const graph::Shape& shape, DataMode mode,
                               double magnitude);

}  // namespace difftest::harness
