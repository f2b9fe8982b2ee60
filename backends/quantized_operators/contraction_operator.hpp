#pragma once

#include "backends/quantized_operators/requantization.hpp"
#include "reference/graph/case.hpp"

#include <cstdint>
#include <vector>

namespace difftest::backends::quantized {

/// The geometry of a convolution or deconvolution with two spatial dimensions; one dimension is a height of 1.
struct PlaneGeometry {
    std::int64_t batch = 1, channels = 1, height = 1, width = 1;  ///< of the data
    std::int64_t outputs = 1, out_height = 1, out_width = 1;
    std::int64_t kernel[2]{1, 1}, strides[2]{1, 1}, dilations[2]{1, 1};
    std::int64_t pads_begin[2]{}, pads_end[2]{}, output_padding[2]{};
    std::int64_t groups = 1;
};

/// A contraction of 8-bit data with constant 8-bit weights and what follows it up to an 8-bit tensor: what int8 engines
/// have as one operator.
struct ContractionOperator {
    enum class Kind : std::uint8_t { convolution, deconvolution, fully_connected };

    Kind kind = Kind::convolution;
    std::vector<graph::NodeId> nodes;          ///< the contraction and those of the requantization
    graph::TensorId data = graph::kAbsent;     ///< fully_connected: rows of `channels` elements
    graph::TensorId weights = graph::kAbsent;  ///< in the graph's order
    bool weights_are_columns = false;          ///< fully_connected: [K, N] where the operator has [N, K]
    std::int64_t data_zero_point = 0;
    std::int64_t weights_zero_point = 0;
    std::vector<std::int64_t> bias;  ///< one for each output channel
    double largest_sum = 0;          ///< that data of its type can give, the bias included
    PlaneGeometry geometry;          ///< fully_connected: batch, channels and outputs alone
    Requantization requantization;
};

/// The largest magnitude that a sum of a contraction of integers with constant weights and zero points can have, for
/// data of its type and the bias; infinite where they are no constants.
double largest_sum(const graph::Case& value, const graph::Node& node);

/// The operator that starts at a contraction of integers. Throws NotRequantized: no such operator, in words that name
/// the node.
ContractionOperator contraction_operator(const graph::Case& value, graph::NodeId head);

}  // namespace difftest::backends::quantized
