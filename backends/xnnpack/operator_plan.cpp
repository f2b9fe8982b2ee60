#include "backends/xnnpack/operator_plan.hpp"

#include "backends/quantized_operators/constant_values.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <limits>
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

    /// A node that works on f32; 8-bit data is as good.
    Pointwise pointwise_of(const graph::Node& node) const {
        check_real(node, node.inputs.front());
        return {node.inputs.front(), {}, 1, 0};
    }

    void check_real(const graph::Node& node, graph::TensorId id) const {
        const graph::DataType type = graph_.tensor(id).type;
        if (type != graph::DataType::f32 && !is_byte(type)) {
            refuse(node, fmt::format("an operation on {}", name_of(type)));
        }
    }

    void append_pointwise(const graph::Node& node, Pointwise pointwise, const char* kind) {
        const graph::DataType type = graph_.tensor(node.output).type;
        if (type != graph::DataType::f32 && !is_byte(type)) {
            refuse(node, fmt::format("a result in {}", name_of(type)));
        }
        append({{id_of(node)}, node.output, std::move(pointwise), kind});
    }

    void add(const graph::Node& node, const graph::Eltwise& eltwise) {
        using graph::EltwiseAlgorithm;
        Pointwise planned = pointwise_of(node);
        constexpr float kInfinity = std::numeric_limits<float>::infinity();
        switch (eltwise.algorithm) {
            case EltwiseAlgorithm::relu:
                if (eltwise.alpha != 0) {
                    refuse(node, "a leaky relu");
                }
                planned.steps = {{FloatStep::Kind::clamp, 0, kInfinity}};
                break;
            case EltwiseAlgorithm::clip:
            case EltwiseAlgorithm::clip_v2:
                planned.steps = {{FloatStep::Kind::clamp, eltwise.alpha, eltwise.beta}};
                break;
            default: refuse(node, "a function whose error the library does not document");
        }
        append_pointwise(node, std::move(planned), "clamp_nc_f32");
    }

    void add(const graph::Node& node, const graph::Binary& binary) {
        using graph::BinaryAlgorithm;
        Pointwise planned = pointwise_of(node);
        check_real(node, node.inputs[1]);
        FloatStep step;
        step.other = node.inputs[1];
        switch (binary.algorithm) {
            case BinaryAlgorithm::add: step.kind = FloatStep::Kind::add; break;
            case BinaryAlgorithm::subtract: step.kind = FloatStep::Kind::subtract; break;
            case BinaryAlgorithm::multiply: step.kind = FloatStep::Kind::multiply; break;
            case BinaryAlgorithm::divide: step.kind = FloatStep::Kind::divide; break;
            case BinaryAlgorithm::maximum: step.kind = FloatStep::Kind::maximum; break;
            case BinaryAlgorithm::minimum: step.kind = FloatStep::Kind::minimum; break;
            default: refuse(node, "a comparison as a number");
        }
        planned.steps = {step};
        append_pointwise(node, std::move(planned), "binary_nd_f32");
    }

    void add(const graph::Node& node, const graph::Quantize& quantize) {
        add_quantization(node, FloatStep::Kind::divide, quantize.rounding, quantize.zero_point_site);
    }

    void add(const graph::Node& node, const graph::Requantize& requantize) {
        add_quantization(node, FloatStep::Kind::multiply, requantize.rounding, requantize.zero_point_site);
    }

    void add_quantization(const graph::Node& node, FloatStep::Kind kind, graph::Rounding rounding,
                          graph::ZeroPointSite site) {
        Pointwise planned = pointwise_of(node);
        const auto scale = quantized::single_value(value_, node.inputs[1], 1);
        const auto zero_point = quantized::single_value(value_, node.inputs[2], 0);
        const bool before = site == graph::ZeroPointSite::before_rounding && zero_point != 0.0;
        if (!zero_point || before || rounding != graph::Rounding::half_to_even) {
            refuse(node, "a zero point for each channel or before the rounding, or a rounding other than half to even");
        }
        planned.zero_point = static_cast<std::int64_t>(*zero_point);
        if (kind == FloatStep::Kind::divide && scale) {
            planned.scale = static_cast<float>(*scale);
        } else {
            planned.steps = {{kind, 0, 0, node.inputs[1], false}};
        }
        append_pointwise(node, std::move(planned), "convert_nc_f32");
    }

    void add(const graph::Node& node, const graph::Convert& convert) {
        if (convert.overflow != graph::Overflow::saturate || convert.rounding != graph::Rounding::half_to_even) {
            refuse(node, "a conversion that wraps or rounds otherwise than half to even");
        }
        append_pointwise(node, pointwise_of(node), "convert_nc_f32");
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
            if (contraction->requantization.has_scale_and_shift) {
                contract.grant(contract::Freedom::fake_quantize_scale_shift);
            }
            if (contraction->requantization.multiplies_by_reciprocal) {
                contract.grant(contract::Freedom::reciprocal_division);
            }
        } else if (const auto* pointwise = std::get_if<Pointwise>(&each.what)) {
            contract.grant(contract::Freedom::flush_subnormals);
            if (pointwise->scale != 1) {
                contract.grant(contract::Freedom::reciprocal_division);
            }
        }
    }
    return contract;
}

}  // namespace difftest::backends::xnnpack
