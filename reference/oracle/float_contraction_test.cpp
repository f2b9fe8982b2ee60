// Sums of products in f32 against exact rational arithmetic: every order of evaluation that is tried, with and without
// fused multiply-adds, lies in the set; the set is not wider than the theorem says; exact sums are points.
#include "reference/oracle/testing/exact.hpp"
#include "reference/oracle/testing/proof.hpp"
#include "reference/oracle/testing/single_op.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <random>

namespace difftest::oracle {
namespace {

using contract::Freedom;
using graph::CaseBuilder;
using graph::DataType;
using graph::TensorData;
using testing::granting;
using testing::power_of_two;
using testing::ProofCount;
using testing::Rational;
using testing::round_to_float;

const std::size_t kElements = testing::proof_size("DIFFTEST_PROOF_ELEMENTS", 3000);

Rational rn(const Rational& value) {
    return Rational(round_to_float(value));
}

/// A float with a full significand and an exponent in [-spread, spread].
double random_float(std::mt19937& engine, int spread) {
    const auto significand = 1.0F + static_cast<float>(engine() >> 9) * 0x1p-23F;
    const int exponent = static_cast<int>(engine() % static_cast<unsigned>(2 * spread + 1)) - spread;
    return (engine() % 2 == 0 ? 1 : -1) * std::ldexp(significand, exponent);
}

struct Terms {
    std::vector<Rational> x;
    std::vector<Rational> w;
    Rational bias = 0;

    Rational sum() const {
        Rational result = bias;
        for (std::size_t i = 0; i < x.size(); ++i) {
            result += x[i] * w[i];
        }
        return result;
    }
    Rational magnitude() const {
        Rational result = abs(bias);
        for (std::size_t i = 0; i < x.size(); ++i) {
            result += abs(x[i] * w[i]);
        }
        return result;
    }
};

/// One way to evaluate the sum in f32: rounded products are added pair by pair in a random tree, or one multiply-add
/// after the other in a random order, from 0 or from the bias.
double random_evaluation(const Terms& terms, std::mt19937& engine) {
    std::vector<std::size_t> order(terms.x.size());
    for (std::size_t i = 0; i < order.size(); ++i) {
        order[i] = i;
    }
    std::shuffle(order.begin(), order.end(), engine);
    if (engine() % 2 == 0) {
        const bool bias_first = engine() % 2 == 0;
        Rational acc = bias_first ? terms.bias : Rational(0);
        for (const std::size_t i : order) {
            acc = rn(acc + terms.x[i] * terms.w[i]);
        }
        return round_to_float(bias_first ? acc : Rational(acc + terms.bias));
    }
    std::vector<Rational> parts{terms.bias};
    for (const std::size_t i : order) {
        parts.push_back(rn(terms.x[i] * terms.w[i]));
    }
    while (parts.size() > 1) {
        const std::size_t a = engine() % (parts.size() - 1);
        parts[a] = rn(parts[a] + parts.back());
        parts.pop_back();
    }
    return round_to_float(parts.front());
}

/// A dot product as an inner product of `outputs` rows of weights with one row of data.
struct Problem {
    graph::Case value;
    std::vector<Terms> elements;
};

template <class DrawX, class DrawW>
Problem problem_of(std::size_t depth, std::size_t outputs, DataType type, const DrawX& draw_x, const DrawW& draw_w) {
    std::vector<double> x(depth);
    std::vector<double> w(depth * outputs);
    std::vector<double> b(outputs);
    std::generate(x.begin(), x.end(), draw_x);
    std::generate(w.begin(), w.end(), draw_w);
    std::generate(b.begin(), b.end(), draw_w);
    const auto k = static_cast<std::int64_t>(depth);
    const auto o = static_cast<std::int64_t>(outputs);
    CaseBuilder builder("sum");
    const auto y = builder.node(
        "y", graph::InnerProduct{},
        {builder.input("x", TensorData(type, {1, k}, x)), builder.constant("w", TensorData(type, {o, k}, w)),
         builder.constant("b", TensorData(type, {o}, b))},
        DataType::f32);
    Problem problem{builder.build({y}), {}};
    for (std::size_t output = 0; output < outputs; ++output) {
        Terms terms;
        terms.bias = b[output];
        for (std::size_t i = 0; i < depth; ++i) {
            terms.x.emplace_back(x[i]);
            terms.w.emplace_back(w[output * depth + i]);
        }
        problem.elements.push_back(std::move(terms));
    }
    return problem;
}

TEST(FloatSums, ContainEveryOrderAndAreNotWiderThanTheTheorem) {
    std::mt19937 engine(1);
    ProofCount proof("sum of products in f32", "strict");
    for (std::size_t checked = 0; checked < kElements;) {
        const std::size_t depth = 1 + engine() % 24;
        const int spread = static_cast<int>(engine() % 12);
        const auto draw = [&] { return random_float(engine, spread); };
        const Problem problem = problem_of(depth, 10, DataType::f32, draw, draw);
        const AllowedTensor sets = evaluate(problem.value, {}).of(problem.value.graph.outputs[0]);
        for (std::size_t i = 0; i < problem.elements.size(); ++i, ++checked) {
            const Terms& terms = problem.elements[i];
            const AllowedSet set = sets.at(static_cast<std::int64_t>(i));
            const Rational exact = terms.sum();
            const Rational radius = Rational(static_cast<unsigned long>(depth + 1)) * power_of_two(-24) *
                                    terms.magnitude() * (1 + power_of_two(-20));
            bool holds = set.intervals.size() == 1 && set.contains(round_to_float(exact)) &&
                         Rational(set.intervals[0].lo) >= exact - radius &&
                         Rational(set.intervals[0].hi) <= exact + radius;
            for (int evaluation = 0; evaluation < 4; ++evaluation) {
                holds = holds && set.contains(random_evaluation(terms, engine));
            }
            if (proof.failed(holds)) {
                ADD_FAILURE() << set.to_string() << " for " << exact.get_d() << ", " << depth << " terms";
            }
        }
    }
}

TEST(FloatSums, OfMultiplesWithinTwoToThe24AreExact) {
    // x: multiples of 2^-3 up to 2^5; w: of 2^2 up to 2^9, 12 terms: multiples of 1/2 up to 12 * 2^14 + 2^9 < 2^23.
    std::mt19937 engine(2);
    ProofCount proof("exact sum of products in f32", "strict");
    for (const DataType type : {DataType::f32, DataType::f16, DataType::bf16}) {
        for (std::size_t checked = 0; checked < kElements / 3;) {
            const auto draw_x = [&] { return (static_cast<int>(engine() % 513) - 256) / 8.0; };
            const auto draw_w = [&] { return (static_cast<int>(engine() % 257) - 128) * 4.0; };
            const Problem problem = problem_of(12, 10, type, draw_x, draw_w);
            const AllowedTensor sets = evaluate(problem.value, {}).of(problem.value.graph.outputs[0]);
            for (std::size_t i = 0; i < problem.elements.size(); ++i, ++checked) {
                const auto at = static_cast<std::int64_t>(i);
                if (proof.failed(sets.is_point(at) && Rational(sets.point(at)) == problem.elements[i].sum())) {
                    ADD_FAILURE() << sets.at(at).to_string();
                }
            }
        }
    }
}

/// x * w + bias as a convolution of one element.
AllowedSet dot(const std::vector<double>& x, const std::vector<double>& w, DataType output = DataType::f32,
               const contract::Contract& contract = {}) {
    CaseBuilder builder("dot");
    const auto k = static_cast<std::int64_t>(x.size());
    const auto y = builder.node("y", graph::Convolution{{1}, {1}, {0}, {0}, 1},
                                {builder.input("x", TensorData(DataType::f32, {1, k, 1}, x)),
                                 builder.constant("w", TensorData(DataType::f32, {1, k, 1}, w))},
                                output);
    const graph::Case value = builder.build({y});
    return evaluate(value, contract).of(value.graph.outputs[0]).at(0);
}

TEST(FloatSums, OneProductIsRoundedOnce) {
    // 0.1f * 0.1f = 0.0100000003...: one correctly rounded product; terms of 0 do not count.
    const double expected = round_to_float(Rational(0.1F) * Rational(0.1F));
    const AllowedSet set = dot({0.1F, 5, 0}, {0.1F, 0, 7});
    ASSERT_TRUE(set.is_singleton());
    EXPECT_EQ(set.intervals[0].lo, expected);
    EXPECT_EQ(dot({5, 3}, {0, 0}).to_string(), "{0}");
}

TEST(FloatSums, CancellationOfOddBitsIsNotJudgedTighterThanItsOrders) {
    // 2^24 + 1 - 2^24: 0 or 1, by the order.
    const AllowedSet set = dot({0x1p24, 1, -0x1p24}, {1, 1, 1});
    EXPECT_TRUE(set.contains(0));
    EXPECT_TRUE(set.contains(1));
    EXPECT_FALSE(set.contains(7.5));  // 1 + 3 * 2^-24 * (2^25 + 1) = 7.0000002
}

TEST(FloatSums, MayOverflowOrBeNoNumber) {
    EXPECT_EQ(dot({0x1p126, 0x1p126}, {1, -1}).to_string(), "{0}");  // multiples of 2^126: exact in any order
    EXPECT_TRUE(dot({0x1.8p127, 0x1.8p127}, {1, -1.5}).unconstrained);
    EXPECT_TRUE(dot({std::numeric_limits<double>::infinity(), 1}, {0, 1}).unconstrained);
    EXPECT_TRUE(dot({std::nan(""), 1}, {1, 1}).unconstrained);
}

TEST(FloatSums, UnderflowIsInTheBound) {
    // Each product is 3/4 * 2^-149 and rounds to 2^-149: far beyond a relative error of 2^-24.
    const AllowedSet set = dot({0x1.8p-100, 0x1.8p-100}, {0x1p-50, 0x1p-50});
    EXPECT_TRUE(set.contains(0x1p-148));
    const AllowedSet flushed =
        dot({0x1p-80, 0x1p-80}, {0x1p-50, 0x1.8p-50}, DataType::f32, granting({Freedom::flush_subnormals}));
    EXPECT_TRUE(flushed.contains(0));
}

TEST(FloatSums, AreStoredInTheTypeOfTheResult) {
    // Of bf16 there are 8 bits: 1 + 2^-8 is a tie that goes to 1, 1 + 3 * 2^-8 one that goes to 1 + 2^-6.
    EXPECT_EQ(dot({1, 1}, {1, 0x1p-8}, DataType::bf16).to_string(), "{1}");
    EXPECT_EQ(dot({1, 1}, {1, 0x1.8p-7}, DataType::bf16).to_string(), "{1.015625}");
    EXPECT_EQ(dot({1, 1}, {1, 0x1p-8}, DataType::f16).intervals, (std::vector<Interval>{{1.00390625, 1.00390625}}));
}

TEST(FloatSums, OfSetsReachWhatTheirMembersGive) {
    // {6, 7} * 3 + 1 under F3 (example E1: 91/14), in f32.
    CaseBuilder builder("sets");
    const auto x = builder.input("x", TensorData(DataType::f32, {1, 2}, {91, 14}));
    const auto q = builder.node("q", graph::Quantize{}, {x, builder.scalar("s", 14)}, DataType::s8);
    const auto f = builder.node("f", graph::Convert{}, {q}, DataType::f32);
    const auto w = builder.constant("w", TensorData(DataType::f32, {2, 1}, {3, 1}));
    const auto y = builder.node("y", graph::Matmul{}, {f, w}, DataType::f32);
    const graph::Case value = builder.build({y});
    const AllowedSet set = evaluate(value, granting({Freedom::reciprocal_division})).of(value.graph.outputs[0]).at(0);
    EXPECT_TRUE(set.contains(19));
    EXPECT_TRUE(set.contains(22));
    EXPECT_FALSE(set.contains(18.99));
    EXPECT_FALSE(set.contains(22.01));
}

}  // namespace
}  // namespace difftest::oracle
