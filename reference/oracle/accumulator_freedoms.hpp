#pragma once

#include "reference/oracle/integer_operands.hpp"

namespace difftest::oracle {

/// F5 and F9: the values that a reader in f32 may see instead of rn(acc + bias).
void fill_real_view(const IntegerOperands& operands, const std::vector<std::int64_t>& acc, const AllowedTensor& result,
                    RealView& view);

/// F14: an s32 that is stored, as a result of the graph or a materialized tensor, may be the exact integer, or have
/// gone through f32: rounded, and with the bias or compensation added there where F5 or F9 allow it (`view`).
void allow_rounded_results(const IntegerOperands& operands, const RealView& view, AllowedTensor& result);

}  // namespace difftest::oracle
