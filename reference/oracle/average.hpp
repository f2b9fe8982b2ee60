#pragma once

#include "reference/oracle/context.hpp"

namespace difftest::oracle {

/// sums / counts in the type of the node's output: one f32 division of the rounded sum, or under F3 a multiplication by
/// the rounded reciprocal of the count; integer results round half to even (F11: or away from zero) and saturate.
/// `counts` (f32) broadcasts to the node's output.
AllowedTensor divide_sums(const Context& context, graph::NodeId id, const AllowedTensor& sums,
                          const AllowedTensor& counts);

/// An s32 sum that is an output of the graph may have gone through f32 (F14).
void allow_rounded_output(const Context& context, graph::NodeId id, AllowedTensor& result);

}  // namespace difftest::oracle
