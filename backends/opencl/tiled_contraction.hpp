#pragma once

#include "backends/opencl/kernel_writer.hpp"

#include <optional>
#include <string>
#include <vector>

namespace difftest::backends::opencl {

struct TiledText {
    std::string statements;
    std::string variant;  ///< "native_dot" (cl_khr_integer_dot_product), "dot", "depthwise", "mad"
};

/// Statements that declare `name`, an int4 or float4, and compute four neighbouring features of a convolution,
/// deconvolution or inner product at once, from weights that are packed beforehand. Nothing where these have no such
/// form: weights that are no constants, features of several groups, or sums that need more than 32 bits.
std::optional<TiledText> tiled_contraction_text(KernelWriter& writer, const graph::Node& node,
                                                const std::vector<std::string>& coordinates, const std::string& name);

}  // namespace difftest::backends::opencl
