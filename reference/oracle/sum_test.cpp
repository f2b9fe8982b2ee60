// The sum post-op against exact rational arithmetic: without freedoms one chain of correctly rounded steps, with F2
// exactly the granted contractions.
#include "reference/oracle/testing/exact.hpp"
#include "reference/oracle/testing/proof.hpp"
#include "reference/oracle/testing/set_evaluation.hpp"
#include "reference/oracle/testing/single_op.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <random>
#include <set>

namespace difftest::oracle {
namespace {

using contract::Freedom;
using graph::DataType;
using graph::Reinterpretation;
using graph::Sum;
using graph::TensorData;
using testing::granting;
using testing::ProofCount;
using testing::Rational;
using testing::round_to_float;

const auto kElements = static_cast<std::int64_t>(testing::proof_size("DIFFTEST_PROOF_ELEMENTS", 3000));

Rational rn(const Rational& value) {
    return Rational(round_to_float(value));
}

std::set<double> values_of(const AllowedSet& set) {
    std::set<double> values;
    for (const Interval& part : set.intervals) {
        EXPECT_EQ(part.lo, part.hi);
        values.insert(part.lo);
    }
    return values;
}

std::vector<double> random_floats(std::mt19937& engine, int exponent) {
    std::vector<double> values(static_cast<std::size_t>(kElements));
    for (double& value : values) {
        value = std::ldexp(static_cast<float>(static_cast<std::int32_t>(engine())), exponent - 31);
    }
    return values;
}

TensorData vector_of(DataType type, const std::vector<double>& values) {
    return TensorData(type, {static_cast<std::int64_t>(values.size())}, values);
}

TEST(Sum, EqualsItsDefinitionWithAndWithoutContraction) {
    std::mt19937 engine(1);
    for (const Sum op : {Sum{0.3F, 0, Reinterpretation::none}, Sum{-1.7F, 113, Reinterpretation::none},
                         Sum{1, 16777217, Reinterpretation::none}}) {
        ProofCount strict_proof("sum", "strict");
        ProofCount fused_proof("sum", "F2");
        const std::vector<double> data = random_floats(engine, 8);
        const std::vector<double> factor = random_floats(engine, 2);
        std::vector<double> previous(data.size());
        for (double& value : previous) {
            value = static_cast<std::int32_t>(engine()) >> (engine() % 25);
        }
        graph::CaseBuilder builder("sum");
        const auto product = builder.node("product", graph::Binary{graph::BinaryAlgorithm::multiply},
                                          {builder.input("data", vector_of(DataType::f32, data)),
                                           builder.constant("factor", vector_of(DataType::f32, factor))},
                                          DataType::f32);
        const auto y = builder.node("y", op, {product, builder.input("previous", vector_of(DataType::s32, previous))},
                                    DataType::f32);
        const graph::Case value = builder.build({y});
        const AllowedTensor strict = evaluate(value, {}).of(value.graph.outputs[0]);
        const AllowedTensor fused = evaluate(value, granting({Freedom::fused_multiply_add})).of(value.graph.outputs[0]);
        const Rational scale(op.scale);
        const Rational zero_point = rn(Rational(static_cast<double>(op.zero_point)));
        for (std::int64_t i = 0; i < kElements; ++i) {
            const auto at = static_cast<std::size_t>(i);
            const Rational exact_product = Rational(data[at]) * Rational(factor[at]);
            const Rational old = rn(rn(Rational(previous[at])) - zero_point);
            const double separate = round_to_float(rn(exact_product) + rn(scale * old));
            const std::set<double> expected{separate, round_to_float(rn(exact_product) + scale * old),
                                            round_to_float(exact_product + rn(scale * old))};
            if (strict_proof.failed(values_of(strict.at(i)) == std::set<double>{separate})) {
                ADD_FAILURE() << data[at] << " " << factor[at] << " " << previous[at];
            }
            if (fused_proof.failed(values_of(fused.at(i)) == expected)) {
                ADD_FAILURE() << data[at] << " " << factor[at] << " " << previous[at];
            }
        }
    }
}

TEST(Sum, ReadsTheBytesOfTheOtherType) {
    // The byte 0xC8 is 200 in u8 and -56 in s8; 0x7F is 127 in both.
    graph::CaseBuilder builder("bytes");
    const auto data = builder.input("data", vector_of(DataType::f32, {1000, 1000}));
    const auto as_u8 = builder.input("u8", vector_of(DataType::u8, {200, 127}));
    const auto as_s8 = builder.input("s8", vector_of(DataType::s8, {-56, 127}));
    const auto a = builder.node("a", Sum{1, 0, Reinterpretation::s8}, {data, as_u8}, DataType::f32);
    const auto b = builder.node("b", Sum{1, 0, Reinterpretation::u8}, {data, as_s8}, DataType::f32);
    const auto c = builder.node("c", Sum{2, 27, Reinterpretation::none}, {data, as_s8}, DataType::f32);
    const graph::Case value = builder.build({a, b, c});
    const Evaluation evaluation = evaluate(value, {});
    EXPECT_EQ(evaluation.of(value.graph.outputs[0]).points(), (std::vector<double>{944, 1127}));
    EXPECT_EQ(evaluation.of(value.graph.outputs[1]).points(), (std::vector<double>{1200, 1127}));
    EXPECT_EQ(evaluation.of(value.graph.outputs[2]).points(), (std::vector<double>{834, 1200}));
}

TEST(Sum, OfReinterpretedSetsIsTheEnumerationOfTheirValues) {
    std::mt19937 engine(2);
    ProofCount proof("sum of sets", "strict");
    AllowedTensor data(DataType::f32, {kElements});
    const AllowedTensor previous = testing::random_integer_sets(engine, DataType::s8, kElements, -5, 5);
    testing::SetEvaluation evaluation(Sum{2, 10, Reinterpretation::u8}, {data, previous}, DataType::f32);
    const AllowedTensor sets = evaluation.run(evaluate_sum);
    for (std::int64_t i = 0; i < kElements; ++i) {
        std::set<double> expected;
        for (const double old : testing::members_of(previous.at(i))) {
            expected.insert(2 * ((old < 0 ? old + 256 : old) - 10));
        }
        if (proof.failed(values_of(sets.at(i)) == expected)) {
            ADD_FAILURE() << previous.at(i).to_string() << ": " << sets.at(i).to_string();
        }
    }
}

}  // namespace
}  // namespace difftest::oracle
