#pragma once

#include "reference/oracle/context.hpp"

#include <functional>

namespace difftest::oracle {

/// A tensor that is read twice has one value in both places: x * x with x in {-1, 1} is 1, not {-1, 1}. When an integer
/// tensor behind a barrier reaches `id` along several element-wise paths, the node is evaluated once for every value of
/// that tensor's ambiguous elements, and the results are united; `result` becomes at most smaller.
///
/// All ambiguous elements take their k-th value at once: an element-wise result depends on one element of the tensor
/// only. Floating-point intermediates are left alone, since a fused kernel may compute them once for each reader.
void refine_by_correlation(const Context& context, graph::NodeId id, AllowedTensor& result,
                           const std::function<AllowedTensor(const Context&, graph::NodeId)>& evaluate_node);

}  // namespace difftest::oracle
