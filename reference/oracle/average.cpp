#include "reference/oracle/average.hpp"

#include "reference/oracle/elementwise.hpp"
#include "reference/oracle/integer_store.hpp"

namespace difftest::oracle {
namespace {

using contract::Freedom;

/// The largest f32 below 2^31: where backends that saturate in f32 stop (semantics, section 2.4, M5).
constexpr double kLargestFloatBelowS32 = 2147483520.0;

struct AverageOp {
    IntegerStore store;
    bool reciprocal;  ///< F3
    bool opencl_ulp;  ///< F6

    int variants() const { return (reciprocal ? 2 : 1) * store.variants(); }

    Interval operator()(int variant, const std::array<double, 2>& arguments) const {
        const auto sum = static_cast<float>(arguments[0]);
        const auto count = static_cast<float>(arguments[1]);
        const bool multiply = variant >= store.variants();
        const double y = multiply ? sum * (1.0F / count) : sum / count;
        const Interval quotient = opencl_ulp ? within_ulps(y, 2.5) : Interval{y, y};
        const int stored = variant % store.variants();
        return {store(stored, quotient.lo), store(stored, quotient.hi)};
    }
};

}  // namespace

AllowedTensor divide_sums(const Context& context, graph::NodeId id, const AllowedTensor& sums,
                          const AllowedTensor& counts) {
    const graph::Tensor& output = context.tensor(context.node(id).output);
    const AverageOp op{IntegerStore(context, id), context.grants(Freedom::reciprocal_division),
                       context.grants(Freedom::opencl_ulp)};
    const Argument sum{&sums, nullptr, graph::row_major_strides(output.shape)};
    const Argument count{&counts, nullptr, graph::broadcast_strides(counts.shape(), output.shape)};
    return evaluate_elementwise<2>(context, output.type, output.shape, {sum, count}, op);
}

void allow_rounded_output(const Context& context, graph::NodeId id, AllowedTensor& result) {
    const bool output = context.graph().is_output(context.node(id).output);
    if (!output || result.type() != graph::DataType::s32 || !context.grants(Freedom::rounded_s32_output)) {
        return;
    }
    for (std::int64_t index = 0; index < result.size(); ++index) {
        const AllowedSet exact = result.at(index);
        SetBuilder builder;
        builder.add(exact);
        for (const Interval& part : exact.intervals) {
            builder.add(Interval{std::min<double>(static_cast<float>(part.lo), kLargestFloatBelowS32),
                                 std::min<double>(static_cast<float>(part.hi), kLargestFloatBelowS32)});
        }
        bool widened = false;
        result.set(index, builder.build(widened));
        context.metrics.widened += widened ? 1 : 0;
    }
}

}  // namespace difftest::oracle
