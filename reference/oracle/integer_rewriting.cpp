#include "reference/oracle/integer_rewriting.hpp"

#include "reference/oracle/elementwise.hpp"

#include <algorithm>
#include <optional>
#include <utility>

namespace difftest::oracle {
namespace {

using contract::Freedom;
using graph::DataType;
using graph::kAbsent;
using graph::Shape;
using graph::TensorId;

/// A dequantized operand: the integers, and what turns them into real numbers, one value or one for each channel.
struct Dequantized {
    TensorId integers = kAbsent;
    std::vector<double> scale;
    std::vector<double> zero_point;
};

std::int64_t axis_of_channels(const graph::Operation& operation, std::size_t rank) {
    const auto last = static_cast<std::int64_t>(rank) - 1;
    if (const auto* matmul = std::get_if<graph::Matmul>(&operation)) {
        return matmul->transpose_b ? last - 1 : last;
    }
    return 0;
}

/// The values of a constant that has one element, or one for each index along `axis` of a tensor of `rank` dimensions.
std::optional<std::vector<double>> values_along(const Context& context, TensorId id, std::int64_t axis,
                                                std::size_t rank) {
    const AllowedTensor& tensor = context.set_of(id);
    const Shape& shape = tensor.shape();
    const std::int64_t from_end = static_cast<std::int64_t>(rank) - axis;
    const auto place = static_cast<std::int64_t>(shape.size()) - from_end;
    const bool along = place >= 0 && shape[static_cast<std::size_t>(place)] == tensor.size();
    const bool constant = context.tensor(id).role != graph::TensorRole::intermediate;
    if (!constant || (tensor.size() != 1 && !along)) {
        return std::nullopt;
    }
    return tensor.points();  // constants are single values
}

std::optional<Dequantized> dequantized(const Context& context, TensorId id, std::int64_t axis) {
    const graph::NodeId producer = context.tensor(id).producer;
    if (producer < 0 || !std::holds_alternative<graph::Dequantize>(context.node(producer).operation)) {
        return std::nullopt;
    }
    const graph::Node& node = context.node(producer);
    if (!graph::is_integer(context.tensor(node.inputs[0]).type)) {
        return std::nullopt;
    }
    const std::size_t rank = context.tensor(id).shape.size();
    const auto scale = values_along(context, node.inputs[1], axis, rank);
    const auto zero_point = node.inputs[2] == kAbsent ? std::optional(std::vector<double>{0})
                                                      : values_along(context, node.inputs[2], axis, rank);
    if (!scale || !zero_point) {
        return std::nullopt;
    }
    return Dequantized{node.inputs[0], *scale, *zero_point};
}

/// The pattern around a quantize node.
struct Pattern {
    graph::NodeId linear = -1;
    Dequantized x;
    Dequantized w;
    double output_scale = 0;
    std::optional<Dequantized> integer_bias;  ///< in the scale sx * sw
    TensorId bias = kAbsent;                  ///< any other

    std::size_t channels() const { return w.scale.size(); }
    float product(std::size_t channel) const {
        return static_cast<float>(x.scale[0]) * static_cast<float>(w.scale[channel]);
    }
};

std::optional<Pattern> match(const Context& context, graph::NodeId id) {
    const graph::Node& quantize = context.node(id);
    Pattern pattern;
    pattern.linear = foldable_producer(context.graph(), quantize.inputs[0]);
    if (pattern.linear < 0 || !graph::is_contraction(context.node(pattern.linear).operation)) {
        return std::nullopt;
    }
    const graph::Node& linear = context.node(pattern.linear);
    const std::size_t rank = context.tensor(linear.inputs[1]).shape.size();
    const auto x = dequantized(context, linear.inputs[0], 0);
    const auto w = dequantized(context, linear.inputs[1], axis_of_channels(linear.operation, rank));
    const AllowedTensor& scale = context.set_of(quantize.inputs[1]);
    if (!x || !w || x->scale.size() != 1 || x->zero_point.size() != 1 || scale.size() != 1 || !scale.all_points()) {
        return std::nullopt;
    }
    pattern.x = *x;
    pattern.w = *w;
    pattern.output_scale = scale.point(0);
    pattern.bias = linear.inputs[2];
    if (pattern.bias != kAbsent) {
        const auto bias = dequantized(context, pattern.bias, 0);
        bool same = bias && bias->zero_point == std::vector<double>{0} && bias->scale.size() == pattern.channels() &&
                    context.tensor(bias->integers).type == DataType::s32;
        for (std::size_t c = 0; same && c < pattern.channels(); ++c) {
            same = static_cast<float>(bias->scale[c]) == pattern.product(c);
        }
        if (same) {
            pattern.integer_bias = bias;
        }
    }
    return pattern;
}

/// A graph that stands for a part of another one: its leaves have the sets that they have there.
class Rewriting {
public:
    explicit Rewriting(const Context& context) : context_(context) {}

    TensorId from(TensorId id) {
        graph::Tensor tensor = context_.tensor(id);
        tensor.role = graph::TensorRole::input;
        tensor.producer = -1;
        return leaf(std::move(tensor), context_.set_of(id));
    }

    TensorId constant(DataType type, Shape shape, const std::vector<double>& values) {
        AllowedTensor points(type, shape);
        for (std::int64_t i = 0; i < points.size(); ++i) {
            points.set_point(i, values[static_cast<std::size_t>(i)]);
        }
        return leaf({"", type, std::move(shape), graph::TensorRole::constant, -1}, std::move(points));
    }

    TensorId node(const std::string& name, graph::Operation operation, std::vector<TensorId> inputs,
                  const graph::Tensor& like, DataType type) {
        const TensorId output = leaf({like.name, type, like.shape, graph::TensorRole::intermediate,
                                      static_cast<graph::NodeId>(case_.graph.nodes.size())},
                                     {});
        case_.graph.nodes.push_back({name, std::move(operation), std::move(inputs), output});
        return output;
    }

    AllowedTensor evaluate(const std::function<AllowedTensor(const Context&, graph::NodeId)>& evaluate_node) {
        case_.graph.outputs = {case_.graph.nodes.back().output};
        std::vector<RealView> views(tensors_.size());
        const Rules rules;
        const Context inner{case_, context_.contract, rules, tensors_, views, context_.metrics};
        for (std::size_t i = 0; i < case_.graph.nodes.size(); ++i) {
            const auto output = static_cast<std::size_t>(case_.graph.nodes[i].output);
            tensors_[output] = evaluate_node(inner, static_cast<graph::NodeId>(i));
        }
        return std::move(tensors_[static_cast<std::size_t>(case_.graph.outputs[0])]);
    }

private:
    TensorId leaf(graph::Tensor tensor, AllowedTensor set) {
        case_.graph.tensors.push_back(std::move(tensor));
        case_.data.emplace_back();
        tensors_.push_back(std::move(set));
        return static_cast<TensorId>(tensors_.size() - 1);
    }

    const Context& context_;
    graph::Case case_;
    std::vector<AllowedTensor> tensors_;
};

/// What all rewritings of a pattern have in common, and their constants.
class Rewriter {
public:
    Rewriter(const Context& context, graph::NodeId id, const Pattern& pattern)
        : context_(context),
          quantize_(context.node(id)),
          linear_(context.node(pattern.linear)),
          real_(context.tensor(linear_.output)),
          pattern_(pattern) {}

    /// quantize(acc * M)
    Rewriting with_multiplier(const std::vector<double>& multiplier) const {
        Rewriting graph(context_);
        const TensorId acc = accumulator(graph);
        const auto& op = std::get<graph::Quantize>(quantize_.operation);
        graph.node(quantize_.name, graph::Requantize{op.rounding, op.zero_point_site},
                   {acc, per_channel(graph, multiplier), zero_point(graph)}, context_.tensor(quantize_.output),
                   context_.tensor(quantize_.output).type);
        return graph;
    }

    /// quantize((acc * S + b) / sy), the scales one by one or multiplied before.
    Rewriting with_real_values(const std::vector<std::vector<double>>& scales) const {
        Rewriting graph(context_);
        TensorId real = accumulator(graph);
        for (const std::vector<double>& scale : scales) {
            real = graph.node(linear_.name, graph::Binary{graph::BinaryAlgorithm::multiply},
                              {real, per_channel(graph, scale)}, real_, DataType::f32);
        }
        if (pattern_.bias != kAbsent && !pattern_.integer_bias) {
            // One value for each channel, as a tensor that is broadcast along the others.
            const AllowedTensor& bias = context_.set_of(pattern_.bias);
            real = graph.node(linear_.name, graph::Binary{graph::BinaryAlgorithm::add},
                              {real, per_channel(graph, bias.points())}, real_, DataType::f32);
        }
        graph.node(quantize_.name, quantize_.operation, {real, graph.from(quantize_.inputs[1]), zero_point(graph)},
                   context_.tensor(quantize_.output), context_.tensor(quantize_.output).type);
        return graph;
    }

private:
    TensorId accumulator(Rewriting& graph) const {
        const auto flat = [&](const std::vector<double>& values) {
            const bool none = values == std::vector<double>{0};
            return none ? kAbsent : graph.constant(DataType::s32, {static_cast<std::int64_t>(values.size())}, values);
        };
        const TensorId bias = pattern_.integer_bias ? graph.from(pattern_.integer_bias->integers) : kAbsent;
        return graph.node(linear_.name, linear_.operation,
                          {graph.from(pattern_.x.integers), graph.from(pattern_.w.integers), bias,
                           flat(pattern_.x.zero_point), flat(pattern_.w.zero_point)},
                          real_, DataType::s32);
    }

    TensorId zero_point(Rewriting& graph) const {
        return quantize_.inputs[2] == kAbsent ? kAbsent : graph.from(quantize_.inputs[2]);
    }

    TensorId per_channel(Rewriting& graph, const std::vector<double>& values) const {
        Shape shape;
        if (values.size() > 1) {
            const bool innermost = std::holds_alternative<graph::Matmul>(linear_.operation) ||
                                   std::holds_alternative<graph::InnerProduct>(linear_.operation);
            shape.assign(innermost ? 1 : real_.shape.size() - 1, 1);
            shape[0] = static_cast<std::int64_t>(values.size());
        }
        return graph.constant(DataType::f32, shape, values);
    }

    const Context& context_;
    const graph::Node& quantize_;
    const graph::Node& linear_;
    const graph::Tensor& real_;
    const Pattern& pattern_;
};

/// The multipliers, each rounded after every operation, in the orders that are granted.
std::vector<std::vector<double>> multipliers(const Context& context, const Pattern& pattern) {
    const auto sx = static_cast<float>(pattern.x.scale[0]);
    const auto sy = static_cast<float>(pattern.output_scale);
    std::vector<std::function<float(float)>> orders{[=](float sw) { return (sx * sw) / sy; }};
    if (context.grants(Freedom::scale_association)) {
        orders.emplace_back([=](float sw) { return sx * (sw / sy); });
        orders.emplace_back([=](float sw) { return sw * (sx / sy); });
    }
    if (context.grants(Freedom::reciprocal_division)) {
        orders.emplace_back([=](float sw) { return (sx * sw) * (1.0F / sy); });
    }
    std::vector<std::vector<double>> result;
    for (const auto& order : orders) {
        std::vector<double>& values = result.emplace_back();
        for (const double sw : pattern.w.scale) {
            values.push_back(order(static_cast<float>(sw)));
        }
    }
    return result;
}

}  // namespace

void add_integer_rewriting(const Context& context, graph::NodeId id, AllowedTensor& result,
                           const std::function<AllowedTensor(const Context&, graph::NodeId)>& evaluate_node) {
    const std::optional<Pattern> pattern = match(context, id);
    if (!pattern) {
        return;
    }
    const Rewriter rewriter(context, id, *pattern);
    std::vector<Rewriting> rewritings;
    std::vector<double> product;
    for (std::size_t c = 0; c < pattern->channels(); ++c) {
        product.push_back(pattern->product(c));
    }
    rewritings.push_back(rewriter.with_real_values({product}));
    if (context.grants(Freedom::scale_association)) {
        rewritings.push_back(rewriter.with_real_values({pattern->x.scale, pattern->w.scale}));
        rewritings.push_back(rewriter.with_real_values({pattern->w.scale, pattern->x.scale}));
    }
    if (pattern->bias == kAbsent || pattern->integer_bias) {
        for (const std::vector<double>& multiplier : multipliers(context, *pattern)) {
            rewritings.push_back(rewriter.with_multiplier(multiplier));
        }
    }
    for (Rewriting& rewriting : rewritings) {
        merge_into(context, result, rewriting.evaluate(evaluate_node));
    }
}

}  // namespace difftest::oracle
