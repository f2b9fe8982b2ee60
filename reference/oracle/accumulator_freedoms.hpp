#pragma once

#include "reference/oracle/integer_operands.hpp"

namespace difftest::oracle {

/// X1 and X2: a kernel without VNNI adds pairs of products with s16 saturation and, for an s8 source, halves the
/// weights (and shifts the source by 128). It computes the same integer when no pair of products can saturate and,
/// halved, all weights are even; elements for which that is not certain are outside the contract.
void exclude_sloppy_elements(const IntegerOperands& operands, AllowedTensor& result);

/// F5 and F9: the values that a reader in f32 may see instead of rn(acc + bias).
void fill_real_view(const IntegerOperands& operands, const std::vector<std::int64_t>& acc, const AllowedTensor& result,
                    RealView& view);

/// F14: an s32 result of the graph may be the exact integer or its rounding to f32.
void allow_rounded_results(const IntegerOperands& operands, AllowedTensor& result);

}  // namespace difftest::oracle
