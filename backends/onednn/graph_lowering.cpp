#include "backends/backend.hpp"
#include "backends/onednn/affine_steps.hpp"
#include "backends/onednn/graph_builder.hpp"
#include "backends/onednn/graph_contraction.hpp"
#include "backends/onednn/heads.hpp"
#include "backends/onednn/lowering.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace difftest::backends::onednn {

using graph::DataType;
using graph::Node;
using graph::TensorId;

namespace {

bool is_8_bit(DataType type) {
    return type == DataType::s8 || type == DataType::u8;
}

/// Windows and reductions of integers round their averages; a result that stays in f32 does it here.
GraphValueId rounded_where_needed(GraphBuilder& builder, const graph::Graph& graph, const Node& node, GraphValueId x) {
    const bool is_s32 = graph.tensor(node.output).type == DataType::s32;
    return is_s32 ? builder.apply_steps(steps_after_head(graph, node), x) : x;
}

class NodeLowering {
public:
    NodeLowering(GraphBuilder& builder, const Node& node, bool folds_scales, ContractionLowering& contractions)
        : builder_(builder),
          case_(builder.value()),
          graph_(case_.graph),
          node_(node),
          folds_scales_(folds_scales),
          contractions_(contractions),
          result_(graph_.tensor(node.output)) {}

    void operator()(const graph::Convolution& op) { contractions_.add(op, node_, folds_scales_); }
    void operator()(const graph::Deconvolution& op) { contractions_.add(op, node_, folds_scales_); }
    void operator()(const graph::Matmul& op) { contractions_.add(op, node_, folds_scales_); }
    void operator()(const graph::InnerProduct& op) { contractions_.add(op, node_, folds_scales_); }

    void operator()(const graph::Quantize& op) {
        const auto parameters = quantization("scale");
        const bool no_zero_point =
            parameters &&
            std::all_of(parameters->zero_points.begin(), parameters->zero_points.end(), [](auto z) { return z == 0; });
        const bool site = no_zero_point || op.zero_point_site == graph::ZeroPointSite::before_rounding;
        if (parameters && site && op.rounding == graph::Rounding::half_to_even && is_8_bit(result_.type)) {
            builder_.finish_quantized(node_.output, builder_.real(data()), *parameters);
        } else {
            lower_pointwise();
        }
    }

    void operator()(const graph::Dequantize& /*op*/) {
        const auto parameters = quantization("scale");
        if (parameters && is_8_bit(graph_.tensor(data()).type)) {
            builder_.finish(node_.output, builder_.dequantize(builder_.stored(data()), *parameters));
        } else {
            lower_pointwise();
        }
    }

    void operator()(const graph::Pooling& op) {
        std::vector<std::pair<std::string, GraphAttribute>> attributes{
            {"strides", op.strides}, {"pads_begin", op.pads_begin},       {"pads_end", op.pads_end},
            {"kernel", op.kernel},   {"data_format", std::string("NCX")}, {"rounding_type", std::string("floor")}};
        const bool is_maximum = op.algorithm == graph::PoolingAlgorithm::maximum;
        if (is_maximum) {
            attributes.emplace_back("dilations", op.dilations);
        } else {
            const bool is_dense = std::all_of(op.dilations.begin(), op.dilations.end(), [](auto d) { return d == 1; });
            if (!is_dense) {
                refuse("AvgPool has no dilation");
            }
            attributes.emplace_back("exclude_pad", op.algorithm == graph::PoolingAlgorithm::average_exclude_padding);
        }
        finish_window(is_maximum ? "MaxPool" : "AvgPool", std::move(attributes));
    }

    void operator()(const graph::Reduction& op) {
        refuse_inexact_sums(op.algorithm);
        const char* kind = "ReduceSum";
        switch (op.algorithm) {
            case graph::ReductionAlgorithm::sum: break;
            case graph::ReductionAlgorithm::mean: kind = "ReduceMean"; break;
            case graph::ReductionAlgorithm::maximum: kind = "ReduceMax"; break;
            case graph::ReductionAlgorithm::minimum: kind = "ReduceMin"; break;
        }
        finish_window(kind, {{"axes", op.axes}, {"keep_dims", true}});
    }

    void operator()(const graph::Softmax& op) {
        const bool is_logarithm = op.algorithm == graph::SoftmaxAlgorithm::logarithm;
        finish_window(is_logarithm ? "LogSoftmax" : "SoftMax", {{"axis", op.axis}});
    }

    void operator()(const graph::Resampling& op) {
        constexpr const char* kLinear[] = {"linear", "bilinear", "trilinear"};
        const bool nearest = op.algorithm == graph::ResamplingAlgorithm::nearest;
        if (op.sizes.empty() || op.sizes.size() > std::size(kLinear)) {
            refuse("Interpolate has one to three spatial dimensions");
        }
        finish_window("Interpolate", {{"mode", std::string(nearest ? "nearest" : kLinear[op.sizes.size() - 1])},
                                      {"coordinate_transformation_mode", std::string("half_pixel")},
                                      {"sizes", op.sizes},
                                      {"data_format", std::string("NCX")}});
    }

    void operator()(const graph::Concat& op) {
        std::vector<GraphValueId> inputs;
        for (const TensorId input : node_.inputs) {
            if (input != graph::kAbsent) {
                inputs.push_back(builder_.real(input));
            }
        }
        builder_.finish(node_.output, builder_.apply("Concat", std::move(inputs), result_.shape, {{"axis", op.axis}}));
    }

    void operator()(const graph::Permute& op) { finish_window("StaticTranspose", {{"order", op.order}}); }
    void operator()(const graph::Reshape& op) {
        finish_window("StaticReshape",
                      {{"shape", result_.shape.empty() ? graph::Shape{1} : op.shape}, {"special_zero", false}});
    }
    void operator()(const graph::Reorder& /*op*/) { builder_.finish(node_.output, builder_.real(data())); }
    void operator()(const graph::Slice& /*op*/) { refuse("the Graph API has no slice"); }
    void operator()(const graph::Select& /*op*/) { refuse("the Graph API selects by booleans only"); }

    template <class Op>
    void operator()(const Op& /*op*/) {
        lower_pointwise();
    }

private:
    [[noreturn]] void refuse(const char* reason) const {
        throw Unsupported(fmt::format("'{}': {}", node_.name, reason));
    }

    /// Everything is f32 there, where sums of integers above 2^24 are rounded.
    void refuse_inexact_sums(graph::ReductionAlgorithm algorithm) const {
        const graph::Tensor& source = graph_.tensor(data());
        const bool sums = algorithm == graph::ReductionAlgorithm::sum || algorithm == graph::ReductionAlgorithm::mean;
        if (!sums || !graph::is_integer(source.type)) {
            return;
        }
        constexpr double kExactInFloat = 0x1p24;
        const double largest = source.type == DataType::s32 ? 0x1p31 : 0x1p8;
        const auto terms = static_cast<double>(graph::element_count(source.shape).value()) /
                           static_cast<double>(graph::element_count(result_.shape).value());
        if (terms * largest > kExactInFloat) {
            refuse("its sums would stay in f32, where they are not exact");
        }
    }

    /// What flows through a pointwise node: its first input.
    TensorId data() const { return node_.inputs.front(); }

    void finish_window(const char* kind, std::vector<std::pair<std::string, GraphAttribute>> attributes) {
        const GraphValueId value = builder_.apply(kind, {builder_.real(data())}, result_.shape, std::move(attributes));
        builder_.finish(node_.output, rounded_where_needed(builder_, graph_, node_, value));
    }

    void lower_pointwise() {
        const TensorId flowing =
            graph::input_at(node_, std::holds_alternative<graph::Binary>(node_.operation) ? "a" : "data");
        const Position position = is_8_bit(result_.type) ? Position::end : Position::middle;
        Lowering lowering = lower(case_, node_, flowing, position);
        if (const auto* reason = std::get_if<CannotLower>(&lowering)) {
            throw Unsupported(reason->reason);
        }
        std::span<const Step> steps = std::get<Steps>(lowering);
        if (contractions_.has_folded(flowing)) {
            steps = steps.subspan(1);
        }
        builder_.finish(node_.output, builder_.apply_steps(steps, builder_.real(flowing)));
    }

    /// Constant parameters that are one for all or one for each channel; nothing where they are anything else.
    std::optional<GraphQuantization> quantization(const char* slot) const {
        const TensorId scale = graph::input_at(node_, slot);
        const TensorId zero_point = graph::input_at(node_, "zero_point");
        const auto scales = channel_values(case_, scale, graph_.tensor(data()).shape);
        if (!scales) {
            return std::nullopt;
        }
        GraphQuantization result;
        result.scales.assign(scales->values.begin(), scales->values.end());
        result.axis = scales->axis;
        if (zero_point == graph::kAbsent) {
            result.zero_points.assign(result.scales.size(), 0);
            return result;
        }
        const auto zero_points = channel_values(case_, zero_point, graph_.tensor(data()).shape);
        if (!zero_points || (zero_points->axis && scales->axis && zero_points->axis != scales->axis)) {
            return std::nullopt;
        }
        result.axis = scales->axis ? scales->axis : zero_points->axis;
        const std::size_t count = std::max(scales->values.size(), zero_points->values.size());
        result.scales.clear();
        result.zero_points.clear();
        for (std::size_t index = 0; index < count; ++index) {
            const auto at = [index](const ChannelValues& values) {
                return values.values[values.values.size() == 1 ? 0 : index];
            };
            result.scales.push_back(static_cast<float>(at(*scales)));
            result.zero_points.push_back(static_cast<std::int64_t>(at(*zero_points)));
        }
        return result;
    }

    GraphBuilder& builder_;
    const graph::Case& case_;
    const graph::Graph& graph_;
    const Node& node_;
    bool folds_scales_;
    ContractionLowering& contractions_;
    const graph::Tensor& result_;
};

}  // namespace

GraphDescription describe_graph(const graph::Case& value, bool folds_scales) {
    GraphBuilder builder(value);
    ContractionLowering contractions(builder);
    for (std::size_t id = 0; id < value.graph.nodes.size(); ++id) {
        const Node& node = value.graph.nodes[id];
        builder.enter(static_cast<graph::NodeId>(id));
        std::visit(NodeLowering(builder, node, folds_scales, contractions), node.operation);
    }
    return builder.build();
}

}  // namespace difftest::backends::onednn
