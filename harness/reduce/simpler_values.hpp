#pragma once

#include "reference/graph/data_type.hpp"

#include <vector>

namespace difftest::harness {

/// Values of the type that a reader takes in more easily (see complexity_of), the simplest first: 0, 1, -1, powers of
/// two near by, fewer decimals, half of it, one less.
std::vector<double> simpler_values(double value, graph::DataType type);

}  // namespace difftest::harness
