#include "harness/diagnose/explaining_faults.hpp"

#include "reference/graph/case_builder.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace difftest::harness {
namespace {

using graph::CaseBuilder;
using graph::DataType;
using graph::TensorData;

/// x -> quantize to [0, 255] with 256 levels -> * 1/9 -> u8.
graph::Case founding_chain() {
    CaseBuilder builder("chain");
    const auto x = builder.input("x", TensorData(DataType::f32, {4}, {2300, 100.5, 18, -40}));
    const auto quant = builder.node(
        "quant", graph::FakeQuantize{256, graph::FakeQuantizeForm::specification},
        {x, builder.scalar("il", 0), builder.scalar("ih", 255), builder.scalar("ol", 0), builder.scalar("oh", 255)},
        DataType::u8);
    const auto scaled = builder.node("scaled", graph::Binary{graph::BinaryAlgorithm::multiply},
                                     {quant, builder.scalar("s", 1.0F / 9.0F)}, DataType::f32);
    return builder.build({builder.node("out", graph::Convert{}, {scaled}, DataType::u8)});
}

std::vector<std::string> explanations(const std::vector<double>& got) {
    const graph::Case value = founding_chain();
    std::vector<std::string> texts;
    for (const auto& placement : explaining_faults(value, contract::Contract(), {TensorData(DataType::u8, {4}, got)})) {
        texts.push_back(placement_text(value, placement));
    }
    return texts;
}

TEST(ExplainingFaults, NameTheDroppedClampOfTheFoundingBug) {
    // 2300 / 9 = 255.6 saturates to 255, 100 / 9 = 11.1, 18 / 9 = 2, and -40 / 9 is stored as 0 anyway. Scaling first
    // gives 255 for the first element too, but quantizes to 11 and 2 only after it: the same here. Both explain it.
    EXPECT_THAT(explanations({255, 11, 2, 0}),
                testing::IsSupersetOf({"D01 clamp_dropped_mid_chain at quant", "D04 scale_before_quantize at scaled"}));
}

TEST(ExplainingFaults, AreNoneForAnythingElse) {
    EXPECT_THAT(explanations({255, 12, 2, 0}), testing::IsEmpty());
    EXPECT_THAT(explanations({28, 11, 3, 0}), testing::IsEmpty());
}

}  // namespace
}  // namespace difftest::harness
