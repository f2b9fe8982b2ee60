#pragma once

#include "backends/opencl/kernel_writer.hpp"
#include "backends/opencl/sub_group_words.hpp"

#include <optional>
#include <string>
#include <vector>

namespace difftest::backends::opencl {

/// One feature of a contraction in every lane of a sub-group, which all lanes must execute together, and what turns the
/// sum into the result, which lanes without a feature must not.
struct SubGroupText {
    std::string sums;     ///< statements
    std::string result;   ///< statements that declare the name
    std::string variant;  ///< "block": by block reads; "gather": element by element
};

/// A convolution, deconvolution or inner product in the manner of the inference plugins: the lanes read 16 channels of
/// the data at once, each its own, and hand them to one another; the weights are packed so that the lanes read 16
/// features at once. `coordinates`: of the lane's feature; "c1" is the number of its block. Nothing where there is no
/// such form: weights that are no constants, blocks with features of several groups, or sums that need more than 32
/// bits.
std::optional<SubGroupText> sub_group_contraction_text(KernelWriter& writer, const SubGroupWords& words,
                                                       const graph::Node& node,
                                                       const std::vector<std::string>& coordinates,
                                                       const std::string& name);

}  // namespace difftest::backends::opencl
