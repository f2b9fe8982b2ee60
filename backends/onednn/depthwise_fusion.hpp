#pragma once

#include "backends/onednn/partitioning.hpp"

namespace difftest::backends::onednn {

/// Joins every partition that begins with a 3x3 depthwise convolution to the one that begins with the 1x1 convolution
/// before it, where nothing else reads what is between them: the library's depthwise post-op (developer guide,
/// "Depthwise post-op"). It has a padding of 1 and a stride of 1 or 2 in both dimensions; sums are left out, since the
/// previous values would have to lie in a destination of another shape.
void join_depthwise(const graph::Graph& graph, Partitioning& partitions);

}  // namespace difftest::backends::onednn
