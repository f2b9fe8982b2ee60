// X1 and X2: pairs of products with s16 saturation, and halved weights (semantics, sections 1.3.3 and 1.3.4).
#include "reference/oracle/sloppy_products.hpp"

#include "reference/graph/case_builder.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <string>
#include <vector>

namespace difftest::oracle {
namespace {

using contract::Freedom;
using graph::CaseBuilder;
using graph::DataType;
using graph::TensorData;

/// A convolution along one dimension: x [1, channels, size], w [1, channels, kernel], one output channel.
graph::Case convolution(DataType type, std::int64_t channels, const std::vector<double>& x,
                        const std::vector<double>& w, std::int64_t pad = 0, std::int32_t zero_point = 0) {
    CaseBuilder builder("sloppy");
    const auto size = static_cast<std::int64_t>(x.size()) / channels;
    const auto kernel = static_cast<std::int64_t>(w.size()) / channels;
    const graph::Convolution op{{1}, {1}, {pad}, {0}, 1};
    std::vector<graph::TensorId> inputs{builder.input("x", TensorData(type, {1, channels, size}, x)),
                                        builder.constant("w", TensorData(DataType::s8, {1, channels, kernel}, w))};
    if (zero_point != 0) {
        inputs.push_back(graph::kAbsent);
        inputs.push_back(builder.constant("zx", TensorData(DataType::s32, {}, {static_cast<double>(zero_point)})));
    }
    return builder.build({builder.node("acc", op, inputs, DataType::s32)});
}

std::vector<std::string> sets(const graph::Case& value, Freedom freedom) {
    const Evaluation evaluation = evaluate(value, contract::Contract("strict", {freedom}));
    const AllowedTensor& tensor = evaluation.of(value.graph.outputs[0]);
    std::vector<std::string> texts;
    for (std::int64_t i = 0; i < tensor.size(); ++i) {
        texts.push_back(tensor.at(i).to_string());
    }
    return texts;
}

using testing::ElementsAre;

TEST(PairSaturation, LeavesOutOnlyElementsOfWhichTwoProductsCouldSaturate) {
    // Four positions, two channels, weights 127: 255 * 127 = 32 385 beside
    // 255 * 127: 64 770; 2 * 127: 32 639; 3 * 127: 32 766 <= 32 767; 4 * 127: 32 893.
    EXPECT_THAT(
        sets(convolution(DataType::u8, 2, {255, 255, 255, 255, 255, 2, 3, 4}, {127, 127}), Freedom::pair_saturation),
        ElementsAre("anything", "{32639}", "{32766}", "anything"));
}

TEST(PairSaturation, AtTheLowerEnd) {
    // Weights -128: -32 640 - 128 = -32 768 fits, -32 640 - 256 = -32 896 does not.
    EXPECT_THAT(sets(convolution(DataType::u8, 2, {255, 255, 1, 2}, {-128, -128}), Freedom::pair_saturation),
                ElementsAre("{-32768}", "anything"));
}

TEST(PairSaturation, ProductsOfUnlikeSignsNeverMeetTheBounds) {
    EXPECT_THAT(sets(convolution(DataType::u8, 2, {255, 255}, {127, -127}), Freedom::pair_saturation),
                ElementsAre("{0}"));
}

TEST(PairSaturation, ManySmallProductsAreExact) {
    // 1.3.3: 16 * 255 * 127 = 518 160 is 262 136 = 8 * 32 767 on a kernel without VNNI. 16 * 127 * 127 fits in pairs.
    EXPECT_THAT(sets(convolution(DataType::u8, 16, std::vector<double>(16, 255), std::vector<double>(16, 127)),
                     Freedom::pair_saturation),
                ElementsAre("anything"));
    EXPECT_THAT(sets(convolution(DataType::u8, 16, std::vector<double>(16, 127), std::vector<double>(16, 127)),
                     Freedom::pair_saturation),
                ElementsAre("{258064}"));
}

TEST(PairSaturation, PaddingStandsForTheZeroPoint) {
    // A kernel of two, padded by one. The first element multiplies only 100 * 127, but a padding of 200 beside it would
    // make 12 700 + 25 400 = 38 100. The second: (100 + 100) * 127 = 25 400, less 200 * 254.
    EXPECT_THAT(sets(convolution(DataType::u8, 1, {100, 100}, {127, 127}, 1, 200), Freedom::pair_saturation),
                ElementsAre("anything", "{-25400}"));
    EXPECT_THAT(sets(convolution(DataType::u8, 1, {100, 100}, {127, 127}, 1), Freedom::pair_saturation),
                ElementsAre("{12700}", "{25400}"));
}

/// Measured on 2.6.3 (AVX512_CORE, gemm:jit): rows of two data by the one column (0, 4). Exactly 508 in each; the
/// kernel makes (128, 132) of the weights and gives 508, 383 and 255: 126 * 128 + 127 * 132 = 32 892 is 125 beyond s16,
/// 127 * 128 + 127 * 132 = 33 020 is 253 beyond. With (0, 1) and -128: -128 * 128 - 128 * 129 = -32 896 is 128 below.
/// Two columns are right.
TEST(PairSaturation, WeightsOfOneColumnMayBeTheShiftedOperand) {
    const auto product = [](std::int64_t rows, const std::vector<double>& a, const std::vector<double>& b) {
        CaseBuilder builder("gemv");
        const auto columns = static_cast<std::int64_t>(b.size()) / 2;
        const auto x = builder.input("a", TensorData(DataType::s8, {rows, 2}, a));
        const auto w = builder.constant("b", TensorData(DataType::s8, {2, columns}, b));
        return builder.build({builder.node("y", graph::Matmul{}, {x, w}, DataType::s32)});
    };
    EXPECT_THAT(sets(product(3, {100, 127, 126, 127, 127, 127}, {0, 4}), Freedom::pair_saturation),
                ElementsAre("{508}", "anything", "anything"));
    EXPECT_THAT(sets(product(2, {-127, -128, -128, -128}, {0, 1}), Freedom::pair_saturation),
                ElementsAre("{-128}", "anything"));
    EXPECT_THAT(sets(product(1, {127, 127}, {0, 0, 4, 4}), Freedom::pair_saturation), ElementsAre("{508}", "{508}"));
}

TEST(HalvedWeights, AreEmulated) {
    // Measured, 1.3.4: 16 channels of 10: w = 1 gives 0 for 160, w = 3 and w = 5 give 640 for 480 and 800. Even weights
    // are exact. -1 / 2 = -0.5 becomes 0, -3 / 2 becomes -2.
    const std::vector<std::pair<double, std::string>> measured{{1, "{0}"},   {3, "{640}"},   {5, "{640}"},
                                                               {2, "{320}"}, {-1, "{0}"},    {-3, "{-640}"},
                                                               {4, "{640}"}, {-2, "{-320}"}, {127, "{20480}"}};
    for (const auto& [weight, expected] : measured) {
        EXPECT_THAT(sets(convolution(DataType::s8, 16, std::vector<double>(16, 10), std::vector<double>(16, weight)),
                         Freedom::halved_weights),
                    ElementsAre(expected))
            << weight;
    }
}

TEST(HalvedWeights, AreRoundedToNearestEven) {
    for (std::int32_t weight = -128; weight <= 127; ++weight) {
        const double half = weight / 2.0;
        const double below = std::floor(half);
        const double nearest = half == below ? half : (std::fmod(below, 2) == 0 ? below : below + 1);
        EXPECT_EQ(doubled_half(weight), 2 * nearest) << weight;
    }
}

TEST(HalvedWeights, OfUnsignedDataAreWhole) {
    EXPECT_THAT(sets(convolution(DataType::u8, 1, {10}, {1}), Freedom::halved_weights), ElementsAre("{10}"));
}

TEST(HalvedWeights, ArePartOfTheZeroPointToo) {
    // (10 - 3) * 4 with RNE(3 / 2) = 2 doubled; the padding is real zero.
    EXPECT_THAT(sets(convolution(DataType::s8, 1, {10, 10}, {3, 3}, 1, 3), Freedom::halved_weights),
                ElementsAre("{28}", "{56}"));
}

TEST(SloppyProducts, SayWhatIsNotJudged) {
    const graph::Case value = convolution(DataType::u8, 2, {255, 255, 255, 1}, {127, 127});
    const Evaluation evaluation = evaluate(value, contract::Contract("strict", {Freedom::pair_saturation}));
    EXPECT_EQ(evaluation.metrics.unconstrained, 1);
    EXPECT_THAT(evaluation.metrics.notes,
                ElementsAre(testing::HasSubstr("1 elements where two products could are not judged")));
}

}  // namespace
}  // namespace difftest::oracle
