#pragma once

#include "reference/oracle/integer_operands.hpp"

#include <cstdint>
#include <vector>

namespace difftest::oracle {

/// What the rules that are broken at the node make of its sums, without bias: faults in how products are added, in the
/// compensation of zero points at the border, and in where a deconvolution finds its taps.
void break_accumulators(const IntegerOperands& operands, std::vector<std::int64_t>& acc);

}  // namespace difftest::oracle
