#include "backends/onednn/api_version.hpp"
#include "backends/onednn/library_types.hpp"
#include "backends/onednn/partition_primitive.hpp"
#include "backends/onednn/post_op_chain.hpp"

#include <fmt/format.h>

namespace difftest::backends::onednn {

using dnnl::memory;
using graph::Node;
using graph::TensorId;

namespace {

memory::dims zero_based(const std::vector<std::int64_t>& dilations) {
    memory::dims result;
    for (const std::int64_t dilation : dilations) {
        result.push_back(dilation - 1);
    }
    return result;
}

/// [O, C/groups, kernel...] as the library's [O, C, kernel...] or [groups, O/groups, C/groups, kernel...]; the
/// row-major values are the same.
memory::dims weights_dimensions(const graph::Shape& shape, std::int64_t groups) {
    memory::dims result(shape.begin(), shape.end());
    if (groups > 1) {
        result.front() /= groups;
        result.insert(result.begin(), groups);
    }
    return result;
}

/// The attributes that convolution and deconvolution share, in the library's terms.
template <typename Operation>
api::ConvolutionDescription geometry_of(const Operation& operation, const memory::dims& padding_right) {
    api::ConvolutionDescription description;
    description.strides = operation.strides;
    description.dilations = zero_based(operation.dilations);
    description.padding_left = operation.pads_begin;
    description.padding_right = padding_right;
    return description;
}

/// Output padding is a right padding that is smaller, even negative, in the library.
memory::dims right_padding(const graph::Deconvolution& operation) {
    memory::dims result = operation.pads_end;
    for (std::size_t dimension = 0; dimension < operation.output_padding.size(); ++dimension) {
        result[dimension] -= operation.output_padding[dimension];
    }
    return result;
}

/// Fails for weights zero points other than 0, which the library does not take.
void check_weights_zero_point(const Node& node) {
    if (graph::input_at(node, "weights_zero_point") != graph::kAbsent) {
        throw Unsupported(fmt::format("{} '{}': the library has no weights zero points on the CPU",
                                      graph::name_of(node.operation), node.name));
    }
}

/// The library requires that the source size follows from the destination's, which output padding of a whole stride
/// breaks.
void check_output_padding(const Node& node) {
    const auto* operation = std::get_if<graph::Deconvolution>(&node.operation);
    for (std::size_t dimension = 0; operation != nullptr && dimension < operation->strides.size(); ++dimension) {
        if (operation->output_padding[dimension] >= operation->strides[dimension]) {
            throw Unsupported(
                fmt::format("deconvolution '{}': the library has no output padding of a stride or more", node.name));
        }
    }
}

struct ConvolutionTensors {
    memory source;
    memory weights;
    std::optional<memory> bias;
    std::optional<memory> zero_points;
};

ConvolutionTensors tensors_of(Program& program, const Node& node, std::int64_t groups) {
    const graph::Graph& graph = program.graph();
    const auto plain = [&](TensorId tensor) {
        return program.plain_memory(tensor, dimensions(graph.tensor(tensor).shape));
    };
    const auto flat = [&](TensorId tensor) {
        return program.plain_memory(tensor, {graph::element_count(graph.tensor(tensor).shape).value()});
    };
    const TensorId weights = graph::input_at(node, "weights");
    const TensorId bias = graph::input_at(node, "bias");
    const TensorId zero_points = graph::input_at(node, "data_zero_point");
    ConvolutionTensors result{
        plain(graph::input_at(node, "data")),
        program.plain_memory(weights, weights_dimensions(graph.tensor(weights).shape, groups)),
        {},
        {},
    };
    if (bias != graph::kAbsent) {
        result.bias = flat(bias);
    }
    if (zero_points != graph::kAbsent) {
        result.zero_points = flat(zero_points);
    }
    return result;
}

dnnl::primitive_attr attributes_of(const PostOpChain& chain, const ConvolutionTensors& tensors) {
    dnnl::primitive_attr attributes;
    attributes.set_post_ops(chain.post_ops());
    if (tensors.zero_points) {
        constexpr int kChannelMask = 1 << 1;
        const bool per_channel = tensors.zero_points->get_desc().get_size() > sizeof(std::int32_t);
        api::set_source_zero_points(attributes, per_channel ? kChannelMask : 0);
    }
    return attributes;
}

struct Head {
    api::ConvolutionDescription description;
    std::int64_t groups;
};

Head head_of(const Node& node) {
    if (const auto* convolution = std::get_if<graph::Convolution>(&node.operation)) {
        return {geometry_of(*convolution, convolution->pads_end), convolution->groups};
    }
    const auto& deconvolution = std::get<graph::Deconvolution>(node.operation);
    return {geometry_of(deconvolution, right_padding(deconvolution)), deconvolution.groups};
}

}  // namespace

ImplementationName add_convolution(Program& program, const PlannedPartition& partition) {
    const graph::Graph& graph = program.graph();
    const Node& node = graph.node(partition.nodes.front());
    check_weights_zero_point(node);
    check_output_padding(node);
    auto [description, groups] = head_of(node);
    const ConvolutionTensors tensors = tensors_of(program, node, groups);
    const TensorId weights = graph::input_at(node, "weights");
    const graph::Tensor& source = graph.tensor(partition.source);
    const graph::Tensor& output = graph.tensor(partition.output);

    const PostOpChain chain(program, partition.steps, output.shape.size());
    description.source = any_layout(dimensions(source.shape), source.type);
    description.weights =
        any_layout(weights_dimensions(graph.tensor(weights).shape, groups), graph.tensor(weights).type);
    description.destination = any_layout(dimensions(output.shape), output.type);
    if (tensors.bias) {
        description.bias = tensors.bias->get_desc();
    }
    const bool transposed = std::holds_alternative<graph::Deconvolution>(node.operation);
    const dnnl::primitive_attr attributes = attributes_of(chain, tensors);
    const dnnl::primitive_desc descriptor = program.choose([&] {
        return transposed ? api::deconvolution(program.engine(), description, attributes)
                          : api::convolution(program.engine(), description, attributes);
    });

    const auto chosen = [&](int argument) { return descriptor.query_md(dnnl::query::exec_arg_md, argument); };
    Arguments arguments;
    arguments[DNNL_ARG_SRC] =
        program.as_layout(program.phase_of(partition.source), tensors.source, chosen(DNNL_ARG_SRC));
    arguments[DNNL_ARG_WEIGHTS] =
        program.as_layout(program.phase_of(weights), tensors.weights, chosen(DNNL_ARG_WEIGHTS));
    if (tensors.bias) {
        arguments[DNNL_ARG_BIAS] = *tensors.bias;
    }
    if (tensors.zero_points) {
        arguments[DNNL_ARG_ATTR_ZERO_POINTS | DNNL_ARG_SRC] = *tensors.zero_points;
    }
    chain.bind(program, descriptor, arguments);

    const memory plain = program.plain_memory(partition.output, dimensions(output.shape));
    const memory::desc destination = chosen(DNNL_ARG_DST);
    const memory direct = destination == plain.get_desc() ? plain : program.new_memory(destination);
    arguments[DNNL_ARG_DST] = direct;
    program.add(Phase::execute, descriptor, std::move(arguments));
    program.add_store(direct, plain);
    return descriptor.impl_info_str();
}

}  // namespace difftest::backends::onednn
