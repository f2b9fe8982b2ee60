// Comparisons, select and prelu on sets against the enumeration of all values, and prelu against exact arithmetic.
#include "reference/oracle/testing/exact.hpp"
#include "reference/oracle/testing/proof.hpp"
#include "reference/oracle/testing/set_evaluation.hpp"
#include "reference/oracle/testing/single_op.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <random>
#include <set>

namespace difftest::oracle {
namespace {

using contract::Freedom;
using graph::BinaryAlgorithm;
using graph::DataType;
using graph::TensorData;
using testing::granting;
using testing::members_of;
using testing::ProofCount;
using testing::random_integer_sets;
using testing::Rational;
using testing::round_to_float;
using testing::SetEvaluation;

const auto kElements = static_cast<std::int64_t>(testing::proof_size("DIFFTEST_PROOF_ELEMENTS", 3000));

bool holds(BinaryAlgorithm algorithm, double a, double b) {
    switch (algorithm) {
        case BinaryAlgorithm::greater_equal: return a >= b;
        case BinaryAlgorithm::greater: return a > b;
        case BinaryAlgorithm::less_equal: return a <= b;
        case BinaryAlgorithm::less: return a < b;
        case BinaryAlgorithm::equal: return a == b;
        default: return a != b;
    }
}

constexpr BinaryAlgorithm kComparisons[] = {BinaryAlgorithm::greater_equal, BinaryAlgorithm::greater,
                                            BinaryAlgorithm::less_equal,    BinaryAlgorithm::less,
                                            BinaryAlgorithm::equal,         BinaryAlgorithm::not_equal};

/// The values of a set that is a few points or short runs of integers.
std::set<double> values_of(const AllowedSet& set) {
    const std::vector<double> members = members_of(set);
    return {members.begin(), members.end()};
}

TEST(Comparison, OfSetsIsTheEnumerationOfTheirValues) {
    std::mt19937 engine(1);
    for (const BinaryAlgorithm algorithm : kComparisons) {
        ProofCount proof("comparison of sets", "strict");
        const AllowedTensor a = random_integer_sets(engine, DataType::s8, kElements, -5, 5);
        const AllowedTensor b = random_integer_sets(engine, DataType::s32, kElements, -5, 5);
        SetEvaluation evaluation(graph::Binary{algorithm}, {a, b}, DataType::f32);
        const AllowedTensor sets = evaluation.run(evaluate_binary);
        std::int64_t ambiguous = 0;
        for (std::int64_t i = 0; i < kElements; ++i) {
            std::set<double> expected;
            for (const double x : members_of(a.at(i))) {
                for (const double y : members_of(b.at(i))) {
                    expected.insert(holds(algorithm, x, y) ? 1 : 0);
                }
            }
            ambiguous += expected.size() == 2 ? 1 : 0;
            if (proof.failed(values_of(sets.at(i)) == expected && sets.at(i).intervals.size() == expected.size())) {
                ADD_FAILURE() << a.at(i).to_string() << " " << b.at(i).to_string() << ": " << sets.at(i).to_string();
            }
        }
        EXPECT_EQ(evaluation.metrics().branch_ambiguous, ambiguous);
        EXPECT_GT(ambiguous, 0);
        EXPECT_LT(ambiguous, kElements);
    }
}

AllowedTensor one_interval(double lo, double hi) {
    AllowedTensor tensor(DataType::f32, {1});
    tensor.set(0, {{{lo, hi}}, false, false});
    return tensor;
}

std::string compared(BinaryAlgorithm algorithm, const AllowedTensor& a, const AllowedTensor& b,
                     const contract::Contract& contract = {}) {
    return SetEvaluation(graph::Binary{algorithm}, {a, b}, DataType::f32)
        .run(evaluate_binary, contract)
        .at(0)
        .to_string();
}

TEST(Comparison, OfIntervalsDoesNotOverlookWhatLiesBetweenTheirEnds) {
    const AllowedTensor wide = one_interval(1, 3);  // 2^23 floats
    const AllowedTensor two = one_interval(2, 2);
    EXPECT_EQ(compared(BinaryAlgorithm::equal, wide, two), "{0, 1}");
    EXPECT_EQ(compared(BinaryAlgorithm::not_equal, wide, two), "{0, 1}");
    EXPECT_EQ(compared(BinaryAlgorithm::equal, wide, one_interval(4, 5)), "{0}");
    EXPECT_EQ(compared(BinaryAlgorithm::greater, wide, one_interval(3, 3)), "{0}");
    EXPECT_EQ(compared(BinaryAlgorithm::greater_equal, wide, one_interval(3, 3)), "{0, 1}");
    EXPECT_EQ(compared(BinaryAlgorithm::less_equal, wide, one_interval(3, 3)), "{1}");
    EXPECT_EQ(compared(BinaryAlgorithm::less, wide, one_interval(1, 1)), "{0}");
}

TEST(Comparison, SeesIntegersAsTheFloatsThatTheyBecome) {
    // 2^24 + 1 is a tie between the floats 2^24 and 2^24 + 2, and goes to 2^24.
    AllowedTensor big(DataType::s32, {1});
    big.set_point(0, 16777217);
    EXPECT_EQ(compared(BinaryAlgorithm::equal, big, one_interval(16777216, 16777216)), "{1}");
}

TEST(Comparison, ASubnormalMayBeReadAsZeroUnderF7) {
    const AllowedTensor tiny = one_interval(0x1p-140, 0x1p-140);
    const AllowedTensor zero = one_interval(0, 0);
    EXPECT_EQ(compared(BinaryAlgorithm::greater, tiny, zero), "{1}");
    EXPECT_EQ(compared(BinaryAlgorithm::greater, tiny, zero, granting({Freedom::flush_subnormals})), "{0, 1}");
}

TEST(Comparison, OfATensorWithItselfIsDecided) {
    testing::Chain chain(DataType::f32, {91});
    chain.then(graph::Quantize{}, {chain.scalar(14)}, DataType::s8);  // {6, 7} under F3
    graph::CaseBuilder builder("itself");
    const auto x = builder.input("x", TensorData(DataType::f32, {1}, {91}));
    const auto q = builder.node("q", graph::Quantize{}, {x, builder.scalar("s", 14)}, DataType::s8);
    const auto y = builder.node("y", graph::Binary{BinaryAlgorithm::equal}, {q, q}, DataType::f32);
    const graph::Case value = builder.build({y});
    const Evaluation evaluation = evaluate(value, granting({Freedom::reciprocal_division}));
    EXPECT_EQ(evaluation.of(value.graph.outputs[0]).at(0).to_string(), "{1}");
    EXPECT_EQ(evaluation.metrics.branch_ambiguous, 0);
}

TEST(Select, OfSetsIsTheEnumerationOfTheirValues) {
    std::mt19937 engine(2);
    for (const DataType output : {DataType::s8, DataType::f32}) {
        ProofCount proof("select of sets", "strict");
        const AllowedTensor condition = random_integer_sets(engine, DataType::u8, kElements, 0, 3);
        const AllowedTensor a = random_integer_sets(engine, DataType::s8, kElements, -5, 5);
        const AllowedTensor b = random_integer_sets(engine, DataType::s8, kElements, -5, 5);
        SetEvaluation evaluation(graph::Select{}, {condition, a, b}, output);
        const AllowedTensor sets = evaluation.run(evaluate_select);
        std::int64_t ambiguous = 0;
        for (std::int64_t i = 0; i < kElements; ++i) {
            std::set<double> expected;
            std::set<bool> branches;
            for (const double c : members_of(condition.at(i))) {
                const std::vector<double> branch = members_of(c != 0 ? a.at(i) : b.at(i));
                expected.insert(branch.begin(), branch.end());
                branches.insert(c != 0);
            }
            ambiguous += branches.size() == 2 ? 1 : 0;
            if (proof.failed(values_of(sets.at(i)) == expected)) {
                ADD_FAILURE() << condition.at(i).to_string() << " " << a.at(i).to_string() << " " << b.at(i).to_string()
                              << ": " << sets.at(i).to_string();
            }
        }
        EXPECT_EQ(evaluation.metrics().branch_ambiguous, ambiguous);
        EXPECT_GT(ambiguous, 0);
    }
}

TEST(Select, RoundsToTheTypeOfTheResult) {
    graph::CaseBuilder builder("select");
    const auto c = builder.input("c", TensorData(DataType::f32, {2, 1}, {-0.0, -3}));
    const auto a = builder.input("a", TensorData(DataType::s32, {1, 2}, {16777217, -1}));
    const auto b = builder.input("b", TensorData(DataType::f32, {}, {0.1F}));
    const auto y = builder.node("y", graph::Select{}, {c, a, b}, DataType::f32);
    const auto z = builder.node("z", graph::Select{}, {c, a, b}, DataType::bf16);
    const graph::Case value = builder.build({y, z});
    const Evaluation evaluation = evaluate(value, {});
    // bf16 keeps 8 bits: 0.1 = 0.00011001100 11... in binary -> 1.1001101b * 2^-4 = 205/2048.
    EXPECT_THAT(evaluation.of(value.graph.outputs[0]).points(), ::testing::ElementsAre(0.1F, 0.1F, 16777216, -1));
    EXPECT_THAT(evaluation.of(value.graph.outputs[1]).points(),
                ::testing::ElementsAre(205.0 / 2048, 205.0 / 2048, 16777216, -1));
}

TEST(Select, AnOpenBranchMattersOnlyWhereItMayBeTaken) {
    AllowedTensor open(DataType::f32, {2});
    open.set(0, {{}, false, true});
    open.set(1, {{}, false, true});
    AllowedTensor condition(DataType::u8, {2});
    condition.set_point(0, 1);
    SetEvaluation evaluation(graph::Select{}, {condition, open, one_interval(5, 5)}, DataType::f32);
    const AllowedTensor sets = evaluation.run(evaluate_select);
    EXPECT_TRUE(sets.at(0).unconstrained);
    EXPECT_EQ(sets.at(1).to_string(), "{5}");
}

TEST(Prelu, IsCorrectlyRounded) {
    std::mt19937 engine(3);
    ProofCount proof("prelu", "strict");
    std::vector<double> x(static_cast<std::size_t>(kElements));
    std::vector<double> slope(x.size());
    for (std::size_t i = 0; i < x.size(); ++i) {
        x[i] = static_cast<float>(static_cast<std::int32_t>(engine())) * 0x1p-20F;
        slope[i] = static_cast<float>(static_cast<std::int32_t>(engine())) * 0x1p-31F;
    }
    testing::Chain chain(DataType::f32, x);
    chain.then(graph::Prelu{}, {chain.vector(DataType::f32, slope)});
    const AllowedTensor sets = chain.sets();
    ASSERT_TRUE(sets.all_points());
    for (std::size_t i = 0; i < x.size(); ++i) {
        const double expected = x[i] > 0 ? x[i] : round_to_float(Rational(x[i]) * Rational(slope[i]));
        if (proof.failed(sets.points()[i] == expected)) {
            ADD_FAILURE() << x[i] << " " << slope[i] << ": " << sets.points()[i];
        }
    }
}

TEST(Prelu, OfSetsIsTheEnumerationOfTheirValues) {
    std::mt19937 engine(4);
    ProofCount proof("prelu of sets", "strict");
    const AllowedTensor x = random_integer_sets(engine, DataType::s8, kElements, -5, 5);
    const AllowedTensor slope = random_integer_sets(engine, DataType::s8, kElements, -5, 5);
    const AllowedTensor sets = SetEvaluation(graph::Prelu{}, {x, slope}, DataType::f32).run(evaluate_prelu);
    for (std::int64_t i = 0; i < kElements; ++i) {
        std::set<double> expected;
        for (const double a : members_of(x.at(i))) {
            for (const double s : members_of(slope.at(i))) {
                expected.insert(a > 0 ? a : a * s + 0.0);
            }
        }
        std::set<double> got;
        for (const Interval& part : sets.at(i).intervals) {
            EXPECT_EQ(part.lo, part.hi);
            got.insert(part.lo);
        }
        if (proof.failed(got == expected)) {
            ADD_FAILURE() << x.at(i).to_string() << " " << slope.at(i).to_string() << ": " << sets.at(i).to_string();
        }
    }
}

TEST(Prelu, AnIntervalAroundZeroReachesItsTurningPoint) {
    // slope -2: [-1, 3] -> [-1, 0] becomes [0, 2], [0, 3] stays.
    SetEvaluation evaluation(graph::Prelu{}, {one_interval(-1, 3), one_interval(-2, -2)}, DataType::f32);
    const AllowedSet set = evaluation.run(evaluate_prelu).at(0);
    EXPECT_EQ(set.intervals, (std::vector<Interval>{{0, 3}}));
}

}  // namespace
}  // namespace difftest::oracle
