#include "backends/xnnpack/operator_plan.hpp"

#include "backends/quantized_operators/constant_values.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <optional>
#include <utility>

namespace difftest::backends::xnnpack {
namespace {

using quantized::ContractionOperator;

bool is_byte(graph::DataType type) {
    return type == graph::DataType::u8 || type == graph::DataType::s8;
}

[[noreturn]] void refuse(const graph::Node& node, std::string_view what) {
    throw NoOperator(fmt::format("{} ('{}')", what, node.name));
}

/// One scale and one zero point; the library has no others for conversions.
std::pair<float, std::int64_t> single_parameters(const graph::Case& value, const graph::Node& node) {
    const auto scale = quantized::single_value(value, node.inputs[1], 1);
    const auto zero_point = quantized::single_value(value, node.inputs[2], 0);
    if (!scale || !zero_point) {
        refuse(node, "a conversion with a scale or zero point for each channel");
    }
    return {static_cast<float>(*scale), static_cast<std::int64_t>(*zero_point)};
}

class Planner {
public:
    explicit Planner(const graph::Case& value)
        : value_(value), graph_(value.graph), taken_(graph_.nodes.size(), false) {}

    std::vector<PlannedOperator> plan() {
        for (std::size_t i = 0; i < graph_.nodes.size(); ++i) {
            if (!taken_[i]) {
                const graph::Node& node = graph_.nodes[i];
                std::visit([&](const auto& operation) { add(node, operation); }, node.operation);
            }
        }
        return std::move(operators_);
    }

private:
    void append(PlannedOperator planned) {
        for (const graph::NodeId node : planned.nodes) {
            taken_[static_cast<std::size_t>(node)] = true;
        }
        operators_.push_back(std::move(planned));
    }

    graph::NodeId id_of(const graph::Node& node) const { return graph_.tensor(node.output).producer; }
    const graph::Tensor& data_of(const graph::Node& node) const { return graph_.tensor(node.inputs.front()); }

    template <typename Other>
    void add(const graph::Node& node, const Other& operation) {
        if (!graph::is_contraction(operation)) {
            refuse(node, fmt::format("no operator on 8-bit data for {}", Other::name));
        }
        add_contraction(node);
    }

    void add_contraction(const graph::Node& node) {
        try {
            ContractionOperator op = quantized::contraction_operator(value_, id_of(node));
            const char* const kind = op.kind == ContractionOperator::Kind::convolution     ? "convolution2d_nhwc"
                                     : op.kind == ContractionOperator::Kind::deconvolution ? "deconvolution2d_nhwc"
                                                                                           : "fully_connected_nc";
            const graph::TensorId output = op.requantization.output;
            std::vector<graph::NodeId> nodes = op.nodes;
            append({std::move(nodes), output, std::move(op), kind});
        } catch (const quantized::NotRequantized& reason) {
            throw NoOperator(reason.what());
        }
    }

    void add(const graph::Node& node, const graph::Pooling& pooling) {
        const graph::Tensor& data = data_of(node);
        const std::size_t dimensions = data.shape.size() - 2;
        if (pooling.algorithm != graph::PoolingAlgorithm::maximum || !is_byte(data.type) || dimensions > 2) {
            refuse(node, "a pooling other than the maximum of 8-bit data in one or two dimensions");
        }
        MaximumPooling planned{node.inputs.front(), {}};
        quantized::PlaneGeometry& g = planned.geometry;
        g.batch = data.shape[0];
        g.channels = data.shape[1];
        g.outputs = data.shape[1];
        for (std::size_t d = 0; d < dimensions; ++d) {
            const std::size_t plane = d + 2 - dimensions;
            (plane == 0 ? g.height : g.width) = data.shape[d + 2];
            (plane == 0 ? g.out_height : g.out_width) = graph_.tensor(node.output).shape[d + 2];
            g.kernel[plane] = pooling.kernel[d];
            g.strides[plane] = pooling.strides[d];
            g.dilations[plane] = pooling.dilations[d];
            g.pads_begin[plane] = pooling.pads_begin[d];
            g.pads_end[plane] = pooling.pads_end[d];
        }
        append({{id_of(node)}, node.output, planned, "max_pooling2d_nhwc"});
    }

    void add(const graph::Node& node, const graph::Quantize& quantize) {
        const auto [scale, zero_point] = single_parameters(value_, node);
        if (data_of(node).type != graph::DataType::f32 || !is_byte(graph_.tensor(node.output).type)) {
            refuse(node, "a quantization other than from f32 to 8 bits");
        }
        if (quantize.rounding != graph::Rounding::half_to_even ||
            (quantize.zero_point_site == graph::ZeroPointSite::before_rounding && zero_point != 0)) {
            refuse(node, "a rounding other than half to even before the zero point is added");
        }
        append({{id_of(node)}, node.output, Quantization{node.inputs.front(), scale, zero_point}, "convert_nc_f32"});
    }

    void add(const graph::Node& node, const graph::Dequantize& /*dequantize*/) {
        const auto [scale, zero_point] = single_parameters(value_, node);
        if (!is_byte(data_of(node).type)) {
            refuse(node, "a dequantization of other than 8-bit data");
        }
        append({{id_of(node)}, node.output, Dequantization{node.inputs.front(), scale, zero_point}, "convert_nc_f32"});
    }

    void add_view(const graph::Node& node) { append({{id_of(node)}, node.output, View{node.inputs.front()}, "view"}); }
    void add(const graph::Node& node, const graph::Reorder& /*reorder*/) { add_view(node); }
    void add(const graph::Node& node, const graph::Reshape& /*reshape*/) { add_view(node); }

    const graph::Case& value_;
    const graph::Graph& graph_;
    std::vector<bool> taken_;
    std::vector<PlannedOperator> operators_;
};

}  // namespace

std::vector<PlannedOperator> plan_operators(const graph::Case& value) {
    std::vector<PlannedOperator> operators = Planner(value).plan();
    const auto is_view = [](const PlannedOperator& each) { return std::holds_alternative<View>(each.what); };
    if (std::all_of(operators.begin(), operators.end(), is_view)) {
        throw NoOperator("nothing that the library computes");
    }
    return operators;
}

contract::Contract contract_of(const std::vector<PlannedOperator>& operators) {
    contract::Contract contract;
    for (const PlannedOperator& each : operators) {
        if (const auto* contraction = std::get_if<ContractionOperator>(&each.what)) {
            if (contraction->requantization.associates_scales) {
                contract.grant(contract::Freedom::scale_association);
            }
            if (contraction->requantization.multiplies_by_reciprocal) {
                contract.grant(contract::Freedom::reciprocal_division);
            }
        } else if (std::holds_alternative<Quantization>(each.what)) {
            contract.grant(contract::Freedom::reciprocal_division);
        }
    }
    return contract;
}

}  // namespace difftest::backends::xnnpack
