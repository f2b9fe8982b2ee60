#pragma once

#include "backends/opencl/partitioning.hpp"
#include "backends/opencl/sub_group_contraction.hpp"

#include <cstdint>
#include <string>

namespace difftest::backends::opencl {

/// What a kernel does whose work groups are sub-groups, each for 16 neighbouring features at one position.
struct SubGroupBody {
    std::string text;         ///< statements behind SubGroupWords::begin
    std::string variant;      ///< of the contraction (SubGroupText); "lanes" for any other head, "elements" without one
    std::int64_t groups = 0;  ///< sub-groups
};

/// The result of the partition must have a rank of at least 2. A block of 16 features is stored at once where that is
/// possible, what remains of the last one by the lanes that have a feature.
SubGroupBody sub_group_body(KernelWriter& writer, const SubGroupWords& words, const PlannedPartition& partition);

}  // namespace difftest::backends::opencl
