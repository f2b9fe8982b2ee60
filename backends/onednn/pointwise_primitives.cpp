#include "backends/onednn/pointwise_primitives.hpp"

#include "backends/onednn/api_version.hpp"
#include "backends/onednn/library_types.hpp"
#include "backends/onednn/native_types.hpp"

#include <fmt/format.h>

namespace difftest::backends::onednn {

using dnnl::memory;

namespace {

/// One primitive: everything but the types of its source and destination.
class PointwisePrimitive {
public:
    PointwisePrimitive(Program& program, const PrimitiveSteps& steps, const graph::Tensor& output)
        : program_(program), extents_(dimensions(output.shape)), chain_(program, steps.post_ops, output) {
        if (const auto* binary = std::get_if<BinaryStep>(steps.head)) {
            binary_ = binary;
            second_ = program.operand(binary->operand, extents_.size()).memory;
        } else {
            eltwise_ = &std::get<EltwiseStep>(*steps.head);
        }
    }

    api::Candidates candidates(TypePair types, Layouts which) const {
        const auto layout = [&](graph::DataType type) {
            return program_.activation_layout(which, plain_layout(extents_, type), extents_, type);
        };
        const memory::desc source = layout(types.source);
        const memory::desc destination = layout(types.destination);
        const dnnl::primitive_attr attributes = chain_.attributes();
        if (binary_ != nullptr) {
            return api::binary(program_.engine(), to_library(binary_->algorithm), source, second_.get_desc(),
                               destination, attributes);
        }
        return api::eltwise(program_.engine(), to_library(eltwise_->algorithm), source, destination, eltwise_->alpha,
                            eltwise_->beta, attributes);
    }

    void add(const dnnl::primitive_desc& descriptor, const memory& source, const memory& destination) {
        Arguments arguments{{DNNL_ARG_SRC_0, source}, {DNNL_ARG_DST, destination}};
        if (binary_ != nullptr) {
            arguments[DNNL_ARG_SRC_1] = second_;
        }
        chain_.bind(program_, descriptor, arguments);
        program_.add(Phase::execute, descriptor, std::move(arguments));
    }

private:
    Program& program_;
    memory::dims extents_;
    PostOpChain chain_;
    const BinaryStep* binary_ = nullptr;
    const EltwiseStep* eltwise_ = nullptr;
    memory second_;
};

struct Created {
    TypePair types;
    dnnl::primitive_desc descriptor;
};

}  // namespace

ImplementationName add_pointwise_primitives(Program& program, std::span<const PrimitiveSteps> primitives,
                                            const FlowingSource& source, graph::TensorId output) {
    const graph::Tensor& result = program.graph().tensor(output);
    const memory::dims extents = dimensions(result.shape);
    const memory stored = program.plain_memory(output, extents);
    FlowingSource flowing = source;
    ImplementationName names;
    for (const PrimitiveSteps& steps : primitives) {
        const bool is_last = &steps == &primitives.back();
        const TypePair own{flowing.own ? flowing.type : graph::DataType::f32,
                           is_last ? result.type : graph::DataType::f32};
        PointwisePrimitive primitive(program, steps, result);
        const auto [types, descriptor] = first_implemented(candidate_types(own), [&](TypePair pair) {
            return Created{pair, program.choose([&](Layouts which) { return primitive.candidates(pair, which); })};
        });
        const bool reads_own = flowing.own && types.source == flowing.type;
        const auto chosen = [&descriptor = descriptor](int argument) {
            return descriptor.query_md(dnnl::query::exec_arg_md, argument);
        };
        memory from =
            program.as_layout(Phase::execute, reads_own ? *flowing.own : flowing.as_f32(), chosen(DNNL_ARG_SRC_0));
        const memory::desc destination = chosen(DNNL_ARG_DST);
        const bool in_place = program.options().in_place && from.get_desc() == destination;
        const bool stores = !in_place && is_last && destination == stored.get_desc();
        const memory to = stores ? stored : program.new_memory(destination);
        if (in_place) {
            // What it reads may be needed by others: it works on a copy.
            program.add_copy(Phase::execute, from, to);
            from = to;
            program.took(Deviation::in_place);
        }
        primitive.add(descriptor, from, to);
        names += fmt::format("{}{}", names.empty() ? "" : ", ", descriptor.impl_info_str());
        flowing = {to, types.destination, [to] { return to; }};
    }
    program.add_store(*flowing.own, stored);
    return names;
}

}  // namespace difftest::backends::onednn
