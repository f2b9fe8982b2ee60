#pragma once

#include "backends/opencl/kernel_writer.hpp"

#include <cstdint>
#include <vector>

namespace difftest::backends::opencl {

/// Convolution, deconvolution and inner product in one form: for each spatial dimension a loop over the kernel. An
/// inner product is a convolution whose kernel covers its data and gives a single position.
struct ContractionGeometry {
    struct Axis {
        std::int64_t kernel = 1;
        std::int64_t input = 1;
        std::int64_t stride = 1;
        std::int64_t dilation = 1;
        std::int64_t pad = 0;
    };
    bool transposed = false;
    bool has_positions = true;  ///< whether the result has the spatial dimensions
    std::int64_t groups = 1;
    std::int64_t inputs_per_group = 1;
    std::int64_t outputs_per_group = 1;
    std::vector<Axis> axes;

    /// Products in the longest sum.
    std::int64_t taps() const;
};

ContractionGeometry contraction_geometry(const graph::Graph& graph, const graph::Node& node);

/// The largest |x - zero point| for an operand; a zero point that is no constant, which no valid graph has, counts as
/// 2^31.
std::int64_t largest_magnitude(const graph::Case& value, graph::TensorId operand, graph::TensorId zero_point);

/// Whether a sum of so many products can leave 31 bits on the way.
bool needs_long_sums(const graph::Case& value, const graph::Node& node, std::int64_t taps);

/// Bias or zero point: the value for a channel as an int or float expression; nothing for an unused slot.
std::string channel_parameter(KernelWriter& writer, graph::TensorId id, const std::string& channel);

/// Statements that set int `i` and so on: for every axis the position in the data of the kernel's element `k` (names
/// PREFIX0, PREFIX1, ...), with `continue` where it is padding or a hole between strides.
std::string position_text(const ContractionGeometry& geometry, std::size_t axis,
                          const std::vector<std::string>& coordinates);

/// A sum of integers brought into s32 with its bias, or the floating-point sum in the type of the result; declares
/// `name`.
std::string result_text(KernelWriter& writer, const graph::Node& node, const std::string& name,
                        const std::string& channel, const std::string& sum);

}  // namespace difftest::backends::opencl
