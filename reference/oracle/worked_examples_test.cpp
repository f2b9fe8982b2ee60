// The worked examples of the semantics, section 1.12 (E1 ... E25), and of the published vectors: numbers from
// documents.
#include "reference/oracle/testing/single_op.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace difftest::oracle {
namespace {

using contract::Freedom;
using graph::BinaryAlgorithm;
using graph::DataType;
using graph::Rounding;
using graph::ZeroPointSite;
using testing::Chain;
using testing::granting;

constexpr graph::Binary kMultiply{BinaryAlgorithm::multiply};

std::string quantized(float x, float scale, const contract::Contract& contract) {
    Chain chain(DataType::f32, {x});
    chain.then(graph::Quantize{}, {chain.scalar(scale)}, DataType::s8);
    return chain.text(contract);
}

TEST(WorkedExamples, E1QuotientAgainstReciprocal) {
    EXPECT_EQ(quantized(91, 14, {}), "{6}");
    EXPECT_EQ(quantized(91, 14, granting({Freedom::reciprocal_division})), "{6, 7}");
    EXPECT_EQ(quantized(75, 30, {}), "{2}");
    EXPECT_EQ(quantized(75, 30, granting({Freedom::reciprocal_division})), "{2, 3}");
}

TEST(WorkedExamples, E2TheDocumentedPairOfFbgemm) {
    EXPECT_EQ(quantized(0.273939937F, 0.00214854861F, {}), "{127}");
    Chain chain(DataType::f32, {0.273939937F});
    chain.then(graph::Quantize{}, {chain.scalar(0.00214854861F)}, DataType::u8);
    EXPECT_EQ(chain.text(granting({Freedom::reciprocal_division})), "{127, 128}");
}

std::string two_scales(double acc, float s1, float s2, const contract::Contract& contract) {
    Chain chain(DataType::s32, {acc});
    chain.then(kMultiply, {chain.scalar(s1)}).then(kMultiply, {chain.scalar(s2)});
    chain.then(graph::Convert{}, {}, DataType::s32);
    return chain.text(contract);
}

TEST(WorkedExamples, E3E4AssociationOfScales) {
    EXPECT_EQ(two_scales(-23538, 0.0519991294F, 0.0829278454F, {}), "{-102}");
    EXPECT_EQ(two_scales(-23538, 0.0519991294F, 0.0829278454F, granting({Freedom::scale_association})), "{-102, -101}");
    EXPECT_EQ(two_scales(16420, 0.0755634233F, 0.08744701F, {}), "{109}");
    EXPECT_EQ(two_scales(16420, 0.0755634233F, 0.08744701F, granting({Freedom::scale_association})), "{108, 109}");
}

TEST(WorkedExamples, E13E14SpecificationAgainstScaleShift) {
    const auto fake_quantize = [](float x, float il, float ih, const contract::Contract& contract) {
        Chain chain(DataType::f32, {x});
        chain.then(graph::FakeQuantize{256, graph::FakeQuantizeForm::specification},
                   {chain.scalar(il), chain.scalar(ih), chain.scalar(0), chain.scalar(255)}, DataType::u8);
        return chain.text(contract);
    };
    const auto both = granting({Freedom::fake_quantize_scale_shift});
    EXPECT_EQ(fake_quantize(0.670647383F, -1.75F, 0.860000014F, {}), "{237}");
    EXPECT_EQ(fake_quantize(0.670647383F, -1.75F, 0.860000014F, both), "{236, 237}");
    EXPECT_EQ(fake_quantize(-0.78729403F, -2.01999998F, 1.70000005F, {}), "{84}");
    EXPECT_EQ(fake_quantize(-0.78729403F, -2.01999998F, 1.70000005F, both), "{84, 85}");
}

TEST(WorkedExamples, E16TheSiteOfTheZeroPoint) {
    const auto quantize = [](float x, ZeroPointSite site, const contract::Contract& contract) {
        Chain chain(DataType::f32, {x});
        chain.then(graph::Quantize{Rounding::half_to_even, site}, {chain.scalar(1), chain.integer(1)}, DataType::u8);
        return chain.text(contract);
    };
    EXPECT_EQ(quantize(0.5F, ZeroPointSite::after_rounding, {}), "{1}");
    EXPECT_EQ(quantize(0.5F, ZeroPointSite::before_rounding, {}), "{2}");
    EXPECT_EQ(quantize(0.49999997F, ZeroPointSite::after_rounding, {}), "{1}");
    EXPECT_EQ(quantize(0.49999997F, ZeroPointSite::before_rounding, {}), "{2}");
    EXPECT_EQ(quantize(0.5F, ZeroPointSite::after_rounding, granting({Freedom::rounding_and_zero_point_site})),
              "{1, 2}");
}

TEST(WorkedExamples, E17ABiasThatCancelsALargeAccumulator) {
    graph::CaseBuilder builder("e17");
    // 16777217 = 97 * 172961 + 0: taken as 127 * 127 * ... would need many taps; the integers are given by two
    // channels. 65 793 channels of 255 * 1 plus one of 2 * 1: 16 777 215 + 2.
    std::vector<double> x(65794, 255);
    x.back() = 2;
    const std::vector<double> w(65794, 1);
    const auto acc = builder.node("acc", graph::Convolution{{1}, {1}, {0}, {0}, 1},
                                  {builder.input("x", graph::TensorData(DataType::u8, {1, 65794, 1}, x)),
                                   builder.constant("w", graph::TensorData(DataType::s8, {1, 65794, 1}, w)),
                                   builder.constant("b", graph::TensorData(DataType::s32, {1}, {-16777216}))},
                                  DataType::s32);
    const auto scaled = builder.node("scaled", kMultiply, {acc, builder.scalar("s", 100)}, DataType::f32);
    const graph::Case value = builder.build({scaled});
    const auto out = value.graph.outputs.front();
    EXPECT_EQ(evaluate(value, {}).of(out).at(0).to_string(), "{100}");
    EXPECT_EQ(evaluate(value, granting({Freedom::bias_stage})).of(out).at(0).to_string(), "{0, 100}");
}

TEST(WorkedExamples, E18TheFoundingBug) {
    // 2300 -> quantize to [0, 255] -> * 1/9: 28, and 255 when the clamp is left to the store.
    Chain chain(DataType::f32, {2300});
    chain.then(graph::FakeQuantize{256, graph::FakeQuantizeForm::specification},
               {chain.scalar(0), chain.scalar(255), chain.scalar(0), chain.scalar(255)}, DataType::u8);
    chain.then(kMultiply, {chain.scalar(1.0F / 9.0F)}).then(graph::Convert{}, {}, DataType::u8);
    Rules broken;
    broken.break_rule(Deviation::clamp_dropped_mid_chain, 0);
    EXPECT_EQ(chain.text(), "{28}");
    EXPECT_EQ(chain.text({}, broken), "{255}");
}

TEST(WorkedExamples, E19TheDroppedRounding) {
    Chain chain(DataType::f32, {100.4F});
    chain.then(graph::FakeQuantize{256, graph::FakeQuantizeForm::specification},
               {chain.scalar(0), chain.scalar(255), chain.scalar(0), chain.scalar(255)}, DataType::u8);
    chain.then(kMultiply, {chain.scalar(10)}).then(graph::Convert{}, {}, DataType::s32);
    Rules broken;
    broken.break_rule(Deviation::round_dropped_mid_chain, 0);
    EXPECT_EQ(chain.text(), "{1000}");
    EXPECT_EQ(chain.text({}, broken), "{1004}");
}

TEST(WorkedExamples, E20WrapAgainstSaturation) {
    const auto convert = [](double x, graph::Overflow overflow) {
        Chain chain(DataType::s32, {x});
        chain.then(graph::Convert{Rounding::half_to_even, overflow}, {}, DataType::u8);
        return chain.text();
    };
    EXPECT_EQ(convert(-8, graph::Overflow::wrap), "{248}");
    EXPECT_EQ(convert(-127, graph::Overflow::wrap), "{129}");
    EXPECT_EQ(convert(-8, graph::Overflow::saturate), "{0}");
}

TEST(WorkedExamples, E24TheTwoSaturationConstantsOfS32) {
    Chain chain(DataType::f32, {1e10F});
    chain.then(graph::Convert{}, {}, DataType::s32);
    EXPECT_EQ(chain.text(), "{2147483647}");
    EXPECT_EQ(chain.text(granting({Freedom::rounded_s32_output})), "{2147483520, 2147483647}");
}

TEST(WorkedExamples, TheClampElidedAt256LevelsThoughTheRangeIsNarrower) {
    // Catalogue section 2.2: L = 256, u8, in [0, 100], out [0, 100], x = 150: reference 100, optimised 150.
    Chain chain(DataType::f32, {150});
    chain.then(graph::FakeQuantize{256, graph::FakeQuantizeForm::specification},
               {chain.scalar(0), chain.scalar(100), chain.scalar(0), chain.scalar(100)}, DataType::u8);
    Rules broken;
    broken.break_rule(Deviation::clamp_elided_at_256_levels, 0);
    EXPECT_EQ(chain.text(), "{100}");
    EXPECT_EQ(chain.text({}, broken), "{150}");
}

TEST(WorkedExamples, TiesRoundToEvenAtEveryStore) {
    Chain chain(DataType::f32, {-128.5, -2.5, -1.5, -0.5, 0.5, 1.5, 2.5, 126.5});
    chain.then(graph::Convert{}, {}, DataType::s8);
    EXPECT_THAT(chain.sets().points(), ::testing::ElementsAre(-128, -2, -2, 0, 0, 2, 2, 126));
}

TEST(WorkedExamples, InvertedAndEmptyInputRanges) {
    // Specification: x <= min(il, ih) gives ol, x > max gives oh, also when il > ih; il == ih is a step.
    const auto at = [](float x, float il, float ih) {
        Chain chain(DataType::f32, {x});
        chain.then(graph::FakeQuantize{5, graph::FakeQuantizeForm::specification},
                   {chain.scalar(il), chain.scalar(ih), chain.scalar(10), chain.scalar(50)}, DataType::s32);
        return chain.text(*contract::level("onednn2"));
    };
    EXPECT_EQ(at(-1, 4, 0), "{10}");
    EXPECT_EQ(at(5, 4, 0), "{50}");
    EXPECT_EQ(at(1, 4, 0), "{40}");  // (1 - 4) / (0 - 4) * 4 = 3 -> 10 + 3 * 10
    EXPECT_EQ(at(0.5F, 0.5F, 0.5F), "{10}");
    EXPECT_EQ(at(0.6F, 0.5F, 0.5F), "{50}");
}

}  // namespace
}  // namespace difftest::oracle
