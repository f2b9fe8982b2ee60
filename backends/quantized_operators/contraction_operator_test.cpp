#include "backends/quantized_operators/contraction_operator.hpp"

#include "reference/graph/case_builder.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace difftest::backends::quantized {
namespace {

using graph::CaseBuilder;
using graph::DataType;
using graph::TensorData;
using graph::TensorId;
using testing::ElementsAre;

TensorId requantized(CaseBuilder& builder, TensorId sums) {
    return builder.node("q", graph::Requantize{}, {sums, builder.scalar("m", 0.25F), graph::kAbsent}, DataType::u8);
}

TEST(ContractionOperator, OneDimensionIsAPlaneOfHeightOne) {
    CaseBuilder builder("deconvolution");
    const auto x = builder.input("x", TensorData(DataType::u8, {2, 4, 5}));
    const auto w = builder.constant("w", TensorData(DataType::s8, {6, 2, 3}));
    const auto bias = builder.constant("bias", TensorData(DataType::s32, {6}, {1, 2, 3, 4, 5, 6}));
    const auto zp = builder.constant("zp", TensorData(DataType::s32, {4}, {7, 7, 7, 7}));
    const auto sums =
        builder.node("d", graph::Deconvolution{{2}, {3}, {1}, {0}, {1}, 2}, {x, w, bias, zp}, DataType::s32);
    const graph::Case value = builder.build({requantized(builder, sums)});
    const ContractionOperator op = contraction_operator(value, 0);
    EXPECT_EQ(op.kind, ContractionOperator::Kind::deconvolution);
    EXPECT_THAT(op.nodes, ElementsAre(0, 1));
    EXPECT_EQ(op.data_zero_point, 7);
    EXPECT_THAT(op.bias, ElementsAre(1, 2, 3, 4, 5, 6));
    const PlaneGeometry& g = op.geometry;
    EXPECT_THAT((std::vector{g.batch, g.channels, g.height, g.width, g.outputs, g.groups}),
                ElementsAre(2, 4, 1, 5, 6, 2));
    EXPECT_THAT(g.kernel, ElementsAre(1, 3));
    EXPECT_THAT(g.strides, ElementsAre(1, 2));
    EXPECT_THAT(g.dilations, ElementsAre(1, 3));
    EXPECT_THAT(g.pads_begin, ElementsAre(0, 1));
    EXPECT_THAT(g.output_padding, ElementsAre(0, 1));
    EXPECT_EQ(g.out_height, 1);
    EXPECT_EQ(g.out_width, (5 - 1) * 2 + 3 * (3 - 1) + 1 + 1 - 1);
}

TEST(ContractionOperator, AMatmulIsFullyConnected) {
    CaseBuilder builder("matmul");
    const auto a = builder.input("a", TensorData(DataType::s8, {2, 3, 4}));
    const auto b = builder.constant("b", TensorData(DataType::s8, {1, 4, 5}));
    const auto sums = builder.node("p", graph::Matmul{}, {a, b}, DataType::s32);
    const ContractionOperator op = contraction_operator(builder.build({requantized(builder, sums)}), 0);
    EXPECT_EQ(op.kind, ContractionOperator::Kind::fully_connected);
    EXPECT_TRUE(op.weights_are_columns);
    EXPECT_EQ(op.geometry.batch, 6);
    EXPECT_EQ(op.geometry.channels, 4);
    EXPECT_EQ(op.geometry.outputs, 5);
}

TEST(ContractionOperator, SaysWhatItIsNot) {
    const auto refusal = [](const graph::Operation& operation, const graph::Shape& data, const graph::Shape& weights,
                            bool constant, const std::vector<double>& zero_points) {
        CaseBuilder builder("refused");
        const auto x = builder.input("x", TensorData(DataType::u8, data));
        TensorData w(DataType::s8, weights);
        const auto weight = constant ? builder.constant("w", w) : builder.input("w", w);
        std::vector<TensorId> inputs{x, weight, graph::kAbsent};
        if (!zero_points.empty()) {
            const auto count = static_cast<std::int64_t>(zero_points.size());
            inputs.push_back(builder.constant("zp", TensorData(DataType::s32, {count}, zero_points)));
        }
        const auto sums = builder.node("c", operation, inputs, DataType::s32);
        try {
            contraction_operator(builder.build({requantized(builder, sums)}), 0);
            return std::string();
        } catch (const NotRequantized& reason) {
            return std::string(reason.what());
        }
    };
    const graph::Convolution flat{{1}, {1}, {0}, {0}, 1};
    const graph::Convolution solid{{1, 1, 1}, {1, 1, 1}, {0, 0, 0}, {0, 0, 0}, 1};
    EXPECT_EQ(refusal(flat, {1, 2, 3}, {1, 2, 1}, true, {3, 3}), "");
    EXPECT_EQ(refusal(flat, {1, 2, 3}, {1, 2, 1}, true, {3, 4}), "a zero point that is no single constant ('c')");
    EXPECT_EQ(refusal(flat, {1, 2, 3}, {1, 2, 1}, false, {}), "weights that are no constant ('c')");
    EXPECT_EQ(refusal(solid, {1, 2, 3, 3, 3}, {1, 2, 1, 1, 1}, true, {}), "more than two spatial dimensions ('c')");
    EXPECT_EQ(refusal(graph::Matmul{true, false}, {3, 4}, {3, 5}, true, {}), "a transposed left matrix ('c')");
    EXPECT_EQ(refusal(graph::Matmul{}, {2, 3, 4}, {2, 4, 5}, true, {}), "a batch of right matrices ('c')");
}

}  // namespace
}  // namespace difftest::backends::quantized
