#include "backends/onednn/contraction_layout.hpp"
#include "backends/onednn/library_types.hpp"
#include "backends/onednn/partition_primitive.hpp"
#include "backends/onednn/post_op_chain.hpp"
#include "backends/onednn/scale_attribute.hpp"

#include <algorithm>
#include <cstring>

namespace difftest::backends::onednn {

using dnnl::memory;
using graph::Node;
using graph::TensorId;

namespace {

/// The slots of every contraction, in their order (is_contraction).
enum Slot : std::size_t { kSource, kWeights, kBias, kSourceZeroPoint, kWeightsZeroPoint };

/// What the library knows about a contraction beside its layouts.
struct Attributes {
    dnnl::primitive_attr values;
    Arguments arguments;
};

template <typename Value>
std::vector<Value> values_of(Program& program, const OperandSource& source) {
    const auto* literal = std::get_if<graph::TensorData>(&source);
    const bool is_literal = literal != nullptr;
    const std::span<const std::byte> bytes =
        is_literal ? literal->bytes() : program.values_of(std::get<TensorId>(source));
    std::vector<Value> values(bytes.size() / sizeof(Value));
    std::memcpy(values.data(), bytes.data(), values.size() * sizeof(Value));
    return values;
}

/// Zero points of an operand: announced in the attributes and given at the execution, or part of the primitive.
void add_zero_points(Program& program, TensorId tensor, int argument, int channel_mask, Attributes& attributes) {
    if (tensor == graph::kAbsent) {
        return;
    }
    const std::int64_t count = graph::element_count(program.graph().tensor(tensor).shape).value();
    const int mask = count > 1 ? channel_mask : 0;
    const bool is_constant = program.phase_of(tensor) == Phase::prepare;
    if (program.options().parameters == Parameters::compile_time && is_constant) {
        api::set_fixed_zero_points(attributes.values, argument, mask, values_of<std::int32_t>(program, tensor));
        program.took(Deviation::parameters);
        return;
    }
    api::set_zero_points(attributes.values, argument, mask);
    attributes.arguments[DNNL_ARG_ATTR_ZERO_POINTS | argument] = program.plain_memory(tensor, {count});
}

/// The dimensions of the weights that are the channels of the result.
int output_channel_mask(const Node& node, std::size_t rank) {
    if (std::holds_alternative<graph::Matmul>(node.operation)) {
        return rank == 2 ? 1 << 1 : 0;
    }
    const auto* convolution = std::get_if<graph::Convolution>(&node.operation);
    const auto* deconvolution = std::get_if<graph::Deconvolution>(&node.operation);
    const bool grouped =
        (convolution != nullptr && convolution->groups > 1) || (deconvolution != nullptr && deconvolution->groups > 1);
    return grouped ? (1 << 0) | (1 << 1) : 1 << 0;
}

/// The partition's first step as an attribute.
void add_scale(Program& program, const PlannedPartition& partition, const LeadingParameters& leading,
               Attributes& attributes) {
    const ResultParameter& scale = *leading.scale;
    const Node& node = program.graph().node(partition.nodes.front());
    const api::ResultScaleSite site{
        scale.per_channel, output_channel_mask(node, program.graph().tensor(partition.output).shape.size()),
        node.inputs[kBias] != graph::kAbsent || (leading.bias && api::bias_precedes_scale())};
    if (program.options().parameters == Parameters::compile_time) {
        api::set_fixed_result_scales(attributes.values, site, values_of<float>(program, scale.values));
    } else {
        const std::vector<float> factors = values_of<float>(program, scale.values);
        const memory given = program.new_memory(
            plain_layout({static_cast<std::int64_t>(factors.size())}, graph::DataType::f32), Phase::prepare);
        std::memcpy(given.get_data_handle(), factors.data(), factors.size() * sizeof(float));
        attributes.arguments[api::set_result_scales(attributes.values, site)] = given;
    }
}

api::Candidates create(const Program& program, const Node& node, const api::ContractionDescription& description,
                       const dnnl::primitive_attr& attributes) {
    if (std::holds_alternative<graph::Matmul>(node.operation)) {
        return api::matmul(program.engine(), description, attributes);
    }
    if (std::holds_alternative<graph::InnerProduct>(node.operation)) {
        return api::inner_product(program.engine(), description, attributes);
    }
    const bool transposed = std::holds_alternative<graph::Deconvolution>(node.operation);
    return api::convolution(program.engine(), transposed, description, geometry_of(node), attributes);
}

/// One f32 value for each channel of the result; of a product of matrices as many dimensions as the result has.
memory f32_bias(Program& program, const PlannedPartition& partition, const ResultParameter& shift) {
    const graph::Graph& graph = program.graph();
    const graph::Shape& result = graph.tensor(partition.output).shape;
    const bool is_matmul = std::holds_alternative<graph::Matmul>(graph.node(partition.nodes.front()).operation);
    if (result.size() < 2 || (is_matmul && result.size() != 2)) {
        throw Unsupported("the channels of this result are no dimension that a bias can have");
    }
    const std::vector<float> values = values_of<float>(program, shift.values);
    const memory::dims extents = is_matmul ? memory::dims{1, result[1]} : memory::dims{result[1]};
    const memory given = program.new_memory(plain_layout(extents, graph::DataType::f32), Phase::prepare);
    auto* const floats = static_cast<float*>(given.get_data_handle());
    for (std::int64_t channel = 0; channel < result[1]; ++channel) {
        floats[channel] = values[values.size() == 1 ? 0 : static_cast<std::size_t>(channel)];
    }
    return given;
}

/// A constant s32 bias as s8 or u8, where its values fit; else as it is.
memory narrow_bias(Program& program, TensorId tensor, const memory& own) {
    if (program.phase_of(tensor) != Phase::prepare || program.graph().tensor(tensor).type != graph::DataType::s32) {
        return own;
    }
    const std::vector<std::int32_t> values = values_of<std::int32_t>(program, tensor);
    for (const graph::DataType type : {graph::DataType::s8, graph::DataType::u8}) {
        const auto fits = [type](std::int32_t value) {
            return value >= graph::lowest_of(type) && value <= graph::highest_of(type);
        };
        if (!std::all_of(values.begin(), values.end(), fits)) {
            continue;
        }
        const memory given =
            program.new_memory(plain_layout(api::blocking_of(own.get_desc())->extents, type), Phase::prepare);
        auto* const bytes = static_cast<std::uint8_t*>(given.get_data_handle());
        std::transform(values.begin(), values.end(), bytes,
                       [](std::int32_t value) { return static_cast<std::uint8_t>(value); });
        program.took(Deviation::narrow_bias);
        return given;
    }
    return own;
}

/// The bias as the library gets it; nothing when there is none.
std::optional<memory> bias_of(Program& program, const PlannedPartition& partition, const LeadingParameters& leading,
                              const ContractionLayout& layout) {
    if (leading.bias) {
        program.took(Deviation::bias);
        return f32_bias(program, partition, *leading.bias);
    }
    if (!layout.bias) {
        return std::nullopt;
    }
    const memory own = program.view(program.graph().node(partition.nodes.front()).inputs[kBias], *layout.bias);
    const TensorId tensor = program.graph().node(partition.nodes.front()).inputs[kBias];
    return program.options().narrow_bias ? narrow_bias(program, tensor, own) : own;
}

/// What the contraction itself writes: the partition's output, or what a depthwise convolution in it reads.
const graph::Tensor& stored_by_head(const graph::Graph& graph, const PlannedPartition& partition) {
    for (const Step& step : partition.steps) {
        if (const auto* depthwise = std::get_if<DepthwiseStep>(&step)) {
            return graph.tensor(graph.node(depthwise->node).inputs[kSource]);
        }
    }
    return graph.tensor(partition.output);
}

ImplementationName add(Program& program, const PlannedPartition& partition, const LeadingParameters& leading) {
    const graph::Graph& graph = program.graph();
    const Node& node = graph.node(partition.nodes.front());
    const graph::Tensor& output = graph.tensor(partition.output);
    const graph::Tensor& stored = stored_by_head(graph, partition);
    const ContractionLayout layout = contraction_layout(graph, node);
    const PostOpChain chain(program, leading.steps, output);
    const std::optional<memory> bias = bias_of(program, partition, leading, layout);

    Attributes attributes{chain.attributes(), {}};
    add_zero_points(program, node.inputs[kSourceZeroPoint], DNNL_ARG_SRC, layout.source_channel_mask, attributes);
    add_zero_points(program, node.inputs[kWeightsZeroPoint], DNNL_ARG_WEIGHTS, layout.weights_channel_mask, attributes);
    if (leading.scale) {
        program.took(Deviation::parameters);
        add_scale(program, partition, leading, attributes);
    }
    const dnnl::primitive_desc descriptor = program.choose([&](Layouts which) {
        const api::ContractionDescription description{
            program.activation_layout(which, layout.requested_source, graph.tensor(node.inputs[kSource])),
            program.weights_layout(which, layout.requested_weights, layout.weights),
            bias ? std::optional(bias->get_desc()) : std::nullopt,
            program.activation_layout(which, any_layout(layout.destination, stored.type), stored)};
        return create(program, node, description, attributes.values);
    });

    const auto chosen = [&](int argument) { return descriptor.query_md(dnnl::query::exec_arg_md, argument); };
    const auto operand = [&](Slot slot, const memory::desc& own, int argument) {
        const TensorId tensor = node.inputs[slot];
        return program.as_layout(program.phase_of(tensor), program.view(tensor, own), chosen(argument));
    };
    Arguments& arguments = attributes.arguments;
    arguments[DNNL_ARG_SRC] = operand(kSource, layout.source, DNNL_ARG_SRC);
    arguments[DNNL_ARG_WEIGHTS] = operand(kWeights, layout.weights, DNNL_ARG_WEIGHTS);
    if (bias) {
        arguments[DNNL_ARG_BIAS] = *bias;
    }
    return add_with_store(program, descriptor, chain, partition.output, std::move(arguments));
}

}  // namespace

ImplementationName add_contraction(Program& program, const PlannedPartition& partition) {
    return add(program, partition, leading_parameters(program.graph(), partition, program.options()));
}

}  // namespace difftest::backends::onednn
