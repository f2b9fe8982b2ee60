// Matmul and inner product against their definitions, element by element, and sums whose operands are sets.
#include "reference/graph/case_builder.hpp"
#include "reference/oracle/oracle.hpp"
#include "reference/oracle/testing/proof.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cstdint>
#include <random>
#include <vector>

namespace difftest::oracle {
namespace {

using contract::Freedom;
using graph::CaseBuilder;
using graph::DataType;
using graph::kAbsent;
using graph::Shape;
using graph::TensorData;
using graph::TensorId;
using ::testing::ElementsAre;

class Draw {
public:
    explicit Draw(std::uint32_t seed) : engine_(seed) {}
    std::int64_t operator()(std::int64_t lo, std::int64_t hi) {
        return lo + static_cast<std::int64_t>(engine_() % static_cast<std::uint32_t>(hi - lo + 1));
    }
    TensorData tensor(DataType type, const Shape& shape, std::int64_t lo, std::int64_t hi) {
        TensorData data(type, shape);
        for (std::int64_t i = 0; i < data.size(); ++i) {
            data.set(i, static_cast<double>((*this)(lo, hi)));
        }
        return data;
    }

private:
    std::mt19937 engine_;
};

double value_at(const TensorData& data, const Shape& at) {
    std::int64_t index = 0;
    for (std::size_t d = 0; d < at.size(); ++d) {
        index = index * data.shape()[d] + at[d];
    }
    return data.at(index);
}

/// The coordinates of a batch entry in a tensor that may have fewer or shorter batch dimensions than the result.
Shape broadcast_coordinates(const Shape& result, const Shape& own) {
    Shape at(result.end() - static_cast<std::ptrdiff_t>(own.size()), result.end());
    for (std::size_t d = 0; d + 2 < own.size(); ++d) {
        at[d] = own[d] == 1 ? 0 : at[d];
    }
    return at;
}

double parameter(const graph::Case& c, TensorId id, std::int64_t channel) {
    return id == kAbsent ? 0 : c.data_of(id).at(c.data_of(id).size() == 1 ? 0 : channel);
}

/// sum_k (a[m, k] - za) * (b[k, n] - zb[n]) + bias[n], with one index after the other.
double matmul_by_definition(const graph::Case& c, std::int64_t index) {
    const graph::Node& node = c.graph.nodes.front();
    const auto& op = std::get<graph::Matmul>(node.operation);
    const TensorData& a = c.data_of(node.inputs[0]);
    const TensorData& b = c.data_of(node.inputs[1]);
    const Shape at = graph::coordinates_of(index, c.graph.tensor(node.output).shape);
    const std::int64_t m = at[at.size() - 2];
    const std::int64_t n = at.back();
    Shape a_at = broadcast_coordinates(at, a.shape());
    Shape b_at = broadcast_coordinates(at, b.shape());
    const std::int64_t depth = op.transpose_a ? *(a.shape().end() - 2) : a.shape().back();
    double sum = parameter(c, node.inputs[2], n);
    for (std::int64_t k = 0; k < depth; ++k) {
        a_at.end()[-2] = op.transpose_a ? k : m;
        a_at.end()[-1] = op.transpose_a ? m : k;
        b_at.end()[-2] = op.transpose_b ? n : k;
        b_at.end()[-1] = op.transpose_b ? k : n;
        sum += (value_at(a, a_at) - parameter(c, node.inputs[3], 0)) *
               (value_at(b, b_at) - parameter(c, node.inputs[4], n));
    }
    return sum;
}

graph::Case random_matmul(Draw& draw) {
    CaseBuilder builder("matmul");
    const std::int64_t m = draw(1, 6);
    const std::int64_t n = draw(1, 6);
    const std::int64_t k = draw(1, 9);
    const graph::Matmul op{draw(0, 1) != 0, draw(0, 1) != 0};
    Shape a;
    Shape b;
    for (std::int64_t dims = draw(0, 3); dims > 0; --dims) {
        const std::int64_t size = draw(1, 3);
        a.push_back(draw(0, 2) == 0 ? 1 : size);
        b.push_back(draw(0, 2) == 0 ? 1 : size);
    }
    if (!a.empty() && draw(0, 3) == 0) {
        a.erase(a.begin());  // fewer batch dimensions than the other
    }
    a.insert(a.end(), {op.transpose_a ? k : m, op.transpose_a ? m : k});
    b.insert(b.end(), {op.transpose_b ? n : k, op.transpose_b ? k : n});
    const bool is_signed = draw(0, 1) != 0;
    std::vector<TensorId> inputs{
        builder.input("a", is_signed ? draw.tensor(DataType::s8, a, -128, 127) : draw.tensor(DataType::u8, a, 0, 255)),
        builder.input("b", draw.tensor(DataType::s8, b, -128, 127)), kAbsent, kAbsent, kAbsent};
    if (draw(0, 1) != 0) {
        inputs[2] = builder.constant("bias", draw.tensor(DataType::s32, draw(0, 1) != 0 ? Shape{n} : Shape{}, -99, 99));
    }
    if (draw(0, 1) != 0) {
        inputs[3] = builder.constant("za", draw.tensor(DataType::s32, {}, 0, 127));
    }
    if (draw(0, 1) != 0) {
        inputs[4] = builder.constant("zb", draw.tensor(DataType::s32, draw(0, 1) != 0 ? Shape{n} : Shape{}, -128, 127));
    }
    return builder.build({builder.node("y", op, inputs, DataType::s32)});
}

TEST(Matmul, EqualsItsDefinition) {
    Draw draw(1);
    const std::size_t elements = testing::proof_size("DIFFTEST_PROOF_ELEMENTS", 40000);
    testing::ProofCount proof("matmul, every product by definition", "strict");
    for (std::size_t problem = 0, checked = 0; checked < elements; ++problem) {
        const graph::Case c = random_matmul(draw);
        const AllowedTensor y = evaluate(c, {}).of(c.graph.outputs.front());
        ASSERT_TRUE(y.all_points());
        checked += static_cast<std::size_t>(y.size());
        proof.add(static_cast<std::uint64_t>(y.size()));
        for (std::int64_t i = 0; i < y.size(); ++i) {
            ASSERT_EQ(y.point(i), matmul_by_definition(c, i)) << "problem " << problem << ", element " << i;
        }
    }
}

TEST(InnerProduct, EqualsItsDefinition) {
    Draw draw(2);
    for (int problem = 0; problem < 300; ++problem) {
        CaseBuilder builder("inner product");
        const std::int64_t batch = draw(1, 4);
        const std::int64_t channels = draw(1, 5);
        const std::int64_t outputs = draw(1, 6);
        Shape rest{channels};
        for (std::int64_t dims = draw(0, 3); dims > 0; --dims) {
            rest.push_back(draw(1, 3));
        }
        Shape x_shape{batch};
        Shape w_shape{outputs};
        x_shape.insert(x_shape.end(), rest.begin(), rest.end());
        w_shape.insert(w_shape.end(), rest.begin(), rest.end());
        const TensorData x = draw.tensor(DataType::u8, x_shape, 0, 255);
        const TensorData w = draw.tensor(DataType::s8, w_shape, -128, 127);
        const TensorData bias = draw.tensor(DataType::s32, {outputs}, -1000, 1000);
        const TensorData zx = draw.tensor(DataType::s32, {channels}, 0, 255);
        const TensorData zw = draw.tensor(DataType::s32, {outputs}, -128, 127);
        const auto y = builder.node("y", graph::InnerProduct{},
                                    {builder.input("x", x), builder.constant("w", w), builder.constant("b", bias),
                                     builder.constant("zx", zx), builder.constant("zw", zw)},
                                    DataType::s32);
        const graph::Case c = builder.build({y});
        const AllowedTensor sets = evaluate(c, {}).of(c.graph.outputs.front());
        const std::int64_t taps = w.size() / outputs;
        for (std::int64_t n = 0; n < batch; ++n) {
            for (std::int64_t o = 0; o < outputs; ++o) {
                double sum = bias.at(o);
                for (std::int64_t t = 0; t < taps; ++t) {
                    sum += (x.at(n * taps + t) - zx.at(t / (taps / channels))) * (w.at(o * taps + t) - zw.at(o));
                }
                ASSERT_EQ(sets.point(n * outputs + o), sum) << "problem " << problem;
            }
        }
    }
}

/// Two elements that are {6, 7} and {2, 3} under F3 (example E1: 91/14 and 75/30), between two that are 5 and 0.
TensorId ambiguous(CaseBuilder& builder, const std::string& name, const Shape& shape) {
    const auto x = builder.input(name + "_x", TensorData(DataType::f32, shape, {91, 75, 70, 0}));
    const auto scale = builder.constant(name + "_s", TensorData(DataType::f32, shape, {14, 30, 14, 14}));
    return builder.node(name, graph::Quantize{}, {x, scale}, DataType::u8);
}

std::vector<std::string> texts(const graph::Case& c) {
    const AllowedTensor sets =
        evaluate(c, contract::Contract("strict", {Freedom::reciprocal_division})).of(c.graph.outputs.front());
    std::vector<std::string> result;
    for (std::int64_t i = 0; i < sets.size(); ++i) {
        result.push_back(sets.at(i).to_string());
    }
    return result;
}

TEST(SumsOfSets, MatmulOfAmbiguousRowsAndColumns) {
    // [{6,7} {2,3}; 5 0] * [1 0; -2 3] = [{6,7} - 2*{2,3}, 3*{2,3}; 5, 0]
    CaseBuilder left("left");
    const auto b = left.constant("b", TensorData(DataType::s8, {2, 2}, {1, 0, -2, 3}));
    const auto y = left.node("y", graph::Matmul{}, {ambiguous(left, "a", {2, 2}), b}, DataType::s32);
    EXPECT_THAT(texts(left.build({y})), ElementsAre("[0, 3]", "[6, 9]", "{5}", "{0}"));

    // [1 -2; 0 3] * [{6,7} {2,3}; 5 0] = [{6,7} - 10, {2,3}; 15, 0]
    CaseBuilder right("right");
    const auto a = right.constant("a", TensorData(DataType::s8, {2, 2}, {1, -2, 0, 3}));
    const auto z = right.node("y", graph::Matmul{}, {a, ambiguous(right, "b", {2, 2})}, DataType::s32);
    EXPECT_THAT(texts(right.build({z})), ElementsAre("[-4, -3]", "[2, 3]", "{15}", "{0}"));
}

TEST(SumsOfSets, ConvolutionWithAmbiguousDataOrWeights) {
    // x = [{6,7} {2,3} 5 0], w = [1 -2]: {6,7} - 2*{2,3}, {2,3} - 10, 5
    CaseBuilder data("data");
    const auto w = data.constant("w", TensorData(DataType::s8, {1, 1, 2}, {1, -2}));
    const graph::Convolution op{{1}, {1}, {0}, {0}, 1};
    const auto y = data.node("y", op, {ambiguous(data, "x", {1, 1, 4}), w}, DataType::s32);
    EXPECT_THAT(texts(data.build({y})), ElementsAre("[0, 3]", "[-8, -7]", "{5}"));

    // x = [1 -2 0 3 1], w = [{6,7} {2,3} 5 0]: {6,7} - 2*{2,3} + 0 + 0, -2*{6,7} + 0 + 15 + 0
    CaseBuilder weights("weights");
    const auto x = weights.input("x", TensorData(DataType::s8, {1, 1, 5}, {1, -2, 0, 3, 1}));
    const auto z = weights.node("y", op, {x, ambiguous(weights, "w", {1, 1, 4})}, DataType::s32);
    EXPECT_THAT(texts(weights.build({z})), ElementsAre("[0, 3]", "[1, 3]"));
}

TEST(Matmul, OverflowIsOutsideTheContractAndCounted) {
    // 70 000 * 255 * 127 = 2 266 950 000 > 2^31 - 1; the other column is 70 000 * 255.
    CaseBuilder builder("overflow");
    const std::int64_t depth = 70000;
    std::vector<double> b(static_cast<std::size_t>(2 * depth), 127);
    std::fill(b.begin() + depth, b.end(), 1);
    const auto y = builder.node(
        "y", graph::Matmul{false, true},
        {builder.input("a",
                       TensorData(DataType::u8, {1, depth}, std::vector<double>(static_cast<std::size_t>(depth), 255))),
         builder.input("b", TensorData(DataType::s8, {2, depth}, b))},
        DataType::s32);
    const graph::Case c = builder.build({y});
    const Evaluation evaluation = evaluate(c, {});
    EXPECT_TRUE(evaluation.of(c.graph.outputs[0]).at(0).unconstrained);
    EXPECT_EQ(evaluation.of(c.graph.outputs[0]).at(1).to_string(), "{17850000}");
    EXPECT_THAT(evaluation.metrics.notes, ElementsAre("node y: the s32 accumulator overflows"));
}

TEST(Matmul, SloppinessIsExcludedPerElement) {
    // X1, products of two neighbours: 255 * 64 + 255 * 64 = 32 640 fits into 16 bits, 255 * 65 + 255 * 64 = 32 895 does
    // not; 255 * 65 + 1 * 65 = 16 640 and 255 + 1 = 256 do.
    CaseBuilder builder("pairs");
    const auto y =
        builder.node("y", graph::Matmul{},
                     {builder.input("a", TensorData(DataType::u8, {2, 1, 2}, {255, 255, 255, 1})),
                      builder.input("b", TensorData(DataType::s8, {2, 2, 2}, {64, 65, 64, 64, 65, 1, 65, 1}))},
                     DataType::s32);
    const graph::Case c = builder.build({y});
    const AllowedTensor sets =
        evaluate(c, contract::Contract("strict", {Freedom::pair_saturation})).of(c.graph.outputs[0]);
    EXPECT_EQ(sets.at(0).to_string(), "{32640}");
    EXPECT_TRUE(sets.at(1).unconstrained);
    EXPECT_EQ(sets.at(2).to_string(), "{16640}");
    EXPECT_EQ(sets.at(3).to_string(), "{256}");
}

TEST(Matmul, AReaderInFloatMaySeeTheBiasAddedLate) {
    // E17: rn(16777217) + rn(-16777216) = 0, the exact sum is 1.
    CaseBuilder builder("bias");
    std::vector<double> a(520, 254);
    std::vector<double> b(520, 127);
    // 520 * 254 * 127 = 16 774 160; 16 777 217 - 16 774 160 = 3057 = 254 * 12 + 9
    a.insert(a.end(), {254, 9});
    b.insert(b.end(), {12, 1});
    const auto acc = builder.node("acc", graph::Matmul{},
                                  {builder.input("a", TensorData(DataType::u8, {1, 522}, a)),
                                   builder.input("b", TensorData(DataType::s8, {522, 1}, b)),
                                   builder.constant("bias", TensorData(DataType::s32, {1}, {-16777216}))},
                                  DataType::s32);
    const auto y = builder.node("y", graph::Binary{graph::BinaryAlgorithm::multiply}, {acc, builder.scalar("s", 100)},
                                DataType::f32);
    const graph::Case c = builder.build({y});
    EXPECT_EQ(evaluate(c, {}).of(c.graph.outputs[0]).at(0).to_string(), "{100}");
    EXPECT_EQ(evaluate(c, contract::Contract("strict", {Freedom::bias_stage})).of(c.graph.outputs[0]).at(0).to_string(),
              "{0, 100}");
}

}  // namespace
}  // namespace difftest::oracle
