#include "backends/onednn/post_op_chain.hpp"

#include "backends/onednn/api_version.hpp"
#include "backends/onednn/library_types.hpp"

#include <algorithm>

namespace difftest::backends::onednn {

using dnnl::memory;

namespace {

std::ptrdiff_t extended_dimensions(const graph::Shape& shape) {
    return std::count_if(shape.begin(), shape.end(), [](std::int64_t extent) { return extent != 1; });
}

bool has_depthwise(std::span<const Step> steps) {
    return std::any_of(steps.begin(), steps.end(),
                       [](const Step& step) { return std::holds_alternative<DepthwiseStep>(step); });
}

/// An operand with several dimensions may have any layout: the library takes that of the destination. With one
/// dimension all layouts are the same. Beside a depthwise convolution the library does not tell which one it took
/// (2.6.3 goes on calling it `any`): there it is that of its int8 kernels.
memory::desc requested_layout(const OperandSource& source, const graph::Graph& graph, const Program::Operand& operand,
                              std::size_t rank, bool beside_depthwise) {
    const auto* literal = std::get_if<graph::TensorData>(&source);
    const graph::Shape& shape =
        literal != nullptr ? literal->shape() : graph.tensor(std::get<graph::TensorId>(source)).shape;
    if (extended_dimensions(shape) < 2) {
        return operand.memory.get_desc();
    }
    const memory::dims extents = dimensions(shape, rank);
    return beside_depthwise ? channels_last_layout(extents, operand.type) : any_layout(extents, operand.type);
}

}  // namespace

PostOpChain::PostOpChain(Program& program, std::span<const Step> steps, const graph::Tensor& output)
    : output_(output),
      rank_(std::max<std::size_t>(output.shape.size(), 1)),
      fuses_depthwise_(has_depthwise(steps)),
      user_scratchpad_(program.options().user_scratchpad) {
    for (const Step& step : steps) {
        if (const auto* eltwise = std::get_if<EltwiseStep>(&step)) {
            api::append_eltwise(post_ops_, to_library(eltwise->algorithm), eltwise->alpha, eltwise->beta);
        } else if (const auto* binary = std::get_if<BinaryStep>(&step)) {
            append(program, *binary);
        } else if (const auto* prelu = std::get_if<PreluStep>(&step)) {
            append(program, *prelu);
        } else if (const auto* select = std::get_if<SelectStep>(&step)) {
            append(program, *select);
        } else if (const auto* depthwise = std::get_if<DepthwiseStep>(&step)) {
            append(program, *depthwise);
        } else {
            append(std::get<SumStep>(step));
        }
    }
}

dnnl::primitive_attr PostOpChain::attributes() const {
    dnnl::primitive_attr result;
    result.set_post_ops(post_ops_);
    if (user_scratchpad_) {
        result.set_scratchpad_mode(dnnl::scratchpad_mode::user);
    }
    return result;
}

memory::desc PostOpChain::operand(Program& program, int argument, const OperandSource& source) {
    const Program::Operand found = program.operand(source, rank_);
    operands_.push_back({DNNL_ARG_ATTR_MULTIPLE_POST_OP(post_ops_.len()) | argument, found.memory, found.phase});
    return requested_layout(source, program.graph(), found, rank_, fuses_depthwise_);
}

void PostOpChain::append(Program& program, const BinaryStep& step) {
    const memory::desc layout = operand(program, DNNL_ARG_SRC_1, step.operand);
    post_ops_.append_binary(to_library(step.algorithm), layout);
}

/// The library reads the slopes as f32, with the channels last, and with one bit in the mask for each dimension along
/// which they differ.
void PostOpChain::append(Program& program, const PreluStep& step) {
    const graph::Tensor& slope = program.graph().tensor(step.slope);
    const memory::dims extents = dimensions(slope.shape, rank_);
    int mask = 0;
    for (std::size_t dimension = 0; dimension < rank_; ++dimension) {
        mask |= extents[dimension] != 1 ? 1 << dimension : 0;
    }
    const Phase phase = program.phase_of(step.slope);
    const memory plain = slope.type == graph::DataType::f32 ? program.plain_memory(step.slope, extents)
                                                            : program.repeated_as_f32(step.slope, slope.shape, rank_);
    const memory slopes = program.as_layout(phase, plain, channels_last_layout(extents, graph::DataType::f32));
    operands_.push_back({DNNL_ARG_ATTR_MULTIPLE_POST_OP(post_ops_.len()) | DNNL_ARG_WEIGHTS, slopes, phase});
    post_ops_.append_prelu(mask);
}

void PostOpChain::append(Program& program, const SelectStep& step) {
    const graph::DataType type = program.graph().tensor(step.condition).type;
    if (graph::size_of(type) != 1) {
        throw Unsupported("the library selects by an s8 condition only");
    }
    const memory::desc otherwise = operand(program, DNNL_ARG_SRC_1, step.otherwise);
    // A u8 is 0 exactly where it is 0 as an s8.
    const memory::dims extents = dimensions(program.graph().tensor(step.condition).shape, rank_);
    const memory condition = program.view(step.condition, plain_layout(extents, graph::DataType::s8));
    const int argument = DNNL_ARG_ATTR_MULTIPLE_POST_OP(post_ops_.len()) | DNNL_ARG_SRC_2;
    operands_.push_back({argument, condition, program.phase_of(step.condition)});
    api::append_select(post_ops_, otherwise, condition.get_desc());
}

void PostOpChain::append(const SumStep& step) {
    const auto type = step.type == output_.type ? memory::data_type::undef : to_library(step.type);
    // The order of the arguments is the same in v2 and v3.
    post_ops_.append_sum(step.scale, step.zero_point, type);
    sum_ = step;
}

/// Its weights are those of one channel in and one out for each group, in the layout that the library chooses.
void PostOpChain::append(Program& program, const DepthwiseStep& step) {
    const graph::Graph& graph = program.graph();
    const graph::Node& node = graph.node(step.node);
    const auto& convolution = std::get<graph::Convolution>(node.operation);
    const graph::TensorId weights = graph::input_at(node, "weights");
    const graph::TensorId bias = graph::input_at(node, "bias");
    const graph::Shape& kernel = graph.tensor(weights).shape;
    const memory::dims extents{kernel[0], 1, 1, kernel[2], kernel[3]};
    operands_.push_back({DNNL_ARG_ATTR_POST_OP_DW | DNNL_ARG_WEIGHTS, program.plain_memory(weights, extents),
                         program.phase_of(weights)});
    auto bias_type = memory::data_type::undef;
    if (bias != graph::kAbsent) {
        bias_type = to_library(graph.tensor(bias).type);
        operands_.push_back({DNNL_ARG_ATTR_POST_OP_DW | DNNL_ARG_BIAS, program.plain_memory(bias, {kernel[0]}),
                             program.phase_of(bias)});
    }
    api::append_depthwise(post_ops_, to_library(graph.tensor(weights).type), bias_type, to_library(output_.type),
                          {kernel[2], convolution.strides[0], convolution.pads_begin[0]});
}

void PostOpChain::bind(Program& program, const dnnl::primitive_desc_base& descriptor, Arguments& arguments) const {
    for (const BoundOperand& bound : operands_) {
        const memory::desc chosen = descriptor.query_md(dnnl::query::exec_arg_md, bound.argument);
        // Slopes have no descriptor of their own: the library assumes theirs.
        const bool assumed = chosen.get_size() == 0 || api::is_any(chosen);
        arguments[bound.argument] = assumed ? bound.memory : program.as_layout(bound.phase, bound.memory, chosen);
    }
}

void PostOpChain::fill(Program& program, const memory& destination) const {
    if (sum_) {
        // Bytes are moved, not values: they are read as the output's type on both sides.
        const memory previous = program.view(sum_->previous, plain_layout(dimensions(output_.shape), output_.type));
        program.add_copy(Phase::execute, previous, destination);
    }
}

}  // namespace difftest::backends::onednn
