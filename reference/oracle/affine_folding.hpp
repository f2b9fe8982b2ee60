#pragma once

#include "reference/oracle/context.hpp"

namespace difftest::oracle {

/// Freedom F4: adds what the node may yield when it and the affine steps before it (multiplications, additions and
/// linear functions with constants, each read by nothing else) are folded into one multiply-add.
void add_folded_affine(const Context& context, graph::NodeId id, AllowedTensor& result);

}  // namespace difftest::oracle
