// Reductions against their definition: an element of the data belongs to the result at the same coordinates, with 0
// along the axes.
#include "reference/oracle/testing/proof.hpp"
#include "reference/oracle/testing/single_op.hpp"
#include "reference/oracle/testing/sum_orders.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <map>

namespace difftest::oracle {
namespace {

using contract::Freedom;
using graph::CaseBuilder;
using graph::DataType;
using graph::ReductionAlgorithm;
using graph::Shape;
using graph::TensorData;
using testing::Draw;
using testing::elements_to_check;
using testing::granting;
using testing::nearest_even;
using testing::Rational;
using testing::round_to_float;

graph::Reduction random_reduction(Draw& draw, const Shape& data) {
    graph::Reduction op;
    op.algorithm = static_cast<ReductionAlgorithm>(draw(0, 3));
    for (std::size_t d = 0; d < data.size(); ++d) {
        if (draw(0, 1) == 0) {
            op.axes.push_back(static_cast<std::int64_t>(d));
        }
    }
    if (op.axes.empty()) {
        op.axes.push_back(draw(0, static_cast<std::int64_t>(data.size()) - 1));
    }
    return op;
}

/// The values of the data by the coordinates of the result that they belong to.
std::map<std::vector<std::int64_t>, std::vector<float>> grouped(const TensorData& data,
                                                                const std::vector<std::int64_t>& axes) {
    std::map<std::vector<std::int64_t>, std::vector<float>> groups;
    for (std::int64_t i = 0; i < data.size(); ++i) {
        std::vector<std::int64_t> at = graph::coordinates_of(i, data.shape());
        for (const std::int64_t axis : axes) {
            at[static_cast<std::size_t>(axis)] = 0;
        }
        groups[at].push_back(static_cast<float>(data.at(i)));
    }
    return groups;
}

AllowedTensor reduced(const graph::Reduction& op, const TensorData& data, DataType type,
                      const contract::Contract& contract = {}) {
    CaseBuilder builder("reduction");
    const graph::Case value = builder.build({builder.node("reduced", op, {builder.input("x", data)}, type)});
    return evaluate(value, contract).of(value.graph.outputs[0]);
}

TEST(Reduction, OfIntegersEqualsItsDefinition) {
    Draw draw(1);
    std::size_t elements = 0;
    while (elements < elements_to_check(3000)) {
        TensorData data(DataType::s8, draw.shape(1, 5, 5));
        for (std::int64_t i = 0; i < data.size(); ++i) {
            data.set(i, static_cast<double>(draw(-128, 127)));
        }
        const graph::Reduction op = random_reduction(draw, data.shape());
        const bool mean = op.algorithm == ReductionAlgorithm::mean;
        const DataType type = op.algorithm == ReductionAlgorithm::sum ? DataType::s32
                              : mean && draw(0, 1) == 0               ? DataType::f32
                                                                      : DataType::s8;
        const AllowedTensor result = reduced(op, data, type);
        ASSERT_TRUE(result.all_points());
        const auto groups = grouped(data, op.axes);
        ASSERT_EQ(static_cast<std::size_t>(result.size()), groups.size());
        for (std::int64_t i = 0; i < result.size(); ++i) {
            const std::vector<float>& group = groups.at(graph::coordinates_of(i, result.shape()));
            Rational sum = 0;
            for (const float each : group) {
                sum += Rational(each);
            }
            const float quotient = round_to_float(sum / Rational(static_cast<long>(group.size())));
            const double expected =
                op.algorithm == ReductionAlgorithm::sum       ? sum.get_d()
                : op.algorithm == ReductionAlgorithm::maximum ? *std::max_element(group.begin(), group.end())
                : op.algorithm == ReductionAlgorithm::minimum ? *std::min_element(group.begin(), group.end())
                : type == DataType::f32                       ? quotient
                                                              : nearest_even(Rational(quotient)).get_d();
            ASSERT_EQ(result.point(i), expected);
        }
        elements += static_cast<std::size_t>(result.size());
    }
    testing::ProofCount("reduction of integers, definition", "strict").add(elements);
}

TEST(Reduction, OfFloatsHoldsEveryOrderOfSummation) {
    Draw draw(2);
    std::size_t elements = 0;
    while (elements < elements_to_check(3000)) {
        TensorData data(DataType::f32, draw.shape(1, 4, 5));
        for (std::int64_t i = 0; i < data.size(); ++i) {
            data.set(i, draw.real(-3, 6));
        }
        const graph::Reduction op = random_reduction(draw, data.shape());
        const AllowedTensor result = reduced(op, data, DataType::f32);
        const auto groups = grouped(data, op.axes);
        for (std::int64_t i = 0; i < result.size(); ++i) {
            const std::vector<float>& group = groups.at(graph::coordinates_of(i, result.shape()));
            if (op.algorithm == ReductionAlgorithm::maximum || op.algorithm == ReductionAlgorithm::minimum) {
                ASSERT_TRUE(result.is_point(i));
                ASSERT_EQ(result.point(i), op.algorithm == ReductionAlgorithm::maximum
                                               ? *std::max_element(group.begin(), group.end())
                                               : *std::min_element(group.begin(), group.end()));
                continue;
            }
            const Rational sum(testing::sum_in_random_order(group, draw));
            const Rational count(op.algorithm == ReductionAlgorithm::mean ? static_cast<long>(group.size()) : 1L);
            ASSERT_TRUE(result.contains(i, round_to_float(sum / count)));
        }
        elements += static_cast<std::size_t>(result.size());
    }
    testing::ProofCount("reduction of f32, orders of summation", "any order").add(elements);
}

TEST(Reduction, ExtremesOfSets) {
    // Under F3 91 / 14 is 6 or 7. max(6|7, 5) = 6|7, max(6|7, 7) = 7, min(6|7, 7) = 6|7, min(6|7, 6) = 6.
    for (const auto& [algorithm, expected] :
         {std::pair{ReductionAlgorithm::maximum, std::vector<std::string>{"{6, 7}", "{7}", "{6, 7}"}},
          std::pair{ReductionAlgorithm::minimum, std::vector<std::string>{"{5}", "{6, 7}", "{6}"}}}) {
        CaseBuilder builder("sets");
        const auto x = builder.input("x", TensorData(DataType::f32, {3, 2}, {91, 70, 91, 98, 91, 84}));
        const auto q = builder.node("q", graph::Quantize{}, {x, builder.scalar("s", 14)}, DataType::s8);
        const auto node = builder.node("r", graph::Reduction{algorithm, {1}}, {q}, DataType::s8);
        const graph::Case value = builder.build({node});
        const Evaluation evaluation = evaluate(value, granting({Freedom::reciprocal_division}));
        for (std::int64_t i = 0; i < 3; ++i) {
            EXPECT_EQ(evaluation.of(value.graph.outputs[0]).at(i).to_string(), expected[static_cast<std::size_t>(i)]);
        }
    }
}

TEST(Reduction, SumsBeyondS32AreOutsideTheContract) {
    const graph::Reduction op{ReductionAlgorithm::sum, {1}};
    const TensorData data(DataType::s32, {3, 2}, {2147483647, 1, -2147483648.0, 0, 16777216, 1});
    const AllowedTensor strict = reduced(op, data, DataType::s32);
    EXPECT_TRUE(strict.at(0).unconstrained);
    EXPECT_EQ(strict.at(1).to_string(), "{-2147483648}");
    EXPECT_EQ(strict.at(2).to_string(), "{16777217}");
    // F14: an output may have gone through f32. 2^24 + 1 is a tie between 2^24 and 2^24 + 2, to even.
    EXPECT_EQ(reduced(op, data, DataType::s32, granting({Freedom::rounded_s32_output})).at(2).to_string(),
              "{16777216, 16777217}");
}

TEST(Reduction, HalfSumsAreRoundedOnceMore) {
    // 2048 + 1 = 2049 lies between the f16 numbers 2048 and 2050: a tie, to even.
    const graph::Reduction op{ReductionAlgorithm::sum, {0}};
    EXPECT_EQ(reduced(op, TensorData(DataType::f16, {2}, {2048, 1}), DataType::f16).at(0).to_string(), "{2048}");
}

TEST(Reduction, NanDecidesNothing) {
    const TensorData data(DataType::f32, {2}, {1, std::nan("")});
    EXPECT_TRUE(reduced({ReductionAlgorithm::maximum, {0}}, data, DataType::f32).at(0).unconstrained);
    EXPECT_TRUE(reduced({ReductionAlgorithm::mean, {0}}, data, DataType::f32).at(0).unconstrained);
}

}  // namespace
}  // namespace difftest::oracle
