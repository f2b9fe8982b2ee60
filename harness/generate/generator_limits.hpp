#pragma once

#include "harness/generate/step.hpp"

#include <array>
#include <cstdint>

namespace difftest::harness {

std::array<std::int64_t, kStepCount> default_first_weights();
std::array<std::int64_t, kStepCount> default_weights();

/// What random cases may contain.
struct GeneratorLimits {
    std::int64_t most_channels = 33;
    std::int64_t most_spatial = 9;
    std::int64_t longest_chain = 8;        ///< steps behind the first; graphs have up to twice as many nodes
    std::int64_t most_elements = 8192;     ///< of a tensor
    std::int64_t most_products = 1 << 19;  ///< multiplications of one node
    bool zero_points = true;
    bool half_types = true;  ///< f16 and bf16
    /// How often a step is drawn, relative to the others: at the start of a graph, and behind.
    std::array<std::int64_t, kStepCount> first_weights = default_first_weights();
    std::array<std::int64_t, kStepCount> weights = default_weights();
    /// How often a graph grows freely, follows a template of the catalogue, or a template that was changed.
    std::array<std::int64_t, 3> topologies{5, 2, 3};
    std::int64_t deep_part = 16;  ///< one of so many free graphs has several sums of products; 0: none
    std::int64_t exact_part = 4;  ///< one of so many cases has only powers of two as scales; 0: none
    /// Keep |weights| <= 64 and even for s8 sources, but for one of 16 operations: no documented sloppiness of kernels
    /// without VNNI can show then.
    bool exclude_sloppiness = true;
};

}  // namespace difftest::harness
