#pragma once

#include "reference/oracle/integer_operands.hpp"

namespace difftest::oracle {

/// Data or weights that are not single values: every accumulator that they reach becomes the interval of its possible
/// sums (semantics, section 3.5). An interval that leaves s32 is outside the contract.
void widen_by_operands(const IntegerOperands& operands, AllowedTensor& result);

}  // namespace difftest::oracle
