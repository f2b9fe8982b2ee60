#include "backends/onednn/post_op_chain.hpp"

#include "backends/onednn/api_version.hpp"
#include "backends/onednn/library_types.hpp"

#include <algorithm>

namespace difftest::backends::onednn {

namespace {

/// An operand with several dimensions may have any layout: the library takes that of the destination. With one
/// dimension all layouts are the same.
dnnl::memory::desc requested_layout(const OperandSource& source, const graph::Graph& graph,
                                    const Program::Operand& operand, std::size_t rank) {
    const auto* literal = std::get_if<graph::TensorData>(&source);
    const graph::Shape& shape =
        literal != nullptr ? literal->shape() : graph.tensor(std::get<graph::TensorId>(source)).shape;
    const auto extended = std::count_if(shape.begin(), shape.end(), [](std::int64_t extent) { return extent != 1; });
    return extended < 2 ? operand.memory.get_desc() : any_layout(dimensions(shape, rank), operand.type);
}

}  // namespace

PostOpChain::PostOpChain(Program& program, std::span<const Step> steps, std::size_t rank) {
    for (const Step& step : steps) {
        if (const auto* eltwise = std::get_if<EltwiseStep>(&step)) {
            api::append_eltwise(post_ops_, to_library(eltwise->algorithm), eltwise->alpha, eltwise->beta);
            continue;
        }
        const auto& binary = std::get<BinaryStep>(step);
        const Program::Operand operand = program.operand(binary.operand, rank);
        operands_.push_back({post_ops_.len(), operand});
        post_ops_.append_binary(to_library(binary.algorithm),
                                requested_layout(binary.operand, program.graph(), operand, rank));
    }
}

void PostOpChain::bind(Program& program, const dnnl::primitive_desc_base& descriptor, Arguments& arguments) const {
    for (const BoundOperand& bound : operands_) {
        const int argument = DNNL_ARG_ATTR_MULTIPLE_POST_OP(bound.index) | DNNL_ARG_SRC_1;
        const dnnl::memory::desc chosen = descriptor.query_md(dnnl::query::exec_arg_md, argument);
        arguments[argument] = program.as_layout(bound.operand.phase, bound.operand.memory, chosen);
    }
}

}  // namespace difftest::backends::onednn
