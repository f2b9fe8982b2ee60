#include "backends/onednn/graph_builder.hpp"

#include "backends/backend.hpp"
#include "backends/onednn/affine_steps.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

namespace difftest::backends::onednn {

using graph::DataType;
using graph::EltwiseAlgorithm;
using graph::TensorId;

namespace {

using Attributes = std::vector<std::pair<std::string, GraphAttribute>>;

/// The Graph API has no scalars in all places: a scalar is a tensor of one element.
graph::Shape at_least_one_dimension(const graph::Shape& shape) {
    return shape.empty() ? graph::Shape{1} : shape;
}

bool is_8_bit(DataType type) {
    return type == DataType::s8 || type == DataType::u8;
}

Attributes quantization_attributes(const GraphQuantization& parameters) {
    Attributes attributes{{"scales", parameters.scales},
                          {"zps", parameters.zero_points},
                          {"qtype", std::string(parameters.axis ? "per_channel" : "per_tensor")}};
    if (parameters.axis) {
        attributes.emplace_back("axis", *parameters.axis);
    }
    return attributes;
}

/// Functions that are one operation with no attribute or with alpha alone.
std::optional<std::pair<std::string, Attributes>> single_operation(const EltwiseStep& step) {
    switch (step.algorithm) {
        case EltwiseAlgorithm::relu:
            return step.alpha == 0 ? std::pair("ReLU", Attributes{})
                                   : std::pair("LeakyReLU", Attributes{{"alpha", step.alpha}});
        case EltwiseAlgorithm::clip:
        case EltwiseAlgorithm::clip_v2: return std::pair("Clamp", Attributes{{"min", step.alpha}, {"max", step.beta}});
        case EltwiseAlgorithm::abs: return std::pair("Abs", Attributes{});
        case EltwiseAlgorithm::square: return std::pair("Square", Attributes{});
        case EltwiseAlgorithm::sqrt: return std::pair("Sqrt", Attributes{});
        case EltwiseAlgorithm::round: return std::pair("Round", Attributes{});
        case EltwiseAlgorithm::exp: return std::pair("Exp", Attributes{});
        case EltwiseAlgorithm::log: return std::pair("Log", Attributes{});
        case EltwiseAlgorithm::tanh: return std::pair("Tanh", Attributes{});
        case EltwiseAlgorithm::logistic: return std::pair("Sigmoid", Attributes{});
        case EltwiseAlgorithm::elu: return std::pair("Elu", Attributes{{"alpha", step.alpha}});
        case EltwiseAlgorithm::gelu_erf: return std::pair("GELU", Attributes{});
        case EltwiseAlgorithm::mish: return std::pair("Mish", Attributes{});
        case EltwiseAlgorithm::soft_relu: return std::pair("SoftPlus", Attributes{{"beta", step.alpha}});
        case EltwiseAlgorithm::hardsigmoid:
            return std::pair("HardSigmoid", Attributes{{"alpha", step.alpha}, {"beta", step.beta}});
        case EltwiseAlgorithm::linear:
        case EltwiseAlgorithm::gelu_tanh:
        case EltwiseAlgorithm::swish:
        case EltwiseAlgorithm::hardswish:
        case EltwiseAlgorithm::pow: return std::nullopt;
    }
    return std::nullopt;
}

const char* kind_of(graph::BinaryAlgorithm algorithm) {
    switch (algorithm) {
        case graph::BinaryAlgorithm::add: return "Add";
        case graph::BinaryAlgorithm::subtract: return "Subtract";
        case graph::BinaryAlgorithm::multiply: return "Multiply";
        case graph::BinaryAlgorithm::divide: return "Divide";
        case graph::BinaryAlgorithm::maximum: return "Maximum";
        case graph::BinaryAlgorithm::minimum: return "Minimum";
        default: throw Unsupported("the Graph API has no comparison with an f32 result");
    }
}

}  // namespace

GraphValueId GraphBuilder::add_value(GraphValue value) {
    value.shape = at_least_one_dimension(value.shape);
    description_.values.push_back(std::move(value));
    is_computed_.push_back(false);
    return description_.values.size() - 1;
}

GraphValueId GraphBuilder::literal(graph::TensorData data) {
    GraphValue value;
    value.type = data.type();
    value.shape = data.shape();
    value.literal = std::move(data);
    value.is_constant = true;
    return add_value(std::move(value));
}

GraphValueId GraphBuilder::stored(TensorId tensor) {
    if (const auto found = stored_.find(tensor); found != stored_.end()) {
        return found->second;
    }
    const graph::Tensor& described = case_.graph.tensor(tensor);
    if (described.role == graph::TensorRole::intermediate) {
        throw Unsupported(
            fmt::format("'{}': the Graph API has no {} result here", described.name, graph::name_of(described.type)));
    }
    if (!is_8_bit(described.type) && described.type != DataType::f32) {
        throw Unsupported(fmt::format("'{}': {} operands are not mapped to the Graph API", described.name,
                                      graph::name_of(described.type)));
    }
    GraphValue value;
    value.type = described.type;
    value.shape = described.shape;
    value.tensor = tensor;
    value.is_constant = described.role == graph::TensorRole::constant;
    return stored_[tensor] = add_value(std::move(value));
}

GraphValueId GraphBuilder::real(TensorId tensor) {
    if (const auto found = real_.find(tensor); found != real_.end()) {
        return found->second;
    }
    const graph::Tensor& described = case_.graph.tensor(tensor);
    if (described.type == DataType::s32 && described.role == graph::TensorRole::constant) {
        const graph::TensorData& data = case_.data_of(tensor);
        graph::TensorData converted(DataType::f32, data.shape());
        for (std::int64_t index = 0; index < data.size(); ++index) {
            converted.set(index, static_cast<double>(static_cast<float>(data.at(index))));
        }
        return real_[tensor] = literal(std::move(converted));
    }
    const GraphValueId value = stored(tensor);
    return is_8_bit(described.type) ? dequantize(value, {}) : value;
}

GraphValueId GraphBuilder::apply(std::string kind, std::vector<GraphValueId> inputs, const graph::Shape& result,
                                 Attributes attributes) {
    GraphValue value;
    value.shape = result;
    const GraphValueId id = add_value(std::move(value));
    is_computed_[id] = true;
    description_.operations.push_back({std::move(kind), node_, std::move(inputs), {id}, std::move(attributes)});
    return id;
}

GraphValueId GraphBuilder::dequantize(GraphValueId integer, const GraphQuantization& parameters) {
    const graph::Shape shape = shape_of(integer);
    return apply("Dequantize", {integer}, shape, quantization_attributes(parameters));
}

GraphValueId GraphBuilder::times(GraphValueId x, float factor) {
    const graph::Shape shape = shape_of(x);
    return apply("Multiply", {x, literal(f32_scalar(factor))}, shape);
}

GraphValueId GraphBuilder::apply_step(const EltwiseStep& step, GraphValueId x) {
    const graph::Shape shape = shape_of(x);
    if (auto single = single_operation(step)) {
        return apply(std::move(single->first), {x}, shape, std::move(single->second));
    }
    switch (step.algorithm) {
        case EltwiseAlgorithm::linear: {
            const GraphValueId product = step.alpha == 1 ? x : times(x, step.alpha);
            return step.beta == 0 ? product : apply("Add", {product, literal(f32_scalar(step.beta))}, shape);
        }
        case EltwiseAlgorithm::swish: {
            const GraphValueId argument = step.alpha == 1 ? x : times(x, step.alpha);
            return apply("Multiply", {x, apply("Sigmoid", {argument}, shape)}, shape);
        }
        case EltwiseAlgorithm::hardswish: {
            const Attributes attributes{{"alpha", step.alpha}, {"beta", step.beta}};
            return apply("Multiply", {x, apply("HardSigmoid", {x}, shape, attributes)}, shape);
        }
        case EltwiseAlgorithm::pow: {
            const GraphValueId power = apply("Pow", {x}, shape, {{"beta", step.beta}});
            return step.alpha == 1 ? power : times(power, step.alpha);
        }
        default: throw Unsupported("the Graph API of this release has no gelu_tanh");
    }
}

GraphValueId GraphBuilder::apply_step(const BinaryStep& step, GraphValueId x) {
    const auto* data = std::get_if<graph::TensorData>(&step.operand);
    const GraphValueId operand = data != nullptr ? literal(*data) : real(std::get<TensorId>(step.operand));
    const auto result = graph::broadcast(shape_of(x), shape_of(operand));
    return apply(kind_of(step.algorithm), {x, operand}, result.value());
}

GraphValueId GraphBuilder::apply_step(const PreluStep& step, GraphValueId x) {
    const graph::Shape shape = shape_of(x);
    return apply("PReLU", {x, real(step.slope)}, shape,
                 {{"data_format", std::string("NCX")}, {"per_channel_broadcast", false}});
}

GraphValueId GraphBuilder::apply_step(const SumStep& step, GraphValueId x) {
    if (step.type != case_.graph.tensor(step.previous).type) {
        throw Unsupported("the Graph API reads no tensor as another type");
    }
    const graph::Shape shape = shape_of(x);
    GraphValueId previous = 0;
    if (is_8_bit(step.type)) {
        previous = dequantize(stored(step.previous), {{step.scale}, {step.zero_point}, std::nullopt});
    } else if (step.zero_point == 0) {
        previous = step.scale == 1 ? real(step.previous) : times(real(step.previous), step.scale);
    } else {
        throw Unsupported("the Graph API has no zero point for values that are not of 8 bits");
    }
    return apply("Add", {x, previous}, shape);
}

GraphValueId GraphBuilder::apply_step(const SelectStep& /*step*/, GraphValueId /*x*/) {
    throw Unsupported("the Graph API selects by booleans only");
}

GraphValueId GraphBuilder::apply_step(const DepthwiseStep& /*step*/, GraphValueId /*x*/) {
    throw Unsupported("a depthwise convolution is a node of its own in the Graph API");
}

GraphValueId GraphBuilder::apply_steps(std::span<const Step> steps, GraphValueId x) {
    for (const Step& step : steps) {
        x = std::visit([this, x](const auto& each) { return apply_step(each, x); }, step);
    }
    return x;
}

void GraphBuilder::finish_quantized(TensorId tensor, GraphValueId real, const GraphQuantization& parameters) {
    const graph::Tensor& described = case_.graph.tensor(tensor);
    const GraphValueId quantized = apply("Quantize", {real}, described.shape, quantization_attributes(parameters));
    description_.values[quantized].type = described.type;
    description_.values[quantized].tensor = tensor;
    stored_[tensor] = quantized;
}

void GraphBuilder::finish(TensorId tensor, GraphValueId result) {
    const graph::Tensor& described = case_.graph.tensor(tensor);
    if (is_8_bit(described.type)) {
        finish_quantized(tensor, result, {});
    } else if (described.type == DataType::s32) {
        real_[tensor] = result;
    } else if (described.type == DataType::f32) {
        // A value of its own: what has another owner, or was computed by nobody, is multiplied with 1.
        const bool is_free = is_computed_[result] && description_.values[result].tensor == graph::kAbsent;
        const GraphValueId own = is_free ? result : times(result, 1.0F);
        description_.values[own].tensor = tensor;
        stored_[tensor] = own;
    } else {
        throw Unsupported(fmt::format("'{}': {} results are not mapped to the Graph API", described.name,
                                      graph::name_of(described.type)));
    }
}

GraphDescription GraphBuilder::build() {
    for (const TensorId output : case_.graph.outputs) {
        description_.values[stored(output)].is_output = true;
    }
    return std::move(description_);
}

}  // namespace difftest::backends::onednn
