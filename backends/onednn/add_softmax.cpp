#include "backends/onednn/library_types.hpp"
#include "backends/onednn/native_types.hpp"
#include "backends/onednn/partition_primitive.hpp"

#include <cstring>

namespace difftest::backends::onednn {

using dnnl::memory;

namespace {

/// The factor of the partition's one step; softmax_takes() has seen to it that there is one.
float factor_of(Program& program, const Step& step) {
    if (const auto* eltwise = std::get_if<EltwiseStep>(&step)) {
        return eltwise->alpha;
    }
    const OperandSource& operand = std::get<BinaryStep>(step).operand;
    const auto* literal = std::get_if<graph::TensorData>(&operand);
    const bool is_literal = literal != nullptr;
    const std::span<const std::byte> bytes =
        is_literal ? literal->bytes() : program.values_of(std::get<graph::TensorId>(operand));
    float factor = 0;
    std::memcpy(&factor, bytes.data(), sizeof factor);
    return factor;
}

}  // namespace

ImplementationName add_softmax(Program& program, const PlannedPartition& partition) {
    const graph::Graph& graph = program.graph();
    const auto& op = std::get<graph::Softmax>(graph.node(partition.nodes.front()).operation);
    const graph::Tensor& source = graph.tensor(partition.source);
    const graph::Tensor& output = graph.tensor(partition.output);
    const memory::dims extents = dimensions(source.shape);
    const PostOpChain chain(program, {}, output);
    dnnl::primitive_attr attributes = chain.attributes();
    Arguments arguments;
    if (!partition.steps.empty()) {
        const float factor = factor_of(program, partition.steps.front());
        if (const auto argument = api::set_softmax_scale(attributes, factor)) {
            const memory given = program.new_memory(plain_layout({1}, graph::DataType::f32), Phase::prepare);
            std::memcpy(given.get_data_handle(), &factor, sizeof factor);
            arguments[*argument] = given;
        }
    }
    const bool is_logarithm = op.algorithm == graph::SoftmaxAlgorithm::logarithm;
    const auto create = [&](TypePair types) {
        return program.choose([&](Layouts which) {
            const memory::desc from =
                program.activation_layout(which, plain_layout(extents, types.source), extents, types.source);
            const memory::desc to =
                program.activation_layout(which, plain_layout(extents, types.destination), extents, types.destination);
            return api::softmax(program.engine(), is_logarithm, from, to, static_cast<int>(op.axis), attributes);
        });
    };
    const dnnl::primitive_desc descriptor = first_implemented(candidate_types({source.type, output.type}), create);
    arguments[DNNL_ARG_SRC] =
        program.as_layout(program.phase_of(partition.source), program.plain_memory(partition.source, extents),
                          descriptor.query_md(dnnl::query::exec_arg_md, DNNL_ARG_SRC));
    return add_with_store(program, descriptor, chain, partition.output, std::move(arguments));
}

}  // namespace difftest::backends::onednn
