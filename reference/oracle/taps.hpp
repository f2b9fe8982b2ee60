#pragma once

#include "reference/graph/case.hpp"

#include <cstdint>
#include <vector>

namespace difftest::oracle {

/// One product of an accumulator: (x - data zero point) * (w - weights zero point).
struct Tap {
    std::vector<std::int64_t> data;     ///< coordinates in the data
    std::vector<std::int64_t> weights;  ///< coordinates in the weights
    std::int64_t x = 0;
    std::int64_t data_zero_point = 0;
    std::int64_t w = 0;
    std::int64_t weights_zero_point = 0;

    std::int64_t product() const { return (x - data_zero_point) * (w - weights_zero_point); }
};

/// The connected taps of one element of an integer convolution, deconvolution, inner product or matmul whose data and
/// weights are inputs or constants of the case, in the order of the weights; nothing for other nodes. Formula:
/// convolution.cpp.
std::vector<Tap> taps_of(const graph::Case& value, graph::NodeId node, std::int64_t output_index);

}  // namespace difftest::oracle
