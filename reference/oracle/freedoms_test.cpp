// Sets under freedoms that combine several operations, against enumerations written from their definitions.
#include "reference/oracle/testing/exact.hpp"
#include "reference/oracle/testing/proof.hpp"
#include "reference/oracle/testing/single_op.hpp"
#include "reference/oracle/testing/sum_orders.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <random>
#include <set>
#include <vector>

namespace difftest::oracle {
namespace {

using contract::Freedom;
using graph::BinaryAlgorithm;
using graph::DataType;
using testing::Chain;
using testing::granting;
using testing::Rational;
using testing::round_to_float;

const std::size_t kElements = testing::proof_size("DIFFTEST_PROOF_ELEMENTS", 500);

std::vector<double> random_floats(std::uint32_t seed, int exponent) {
    std::mt19937 engine(seed);
    std::vector<double> values(kElements);
    for (double& value : values) {
        value =
            std::ldexp(1.0F + static_cast<float>(engine() >> 9) * 0x1p-23F, exponent) * (engine() % 2 == 0 ? 1 : -1);
    }
    return values;
}

std::set<double> values_of(const AllowedSet& set) {
    std::set<double> values;
    for (const Interval& part : set.intervals) {
        EXPECT_EQ(part.lo, part.hi);
        values.insert(part.lo);
    }
    return values;
}

/// Every parenthesization of the factors in the given order.
std::set<double> parenthesized(const std::vector<double>& factors) {
    if (factors.size() == 1) {
        return {factors[0]};
    }
    std::set<double> products;
    for (std::size_t cut = 1; cut < factors.size(); ++cut) {
        const auto at = factors.begin() + static_cast<std::ptrdiff_t>(cut);
        for (const double a : parenthesized({factors.begin(), at})) {
            for (const double b : parenthesized({at, factors.end()})) {
                products.insert(testing::rounded_product(static_cast<float>(a), static_cast<float>(b)));
            }
        }
    }
    return products;
}

TEST(ScaleAssociation, ThreeScalesGiveEveryTreeOfEveryOrder) {
    const auto x = random_floats(1, 6);
    const auto s1 = random_floats(2, -2);
    const auto s2 = random_floats(3, -1);
    const auto s3 = random_floats(4, 1);
    const graph::Binary multiply{BinaryAlgorithm::multiply};
    Chain chain(DataType::f32, x);
    chain.then(multiply, {chain.vector(DataType::f32, s1)});
    chain.then(multiply, {chain.vector(DataType::f32, s2)});
    chain.then(multiply, {chain.vector(DataType::f32, s3)});
    const AllowedTensor sets = chain.sets(granting({Freedom::scale_association}));
    for (std::size_t i = 0; i < kElements; ++i) {
        std::vector<double> factors{x[i], s1[i], s2[i], s3[i]};
        std::sort(factors.begin(), factors.end());
        std::set<double> expected;
        do {
            expected.merge(parenthesized(factors));
        } while (std::next_permutation(factors.begin(), factors.end()));
        ASSERT_EQ(values_of(sets.at(static_cast<std::int64_t>(i))), expected);
    }
    testing::ProofCount("three scales in every order", "F1").add(kElements);
}

TEST(AffineFolding, TwoStepsMayBeOne) {
    const auto x = random_floats(5, 4);
    Chain chain(DataType::f32, x);
    const float a1 = 0.3F;
    const float b1 = 1.7F;
    const float a2 = 2.9F;
    const float b2 = -0.11F;
    chain.then(graph::Eltwise{graph::EltwiseAlgorithm::linear, a1, b1});
    chain.then(graph::Eltwise{graph::EltwiseAlgorithm::linear, a2, b2});
    const AllowedTensor sets = chain.sets(granting({Freedom::affine_folding}));
    const auto rn = [](const Rational& value) { return Rational(round_to_float(value)); };
    for (std::size_t i = 0; i < kElements; ++i) {
        const Rational v(x[i]);
        const Rational a = rn(Rational(a1) * Rational(a2));
        std::set<double> expected{
            round_to_float(rn(Rational(a2) * rn(rn(Rational(a1) * v) + Rational(b1))) + Rational(b2))};
        for (const Rational& b :
             {rn(rn(Rational(a2) * Rational(b1)) + Rational(b2)), rn(Rational(a2) * Rational(b1) + Rational(b2))}) {
            expected.insert(round_to_float(rn(a * v) + b));
            expected.insert(round_to_float(a * v + b));
        }
        ASSERT_EQ(values_of(sets.at(static_cast<std::int64_t>(i))), expected);
    }
}

TEST(Correlation, ATensorThatIsReadTwiceHasOneValue) {
    // x = 91 quantized by 14 is 6 or 7 under the reciprocal; q - q is 0 and q * q is 36 or 49, never 42.
    for (const BinaryAlgorithm algorithm : {BinaryAlgorithm::subtract, BinaryAlgorithm::multiply}) {
        graph::CaseBuilder builder("twice");
        const auto x = builder.input("x", graph::TensorData(DataType::f32, {1}, {91}));
        const auto q = builder.node("q", graph::Quantize{}, {x, builder.scalar("s", 14)}, DataType::s8);
        const auto y = builder.node("y", graph::Binary{algorithm}, {q, q}, DataType::f32);
        const graph::Case value = builder.build({y});
        const Evaluation sets = evaluate(value, granting({Freedom::reciprocal_division}));
        EXPECT_EQ(sets.of(value.graph.outputs[0]).at(0).to_string(),
                  algorithm == BinaryAlgorithm::subtract ? "{0}" : "{36, 49}");
    }
}

TEST(Correlation, BranchesThatJoinAgainKeepIt) {
    // q in {6, 7}: relu(q) - 2 * q is -6 or -7; without correlation it could be 6 - 14 = -8 and 7 - 12 = -5 as well.
    graph::CaseBuilder builder("join");
    const auto x = builder.input("x", graph::TensorData(DataType::f32, {2}, {91, 28}));
    const auto q = builder.node("q", graph::Quantize{}, {x, builder.scalar("s", 14)}, DataType::s8);
    const auto a = builder.node("a", graph::Eltwise{graph::EltwiseAlgorithm::relu, 0, 0}, {q}, DataType::f32);
    const auto b =
        builder.node("b", graph::Binary{BinaryAlgorithm::multiply}, {q, builder.scalar("two", 2)}, DataType::f32);
    const auto y = builder.node("y", graph::Binary{BinaryAlgorithm::subtract}, {a, b}, DataType::f32);
    const graph::Case value = builder.build({y});
    const Evaluation sets = evaluate(value, granting({Freedom::reciprocal_division}));
    EXPECT_EQ(sets.of(value.graph.outputs[0]).at(0).to_string(), "{-7, -6}");
    EXPECT_EQ(sets.of(value.graph.outputs[0]).at(1).to_string(), "{-2}");
}

TEST(Convolution, OverSetsAddsTheWeightTimesTheDifference) {
    // The two inputs are 6 or 7 and exactly 2; weights 3 and -5: 3*6 - 10 = 8 or 3*7 - 10 = 11, and what lies between.
    graph::CaseBuilder builder("sets");
    const auto x = builder.input("x", graph::TensorData(DataType::f32, {1, 2, 1}, {91, 28}));
    const auto q = builder.node("q", graph::Quantize{}, {x, builder.scalar("s", 14)}, DataType::s8);
    const auto w = builder.constant("w", graph::TensorData(DataType::s8, {1, 2, 1}, {3, -5}));
    const auto acc = builder.node("acc", graph::Convolution{{1}, {1}, {0}, {0}, 1}, {q, w}, DataType::s32);
    const graph::Case value = builder.build({acc});
    const Evaluation sets = evaluate(value, granting({Freedom::reciprocal_division}));
    const AllowedSet set = sets.of(value.graph.outputs[0]).at(0);
    EXPECT_TRUE(set.contains(8));
    EXPECT_TRUE(set.contains(11));
    EXPECT_FALSE(set.contains(7));
    EXPECT_FALSE(set.contains(12));
}

TEST(HalfIntermediates, AValueBetweenOperationsMayBeRoundedToHalf) {
    // 2049 is not a binary16 number: its neighbours are 2048 and 2050, the tie goes to the even significand 2048.
    Chain chain(DataType::f32, {2049});
    chain.then(graph::Eltwise{graph::EltwiseAlgorithm::abs, 0, 0});
    chain.then(graph::Binary{BinaryAlgorithm::subtract}, {chain.scalar(2000)});
    EXPECT_EQ(chain.text(), "{49}");
    EXPECT_EQ(chain.text(granting({Freedom::half_intermediates})), "{48, 49}");
}

TEST(FlushedSubnormals, MayBeZeroBeforeAndAfterAnOperation) {
    Chain product(DataType::f32, {0x1p-100});
    product.then(graph::Binary{BinaryAlgorithm::multiply}, {product.scalar(0x1p-30F)});
    EXPECT_EQ(product.sets().point(0), 0x1p-130);
    const AllowedSet flushed = product.sets(granting({Freedom::flush_subnormals})).at(0);
    EXPECT_TRUE(flushed.contains(0));
    EXPECT_TRUE(flushed.contains(0x1p-130));

    Chain argument(DataType::f32, {0x1p-130});
    argument.then(graph::Binary{BinaryAlgorithm::multiply}, {argument.scalar(0x1p10F)});
    const AllowedSet either = argument.sets(granting({Freedom::flush_subnormals})).at(0);
    EXPECT_TRUE(either.contains(0));
    EXPECT_TRUE(either.contains(0x1p-120));
}

TEST(OpenClUlp, QuotientsMayBeTwoAndAHalfUlpOff) {
    Chain chain(DataType::f32, {1});
    chain.then(graph::Binary{BinaryAlgorithm::divide}, {chain.scalar(3)});
    const AllowedSet set = chain.sets(granting({Freedom::opencl_ulp})).at(0);
    const float third = 1.0F / 3.0F;  // ulp 2^-25; the quotient itself lies within half an ulp of it
    EXPECT_TRUE(set.contains(third + 2 * 0x1p-25F));
    EXPECT_TRUE(set.contains(third - 2 * 0x1p-25F));
    EXPECT_FALSE(set.contains(third + 6 * 0x1p-25F));
}

}  // namespace
}  // namespace difftest::oracle
