#pragma once

#include "harness/generate/choice_source.hpp"
#include "reference/graph/case.hpp"

#include <cstdint>
#include <string>

namespace difftest::harness {

/// What random cases may contain.
struct GeneratorLimits {
    std::int64_t most_channels = 33;
    std::int64_t most_spatial = 9;
    std::int64_t longest_chain = 8;
    bool zero_points = true;
    /// Keep |weights| <= 64 and even for s8 sources: no documented sloppiness of kernels without VNNI can show.
    bool exclude_sloppiness = true;
};

/// A convolution or deconvolution followed by a chain of element-wise operations. The parameters of every step are
/// chosen from the range that the oracle computes for its input, so that values stay alive through the chain; then, at
/// times, deliberately not. The same decisions give the same case.
graph::Case random_case(ChoiceSource& choices, const GeneratorLimits& limits, const std::string& name);

}  // namespace difftest::harness
