#include "harness/campaign/input_error.hpp"
#include "harness/workbench/equivalent_forms.hpp"

#include <array>

namespace difftest::harness {
namespace {

using graph::kAbsent;

constexpr std::array kForms = {
    EquivalentFormEntry{EquivalentForm::native, "native", "zero points as operands"},
    EquivalentFormEntry{EquivalentForm::two_convolutions, "two_convolutions",
                        "conv(x) and conv(zero point), joined by a sum post-op"},
    EquivalentFormEntry{EquivalentForm::four_terms, "four_terms", "sum xw - zw sum x - zx sum w + zx zw K"},
    EquivalentFormEntry{EquivalentForm::explicit_padding, "explicit_padding", "data padded with the zero point"},
    EquivalentFormEntry{EquivalentForm::bias_compensation, "bias_compensation", "zx sum w taken off the bias"},
    EquivalentFormEntry{EquivalentForm::weights_folded, "weights_folded", "w - zw as s8"},
    EquivalentFormEntry{EquivalentForm::weights_shifted, "weights_shifted",
                        "weights of the other 8-bit type, zero point moved by 128"},
    EquivalentFormEntry{EquivalentForm::data_shifted, "data_shifted", "x - zx as s8"},
    EquivalentFormEntry{EquivalentForm::real_convolution, "real_convolution", "dequantized operands in f32"}};

bool is_convolution(const graph::Node& node) {
    return std::holds_alternative<graph::Convolution>(node.operation) ||
           std::holds_alternative<graph::Deconvolution>(node.operation);
}

}  // namespace

std::span<const EquivalentFormEntry> equivalent_forms() {
    return kForms;
}

std::string_view name_of(EquivalentForm form) {
    return kForms[static_cast<std::size_t>(form)].name;
}

graph::NodeId convolution_with_zero_points(const graph::Case& value, const std::string& name) {
    for (std::size_t i = 0; i < value.graph.nodes.size(); ++i) {
        const graph::Node& node = value.graph.nodes[i];
        const bool has_zero_point = is_convolution(node) && (graph::input_at(node, "data_zero_point") != kAbsent ||
                                                             graph::input_at(node, "weights_zero_point") != kAbsent);
        if (name.empty() ? has_zero_point : node.name == name && is_convolution(node)) {
            return static_cast<graph::NodeId>(i);
        }
    }
    throw InputError(value.name + (name.empty() ? ": no convolution or deconvolution with a zero point"
                                                : ": node " + name + ": no convolution or deconvolution of that name"));
}

}  // namespace difftest::harness
