#include "backends/quantized_operators/requantization.hpp"

#include "reference/graph/case_builder.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <functional>

namespace difftest::backends::quantized {
namespace {

using graph::CaseBuilder;
using graph::DataType;
using graph::TensorData;
using graph::TensorId;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

/// The sums are an input of two channels; `chain` adds what follows them and gives the result.
Requantization requantization_of(const std::function<TensorId(CaseBuilder&, TensorId)>& chain,
                                 double largest_sum = 1000) {
    CaseBuilder builder("chain");
    const TensorId sums = builder.input("sums", TensorData(DataType::s32, {1, 2, 1, 1}, {3, 4}));
    const TensorId result = chain(builder, sums);
    return read_requantization(builder.build({result}), sums, 1, largest_sum);
}

std::string refusal_of(const std::function<TensorId(CaseBuilder&, TensorId)>& chain, double largest_sum = 1000) {
    try {
        requantization_of(chain, largest_sum);
        return "";
    } catch (const NotRequantized& reason) {
        return reason.what();
    }
}

TensorId zero_point(CaseBuilder& builder, double value) {
    return builder.constant("zp", TensorData(DataType::s32, {}, {value}));
}

graph::Requantize requantize(graph::ZeroPointSite site = graph::ZeroPointSite::after_rounding) {
    return {graph::Rounding::half_to_even, site};
}

TEST(Requantization, IsThatOfTheNode) {
    const Requantization q = requantization_of([](CaseBuilder& b, TensorId sums) {
        const auto m = b.per_channel("m", {0.3F, 0.7F}, 4);
        return b.node("q", requantize(), {sums, m, zero_point(b, -5)}, DataType::s8);
    });
    EXPECT_THAT(q.multipliers, ElementsAre(0.3F, 0.7F));
    EXPECT_THAT(q.bias, IsEmpty());
    EXPECT_EQ(q.zero_point, -5);
    EXPECT_EQ(q.lowest, -128);
    EXPECT_EQ(q.highest, 127);
    EXPECT_FALSE(q.associates_scales || q.multiplies_by_reciprocal);
}

TEST(Requantization, ClampsAreThoseOfTheResult) {
    const Requantization q = requantization_of([](CaseBuilder& b, TensorId sums) {
        const auto scaled = b.node("scaled", graph::Binary{graph::BinaryAlgorithm::multiply},
                                   {sums, b.scalar("s", 0.3F)}, DataType::f32);
        const auto clipped =
            b.node("clipped", graph::Eltwise{graph::EltwiseAlgorithm::clip, -1.5F, 6.25F}, {scaled}, DataType::f32);
        return b.node("q", graph::Quantize{}, {clipped, b.scalar("step", 0.5F), zero_point(b, 10)}, DataType::u8);
    });
    // 0.3 / 0.5 is 0.6; 0.5 is a power of two, so that it is 2 * f32(0.3) without an error.
    EXPECT_THAT(q.multipliers, ElementsAre(2 * 0.3F));
    EXPECT_FALSE(q.associates_scales || q.multiplies_by_reciprocal);
    EXPECT_EQ(q.lowest, 10 - 3);    // -1.5 / 0.5
    EXPECT_EQ(q.highest, 10 + 12);  // 6.25 / 0.5 = 12.5, half to even
}

TEST(Requantization, ALowerBoundAboveTheUpperOneGivesWay) {
    const Requantization q = requantization_of([](CaseBuilder& b, TensorId sums) {
        const auto low =
            b.node("low", graph::Binary{graph::BinaryAlgorithm::maximum}, {sums, b.scalar("l", 20)}, DataType::f32);
        const auto high =
            b.node("high", graph::Binary{graph::BinaryAlgorithm::minimum}, {low, b.scalar("h", 7)}, DataType::f32);
        return b.node("q", graph::Convert{}, {high}, DataType::u8);
    });
    EXPECT_EQ(q.lowest, 7);
    EXPECT_EQ(q.highest, 7);
    EXPECT_THAT(q.multipliers, ElementsAre(1.0F));
}

TEST(Requantization, ADivisionIsTheReciprocal) {
    const Requantization q = requantization_of([](CaseBuilder& b, TensorId sums) {
        return b.node("q", graph::Quantize{}, {sums, b.scalar("s", 3), graph::kAbsent}, DataType::u8);
    });
    EXPECT_THAT(q.multipliers, ElementsAre(1.0F / 3));
    EXPECT_TRUE(q.multiplies_by_reciprocal);
}

TEST(Requantization, MultiplicationsAssociate) {
    const auto chain = [](const graph::Operation& last) {
        return [last](CaseBuilder& b, TensorId sums) {
            const graph::Binary multiply{graph::BinaryAlgorithm::multiply};
            const auto first = b.node("first", multiply, {sums, b.scalar("a", 0.3F)}, DataType::f32);
            const auto second = b.node("second", multiply, {first, b.scalar("b", 0.7F)}, DataType::f32);
            return std::holds_alternative<graph::Convert>(last)
                       ? b.node("q", last, {second}, DataType::s8)
                       : b.node("q", last, {second, b.scalar("c", 0.9F), graph::kAbsent}, DataType::s8);
        };
    };
    const Requantization q = requantization_of(chain(graph::Convert{}));
    EXPECT_TRUE(q.associates_scales);
    EXPECT_THAT(q.multipliers, ElementsAre(0.3F * 0.7F));
    // No freedom lets the factor of a requantization join them.
    EXPECT_THAT(refusal_of(chain(requantize())),
                HasSubstr("several scales that no single multiplier stands for ('q')"));
}

TEST(Requantization, IntegersJoinTheBias) {
    const auto chain = [](float addend) {
        return [addend](CaseBuilder& b, TensorId sums) {
            const auto added = b.node("added", graph::Binary{graph::BinaryAlgorithm::add},
                                      {sums, b.per_channel("addend", {addend, 2}, 4)}, DataType::f32);
            return b.node("q", requantize(), {added, b.scalar("m", 0.3F), graph::kAbsent}, DataType::s8);
        };
    };
    EXPECT_THAT(requantization_of(chain(-7)).bias, ElementsAre(-7, 2));
    EXPECT_THAT(refusal_of(chain(0.5F)), HasSubstr("an addition of reals ('added')"));
    // 2^24 - 6 + 7 is beyond what f32 holds exactly.
    EXPECT_THAT(refusal_of(chain(-7), 0x1p24 - 6), HasSubstr("f32 does not hold exactly ('added')"));
}

TEST(Requantization, LevelsFromZeroAreIntegers) {
    const auto chain = [](float low, float output_high) {
        return [=](CaseBuilder& b, TensorId sums) {
            return b.node(
                "q", graph::FakeQuantize{16, graph::FakeQuantizeForm::specification},
                {sums, b.scalar("il", low), b.scalar("ih", 60), b.scalar("ol", -3), b.scalar("oh", output_high)},
                DataType::s8);
        };
    };
    const Requantization q = requantization_of(chain(0, 12));
    EXPECT_THAT(q.multipliers, ElementsAre(0.25F));  // 15 / 60
    EXPECT_EQ(q.zero_point, -3);
    EXPECT_EQ(q.lowest, -3);
    EXPECT_EQ(q.highest, 12);
    EXPECT_TRUE(q.has_scale_and_shift);
    EXPECT_THAT(refusal_of(chain(0, 27)), HasSubstr("one level for each integer ('q')"));
    EXPECT_THAT(refusal_of(chain(-1, 12)), HasSubstr("not from 0"));
}

TEST(Requantization, SaysWhatItIsNot) {
    const auto requantized = [](CaseBuilder& b, TensorId data, graph::ZeroPointSite site, double zp) {
        return b.node("q", requantize(site), {data, b.scalar("m", 0.3F), zero_point(b, zp)}, DataType::s8);
    };
    const auto before = graph::ZeroPointSite::before_rounding;
    EXPECT_THAT(refusal_of([&](CaseBuilder& b, TensorId sums) { return requantized(b, sums, before, 3); }),
                HasSubstr("a zero point that is added before the rounding ('q')"));
    EXPECT_EQ(refusal_of([&](CaseBuilder& b, TensorId sums) { return requantized(b, sums, before, 0); }), "");
    EXPECT_THAT(refusal_of([](CaseBuilder& b, TensorId sums) {
                    return b.node("f", graph::Eltwise{graph::EltwiseAlgorithm::tanh}, {sums}, DataType::f32);
                }),
                HasSubstr("a function before the requantization ('f')"));
    EXPECT_THAT(refusal_of([](CaseBuilder& b, TensorId sums) {
                    return b.node("f", graph::Eltwise{graph::EltwiseAlgorithm::relu}, {sums}, DataType::f32);
                }),
                HasSubstr("a result in f32 ('f')"));
    EXPECT_THAT(
        refusal_of([](CaseBuilder& b, TensorId sums) {
            const auto channel = b.per_channel("s", {1, 3}, 4);
            const auto relu = b.node("c", graph::Eltwise{graph::EltwiseAlgorithm::clip, 0, 9}, {sums}, DataType::f32);
            return b.node("q", graph::Quantize{}, {relu, channel, graph::kAbsent}, DataType::s8);
        }),
        HasSubstr("a clamp that differs between channels ('q')"));
}

}  // namespace
}  // namespace difftest::backends::quantized
