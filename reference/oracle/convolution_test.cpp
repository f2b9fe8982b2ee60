#include "reference/graph/case_builder.hpp"
#include "reference/oracle/oracle.hpp"
#include "reference/oracle/testing/proof.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cstdint>
#include <optional>
#include <random>
#include <string>
#include <vector>

namespace difftest::oracle {
namespace {

using graph::CaseBuilder;
using graph::DataType;
using graph::Shape;
using graph::TensorData;

/// A random convolution or deconvolution problem; all integers.
struct Problem {
    bool transposed;
    std::int64_t batch, groups, in_per_group, out_per_group;
    std::vector<std::int64_t> size, kernel, stride, dilation, pad_begin, pad_end, output_padding;
    bool bias, data_zero_point, weights_zero_point;
};

class Draw {
public:
    explicit Draw(std::uint32_t seed) : engine_(seed) {}
    std::int64_t operator()(std::int64_t lo, std::int64_t hi) {
        return lo + static_cast<std::int64_t>(engine_() % static_cast<std::uint32_t>(hi - lo + 1));
    }

private:
    std::mt19937 engine_;
};

Problem draw_problem(Draw& draw, bool transposed) {
    Problem p{transposed, draw(1, 2), draw(1, 3), draw(1, 3), draw(1, 3), {},    {},   {},
              {},         {},         {},         {},         false,      false, false};
    const std::int64_t dims = draw(1, 3);
    if (dims == 3) {  // the definition is slow: the number of elements grows with the power of the dimensions
        p.batch = 1;
        p.in_per_group = std::min<std::int64_t>(p.in_per_group, 2);
        p.out_per_group = std::min<std::int64_t>(p.out_per_group, 2);
        p.groups = std::min<std::int64_t>(p.groups, 2);
    }
    for (std::int64_t d = 0; d < dims; ++d) {
        const std::int64_t kernel = draw(1, 3);
        const std::int64_t dilation = draw(1, 2);
        const std::int64_t reach = (kernel - 1) * dilation;
        p.kernel.push_back(kernel);
        p.dilation.push_back(dilation);
        p.stride.push_back(draw(1, 3));
        p.pad_begin.push_back(draw(0, reach));
        p.pad_end.push_back(draw(0, reach));
        p.output_padding.push_back(draw(0, std::max(p.stride.back(), dilation) - 1));
        p.size.push_back(draw(reach + 1, reach + (dims == 3 ? 1 : 4)));
    }
    p.bias = draw(0, 1) != 0;
    p.data_zero_point = draw(0, 1) != 0;
    p.weights_zero_point = draw(0, 1) != 0;
    return p;
}

TensorData random_tensor(Draw& draw, DataType type, const Shape& shape, std::int64_t lo, std::int64_t hi) {
    TensorData data(type, shape);
    for (std::int64_t i = 0; i < data.size(); ++i) {
        data.set(i, static_cast<double>(draw(lo, hi)));
    }
    return data;
}

graph::Case build(const Problem& p, Draw& draw) {
    CaseBuilder builder("random");
    Shape data{p.batch, p.groups * p.in_per_group};
    Shape weights{p.groups * p.out_per_group, p.in_per_group};
    data.insert(data.end(), p.size.begin(), p.size.end());
    weights.insert(weights.end(), p.kernel.begin(), p.kernel.end());
    std::vector<graph::TensorId> inputs{builder.input("x", random_tensor(draw, DataType::u8, data, 0, 255)),
                                        builder.constant("w", random_tensor(draw, DataType::s8, weights, -128, 127)),
                                        graph::kAbsent, graph::kAbsent, graph::kAbsent};
    if (p.bias) {
        inputs[2] = builder.constant("b", random_tensor(draw, DataType::s32, {weights[0]}, -1000000, 1000000));
    }
    if (p.data_zero_point) {
        inputs[3] = builder.constant("zx", random_tensor(draw, DataType::s32, {data[1]}, 0, 255));
    }
    if (p.weights_zero_point) {
        inputs[4] = builder.constant("zw", random_tensor(draw, DataType::s32, {weights[0]}, -128, 127));
    }
    graph::Operation op;
    if (p.transposed) {
        op = graph::Deconvolution{p.stride, p.dilation, p.pad_begin, p.pad_end, p.output_padding, p.groups};
    } else {
        op = graph::Convolution{p.stride, p.dilation, p.pad_begin, p.pad_end, p.groups};
    }
    return builder.build({builder.node("acc", op, inputs, DataType::s32)});
}

double value_or_zero(const graph::Case& c, graph::TensorId id, std::int64_t index) {
    return id == graph::kAbsent ? 0 : c.data_of(id).at(index);
}

/// One output element by the definition: every pair of input position and kernel position is asked whether it connects
/// to the output position. O(everything), on purpose: nothing is shared with the oracle's loops.
std::int64_t by_definition(const graph::Case& c, const Problem& p, std::int64_t output_index) {
    const graph::Node& node = c.graph.nodes.front();
    const TensorData& x = c.data_of(node.inputs[0]);
    const TensorData& w = c.data_of(node.inputs[1]);
    const Shape& output = c.graph.tensor(node.output).shape;
    const std::vector<std::int64_t> at = graph::coordinates_of(output_index, output);
    const std::size_t dims = p.size.size();
    const std::int64_t o = at[1];
    const std::int64_t group = o / p.out_per_group;
    double sum = value_or_zero(c, node.inputs[2], o);
    for (std::int64_t xi = 0; xi < x.size(); ++xi) {
        const std::vector<std::int64_t> in = graph::coordinates_of(xi, x.shape());
        if (in[0] != at[0] || in[1] / p.in_per_group != group) {
            continue;
        }
        const std::int64_t kernel_size = w.size() / (w.shape()[0] * w.shape()[1]);
        for (std::int64_t k = 0; k < kernel_size; ++k) {
            const Shape kernel(w.shape().begin() + 2, w.shape().end());
            const std::vector<std::int64_t> tap = graph::coordinates_of(k, kernel);
            bool connected = true;
            for (std::size_t d = 0; d < dims; ++d) {
                const std::int64_t small = p.transposed ? in[2 + d] : at[2 + d];
                const std::int64_t large = p.transposed ? at[2 + d] : in[2 + d];
                connected = connected && large == small * p.stride[d] - p.pad_begin[d] + tap[d] * p.dilation[d];
            }
            if (connected) {
                const std::int64_t i = in[1] % p.in_per_group;
                sum += (x.at(xi) - value_or_zero(c, node.inputs[3], in[1])) *
                       (w.at((o * p.in_per_group + i) * kernel_size + k) - value_or_zero(c, node.inputs[4], o));
            }
        }
    }
    return static_cast<std::int64_t>(sum);  // below 2^53: exact
}

void expect_equals_definition(bool transposed, std::uint32_t seed) {
    Draw draw(seed);
    const std::size_t elements = testing::proof_size("DIFFTEST_PROOF_ELEMENTS", 8000);
    testing::ProofCount proof(
        transposed ? "deconvolution, every tap by definition" : "convolution, every tap by definition", "strict");
    for (std::size_t n = 0, checked = 0; checked < elements; ++n) {
        const Problem p = draw_problem(draw, transposed);
        const graph::Case c = build(p, draw);
        const Evaluation evaluation = evaluate(c, contract::Contract());
        const AllowedTensor& acc = evaluation.of(c.graph.outputs.front());
        ASSERT_TRUE(acc.all_points());
        for (std::int64_t i = 0; i < acc.size(); ++i) {
            ASSERT_EQ(static_cast<std::int64_t>(acc.point(i)), by_definition(c, p, i)) << "problem " << n << ", " << i;
        }
        checked += static_cast<std::size_t>(acc.size());
        proof.add(static_cast<std::uint64_t>(acc.size()));
    }
}

TEST(Convolution, EqualsItsDefinition) {
    expect_equals_definition(false, 1);
}

TEST(Deconvolution, EqualsItsDefinition) {
    expect_equals_definition(true, 2);
}

TEST(Deconvolution, IsTheAdjointOfTheConvolution) {
    // Relation R8: <conv(x, w), y> == <x, deconv(y, w')>, where w' has input and output channels exchanged.
    Draw draw(3);
    const Shape x_shape{1, 2, 6, 5};
    const Shape y_shape{1, 3, 3, 3};  // (6 + 1 + 0 - 3) / 2 + 1 = 3, (5 + 1 + 1 - 3) / 2 + 1 = 3
    const TensorData x = random_tensor(draw, DataType::u8, x_shape, 0, 255);
    const TensorData y = random_tensor(draw, DataType::u8, y_shape, 0, 255);
    const TensorData w = random_tensor(draw, DataType::s8, {3, 2, 3, 3}, -128, 127);
    TensorData swapped(DataType::s8, {2, 3, 3, 3});
    for (std::int64_t i = 0; i < w.size(); ++i) {
        const auto at = graph::coordinates_of(i, w.shape());
        swapped.set(((at[1] * 3 + at[0]) * 3 + at[2]) * 3 + at[3], w.at(i));
    }
    CaseBuilder forward("forward");
    const auto conv = forward.node("conv", graph::Convolution{{2, 2}, {1, 1}, {1, 1}, {0, 1}, 1},
                                   {forward.input("x", x), forward.constant("w", w)}, DataType::s32);
    CaseBuilder backward("backward");
    // The input size 6 is (3-1)*2 - 1 - 0 + 2 + 1 + output padding 0; 5 is (3-1)*2 - 1 - 1 + 2 + 1.
    const auto deconv = backward.node("deconv", graph::Deconvolution{{2, 2}, {1, 1}, {1, 1}, {0, 1}, {0, 0}, 1},
                                      {backward.input("y", y), backward.constant("w", swapped)}, DataType::s32);
    const graph::Case a = forward.build({conv});
    const graph::Case b = backward.build({deconv});
    const Evaluation left = evaluate(a, contract::Contract());
    const Evaluation right = evaluate(b, contract::Contract());
    double left_product = 0;
    double right_product = 0;
    ASSERT_EQ(left.of(a.graph.outputs[0]).size(), y.size());
    ASSERT_EQ(right.of(b.graph.outputs[0]).size(), x.size());
    for (std::int64_t i = 0; i < y.size(); ++i) {
        left_product += left.of(a.graph.outputs[0]).point(i) * y.at(i);
    }
    for (std::int64_t i = 0; i < x.size(); ++i) {
        right_product += right.of(b.graph.outputs[0]).point(i) * x.at(i);
    }
    EXPECT_EQ(left_product, right_product);
}

/// A 1x1 convolution over `channels` inputs that all hold x, all weights w.
graph::Case sum_of_products(std::int64_t channels, double x, double w, DataType x_type,
                            std::optional<double> bias = {}) {
    CaseBuilder builder("sum");
    const auto count = static_cast<std::size_t>(channels);
    std::vector<graph::TensorId> inputs{
        builder.input("x", TensorData(x_type, {1, channels, 1}, std::vector<double>(count, x))),
        builder.constant("w", TensorData(DataType::s8, {1, channels, 1}, std::vector<double>(count, w)))};
    if (bias) {
        inputs.push_back(builder.constant("b", TensorData(DataType::s32, {1}, {*bias})));
    }
    const auto acc = builder.node("acc", graph::Convolution{{1}, {1}, {0}, {0}, 1}, inputs, DataType::s32);
    return builder.build({acc});
}

TEST(Accumulator, BeyondTwoToThe24MayBeRoundedToFloatUnderF14) {
    // 519 * 255 * 127 = 16 807 815 > 2^24, odd: its neighbours in f32 are 16 807 814 and 16 807 816, ties to even:
    // ...816.
    const graph::Case c = sum_of_products(519, 255, 127, DataType::u8);
    const Evaluation strict = evaluate(c, contract::Contract());
    const Evaluation onednn = evaluate(c, *contract::level("onednn2"));
    EXPECT_EQ(strict.of(c.graph.outputs[0]).at(0).to_string(), "{16807815}");
    EXPECT_EQ(onednn.of(c.graph.outputs[0]).at(0).to_string(), "{16807815, 16807816}");
}

TEST(Accumulator, OverflowIsOutsideTheContractAndCounted) {
    // 70 000 * 255 * 127 = 2 266 950 000 > 2^31 - 1.
    const graph::Case c = sum_of_products(70000, 255, 127, DataType::u8);
    const Evaluation evaluation = evaluate(c, contract::Contract());
    EXPECT_TRUE(evaluation.of(c.graph.outputs[0]).at(0).unconstrained);
    EXPECT_EQ(evaluation.metrics.unconstrained, 1);
    ASSERT_EQ(evaluation.metrics.notes.size(), 1U);
    EXPECT_EQ(evaluation.metrics.notes[0], "node acc: the s32 accumulator overflows");
}

}  // namespace
}  // namespace difftest::oracle
