#include "backends/onednn/library_graph_names.hpp"

#include "backends/backend.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <utility>

namespace difftest::backends::onednn {

namespace {

using Kind = dnnl::graph::op::kind;
using Attribute = dnnl::graph::op::attr;

constexpr std::array<std::pair<std::string_view, Kind>, 45> kKinds{{
    {"Abs", Kind::Abs},
    {"Add", Kind::Add},
    {"AvgPool", Kind::AvgPool},
    {"Clamp", Kind::Clamp},
    {"Concat", Kind::Concat},
    {"ConvTranspose", Kind::ConvTranspose},
    {"Convolution", Kind::Convolution},
    {"Dequantize", Kind::Dequantize},
    {"Divide", Kind::Divide},
    {"Elu", Kind::Elu},
    {"Exp", Kind::Exp},
    {"GELU", Kind::GELU},
    {"HardSigmoid", Kind::HardSigmoid},
    {"HardSwish", Kind::HardSwish},
    {"Interpolate", Kind::Interpolate},
    {"LeakyReLU", Kind::LeakyReLU},
    {"Log", Kind::Log},
    {"LogSoftmax", Kind::LogSoftmax},
    {"MatMul", Kind::MatMul},
    {"MaxPool", Kind::MaxPool},
    {"Maximum", Kind::Maximum},
    {"Minimum", Kind::Minimum},
    {"Mish", Kind::Mish},
    {"Multiply", Kind::Multiply},
    {"PReLU", Kind::PReLU},
    {"Pow", Kind::Pow},
    {"Quantize", Kind::Quantize},
    {"ReLU", Kind::ReLU},
    {"Reciprocal", Kind::Reciprocal},
    {"ReduceMax", Kind::ReduceMax},
    {"ReduceMean", Kind::ReduceMean},
    {"ReduceMin", Kind::ReduceMin},
    {"ReduceSum", Kind::ReduceSum},
    {"Reorder", Kind::Reorder},
    {"Round", Kind::Round},
    {"Select", Kind::Select},
    {"Sigmoid", Kind::Sigmoid},
    {"SoftMax", Kind::SoftMax},
    {"SoftPlus", Kind::SoftPlus},
    {"Sqrt", Kind::Sqrt},
    {"Square", Kind::Square},
    {"StaticReshape", Kind::StaticReshape},
    {"StaticTranspose", Kind::StaticTranspose},
    {"Subtract", Kind::Subtract},
    {"Tanh", Kind::Tanh},
}};

constexpr std::array<std::pair<std::string_view, Attribute>, 33> kAttributes{{
    {"alpha", Attribute::alpha},
    {"axes", Attribute::axes},
    {"axis", Attribute::axis},
    {"beta", Attribute::beta},
    {"coordinate_transformation_mode", Attribute::coordinate_transformation_mode},
    {"data_format", Attribute::data_format},
    {"dilations", Attribute::dilations},
    {"exclude_pad", Attribute::exclude_pad},
    {"groups", Attribute::groups},
    {"keep_dims", Attribute::keep_dims},
    {"kernel", Attribute::kernel},
    {"max", Attribute::max},
    {"min", Attribute::min},
    {"mode", Attribute::mode},
    {"order", Attribute::order},
    {"output_padding", Attribute::output_padding},
    {"pads_begin", Attribute::pads_begin},
    {"pads_end", Attribute::pads_end},
    {"per_channel_broadcast", Attribute::per_channel_broadcast},
    {"qtype", Attribute::qtype},
    {"rounding_type", Attribute::rounding_type},
    {"scales", Attribute::scales},
    {"shape", Attribute::shape},
    {"sizes", Attribute::sizes},
    {"special_zero", Attribute::special_zero},
    {"strides", Attribute::strides},
    {"transpose_a", Attribute::transpose_a},
    {"transpose_b", Attribute::transpose_b},
    {"weights_format", Attribute::weights_format},
    {"zps", Attribute::zps},
    {"auto_broadcast", Attribute::auto_broadcast},
    {"use_affine", Attribute::use_affine},
    {"epsilon", Attribute::epsilon},
}};

template <typename Value, std::size_t Count>
Value find(const std::array<std::pair<std::string_view, Value>, Count>& table, std::string_view name) {
    const auto found =
        std::find_if(table.begin(), table.end(), [name](const auto& entry) { return entry.first == name; });
    if (found == table.end()) {
        throw Unsupported(fmt::format("the Graph API of this release has no '{}'", name));
    }
    return found->second;
}

}  // namespace

Kind graph_kind(std::string_view name) {
    return find(kKinds, name);
}

Attribute graph_attribute(std::string_view name) {
    return find(kAttributes, name);
}

}  // namespace difftest::backends::onednn
