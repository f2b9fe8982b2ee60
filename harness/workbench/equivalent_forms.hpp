#pragma once

#include "reference/graph/case.hpp"

#include <cstdint>
#include <optional>
#include <span>
#include <stdexcept>
#include <string>
#include <string_view>

/// Other graphs for a convolution with zero points that compute the same (seed 002; semantics, sections 1.7 and 2.2).
namespace difftest::harness {

enum class EquivalentForm : std::uint8_t {
    native,             ///< the zero points as operands of the convolution
    two_convolutions,   ///< conv(x) and conv(zero point everywhere), joined by a sum post-op with scale -1
    four_terms,         ///< gemmlowp's and TVM's: sum xw - zw sum x - zx sum w + zx zw K, x padded with zx
    explicit_padding,   ///< the data padded with the zero point, the convolution without pads
    bias_compensation,  ///< zx sum w taken off the bias: right only where no tap is padding
    weights_folded,     ///< w - zw as s8
    weights_shifted,    ///< the weights as the other 8-bit type, which gives them a zero point or moves it by 128
    data_shifted,       ///< x - zx as s8: the "manual shift"
    real_convolution    ///< the dequantized operands in f32
};

struct EquivalentFormEntry {
    EquivalentForm form;
    std::string_view name;
    std::string_view meaning;
};

std::span<const EquivalentFormEntry> equivalent_forms();
std::string_view name_of(EquivalentForm form);

/// Why there is no such form of this graph: "s8 saturation: ...", "s32 overflow: ...", "not applicable: ...".
class NoEquivalent : public std::runtime_error {
public:
    using std::runtime_error::runtime_error;
};

/// The first convolution or deconvolution of the graph with a zero point, or the named node. Throws InputError naming
/// the case: there is none, or the node is something else.
graph::NodeId convolution_with_zero_points(const graph::Case& value, const std::string& node);

/// The case with the node in that form, named CASE.FORM; its outputs are those of the case, in order. Weights, bias and
/// zero points must be constants. Throws NoEquivalent.
graph::Case equivalent_case(const graph::Case& value, graph::NodeId node, EquivalentForm form);

}  // namespace difftest::harness
