#include "reference/oracle/elementwise.hpp"

// x where x > 0, x * slope elsewhere, in f32; the slope is broadcast to the data (semantics, section 2.2).

namespace difftest::oracle {
namespace {

struct PreluOp {
    int variants() const { return 1; }
    std::array<double, 1> critical_points() const { return {0}; }

    Interval operator()(int /*variant*/, const std::array<double, 2>& arguments) const {
        const auto x = static_cast<float>(arguments[0]);
        const double y = x > 0 ? x : x * static_cast<float>(arguments[1]);
        return {y, y};
    }
};

}  // namespace

AllowedTensor evaluate_prelu(const Context& context, graph::NodeId id) {
    const graph::Node& node = context.node(id);
    const graph::Tensor& output = context.tensor(node.output);
    std::array<Argument, 2> arguments{argument_for(context, node.inputs[0], output.shape),
                                      argument_for(context, node.inputs[1], output.shape)};
    if (context.broken(Deviation::channel_zero_only, id)) {
        std::fill(arguments[1].strides.begin(), arguments[1].strides.end(), 0);
    }
    return evaluate_elementwise(context, output.type, output.shape, arguments, PreluOp{});
}

}  // namespace difftest::oracle
