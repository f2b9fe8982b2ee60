#pragma once

#include "harness/reduce/pass.hpp"

#include <memory>

namespace difftest::harness {

/// Computes less of the output: the failing element only, or a half of some axis with it.
std::unique_ptr<Pass> make_crop_pass();

/// Fewer nodes: one output, a shorter chain, a producer replaced by its value, a node bypassed or made simpler.
std::unique_ptr<Pass> make_node_pass();

/// Fewer elements along an axis of the inputs and constants, and along all axes that are tied to it; fewer groups;
/// smaller kernels.
std::unique_ptr<Pass> make_axis_pass();

/// Fewer dimensions: 3-D to 2-D to 1-D.
std::unique_ptr<Pass> make_rank_pass();

/// Parameters per element become per channel, and those per tensor.
std::unique_ptr<Pass> make_operand_pass();

/// Attributes to their neutral values; optional inputs to none.
std::unique_ptr<Pass> make_attribute_pass();

/// Plainer element types.
std::unique_ptr<Pass> make_type_pass();

/// Values to 0, 1, -1, powers of two, short decimals.
std::unique_ptr<Pass> make_value_pass();

/// The plan with the fewest fused operations, the lowest ISA, one thread.
std::unique_ptr<Pass> make_execution_pass();

/// Canonical names.
std::unique_ptr<Pass> make_name_pass();

}  // namespace difftest::harness
