// Pooling against its definition: every pair of a data position and a window position is asked whether the two meet.
#include "reference/oracle/testing/proof.hpp"
#include "reference/oracle/testing/single_op.hpp"
#include "reference/oracle/testing/sum_orders.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <limits>

namespace difftest::oracle {
namespace {

using contract::Freedom;
using graph::CaseBuilder;
using graph::DataType;
using graph::PoolingAlgorithm;
using graph::Shape;
using graph::TensorData;
using graph::TensorId;
using testing::Draw;
using testing::elements_to_check;
using testing::granting;
using testing::nearest_even;
using testing::Rational;
using testing::round_to_float;

graph::Pooling random_pooling(Draw& draw, Shape& data) {
    graph::Pooling op;
    op.algorithm = static_cast<PoolingAlgorithm>(draw(0, 2));
    data = {draw(1, 2), draw(1, 3)};
    for (std::int64_t dims = draw(1, 3); dims > 0; --dims) {
        op.kernel.push_back(draw(1, 3));
        op.strides.push_back(draw(1, 3));
        op.dilations.push_back(draw(1, 2));
        op.pads_begin.push_back(draw(0, op.kernel.back() - 1));
        op.pads_end.push_back(draw(0, op.kernel.back() - 1));
        data.push_back(draw((op.kernel.back() - 1) * op.dilations.back() + 1, 7));
    }
    return op;
}

/// Every pair of an element and a tap is asked whether it belongs to the window of a result.
class Windows {
public:
    Windows(const graph::Pooling& op, const Shape& data)
        : op_(op), elements_(all_coordinates(data)), taps_(all_coordinates(op.kernel)) {}

    /// The indices of the elements that the window of one result meets.
    std::vector<std::int64_t> met_by(const std::vector<std::int64_t>& at) const {
        std::vector<std::int64_t> met;
        for (std::size_t i = 0; i < elements_.size(); ++i) {
            const Shape& in = elements_[i];
            if (in[0] != at[0] || in[1] != at[1]) {
                continue;
            }
            for (const Shape& tap : taps_) {
                bool meets = true;
                for (std::size_t d = 0; d < tap.size(); ++d) {
                    meets = meets &&
                            in[2 + d] == at[2 + d] * op_.strides[d] - op_.pads_begin[d] + tap[d] * op_.dilations[d];
                }
                if (meets) {
                    met.push_back(static_cast<std::int64_t>(i));
                }
            }
        }
        return met;
    }

private:
    static std::vector<Shape> all_coordinates(const Shape& shape) {
        std::vector<Shape> result;
        for (std::int64_t i = 0; i < *graph::element_count(shape); ++i) {
            result.push_back(graph::coordinates_of(i, shape));
        }
        return result;
    }

    const graph::Pooling& op_;
    std::vector<Shape> elements_;
    std::vector<Shape> taps_;
};

std::int64_t divisor(const graph::Pooling& op, std::size_t met) {
    return op.algorithm == PoolingAlgorithm::average_include_padding ? *graph::element_count(op.kernel)
                                                                     : static_cast<std::int64_t>(met);
}

double average(double sum, std::int64_t count, bool reciprocal, bool to_integer) {
    const Rational dividend(round_to_float(Rational(sum)));
    const Rational divisor(static_cast<long>(count));
    const float quotient = reciprocal ? round_to_float(dividend * Rational(round_to_float(1 / divisor)))
                                      : round_to_float(dividend / divisor);
    return to_integer ? nearest_even(Rational(quotient)).get_d() : quotient;
}

std::set<double> values_of(const AllowedSet& set) {
    std::set<double> values;
    for (const Interval& part : set.intervals) {
        for (double value = part.lo; value <= part.hi; ++value) {
            values.insert(value);
        }
    }
    return values;
}

/// All results of a window whose elements may each be one of some integers.
std::set<double> results_of(const graph::Pooling& op, const AllowedTensor& data, const std::vector<std::int64_t>& met,
                            bool to_integer) {
    if (op.algorithm == PoolingAlgorithm::maximum) {
        std::set<double> largest{-std::numeric_limits<double>::infinity()};
        for (const std::int64_t index : met) {
            std::set<double> next;
            for (const double before : largest) {
                for (const double value : values_of(data.at(index))) {
                    next.insert(std::max(before, value));
                }
            }
            largest = next;
        }
        return largest;
    }
    std::set<double> sums{0};
    for (const std::int64_t index : met) {
        std::set<double> next;
        for (const double before : sums) {
            for (const double value : values_of(data.at(index))) {
                next.insert(before + value);
            }
        }
        sums = next;
    }
    std::set<double> averages;
    for (const double sum : sums) {
        averages.insert(average(sum, divisor(op, met.size()), false, to_integer));
        averages.insert(average(sum, divisor(op, met.size()), true, to_integer));
    }
    return averages;
}

TEST(Pooling, OfIntegersEqualsItsDefinition) {
    Draw draw(1);
    std::size_t elements = 0;
    while (elements < elements_to_check(3000)) {
        Shape shape;
        const graph::Pooling op = random_pooling(draw, shape);
        const DataType type = draw(0, 1) == 0 ? DataType::u8 : DataType::s8;
        // 91 / 14 is 6 or 7 under F3: one element in eight is a set of two.
        TensorData data(DataType::f32, shape);
        for (std::int64_t i = 0; i < data.size(); ++i) {
            const std::int64_t q = type == DataType::u8 ? draw(0, 255) : draw(-128, 127);
            data.set(i, draw(0, 7) == 0 ? 91.0 : 14.0 * static_cast<double>(draw(0, 3) == 0 ? q : q % 10));
        }
        CaseBuilder builder("pooling");
        const TensorId q =
            builder.node("q", graph::Quantize{}, {builder.input("x", data), builder.scalar("s", 14)}, type);
        const bool real = op.algorithm != PoolingAlgorithm::maximum && draw(0, 1) == 0;
        const TensorId pooled = builder.node("pooled", op, {q}, real ? DataType::f32 : type);
        const graph::Case value = builder.build({pooled});
        const Evaluation evaluation = evaluate(value, granting({Freedom::reciprocal_division}));
        const AllowedTensor& result = evaluation.of(value.graph.outputs[0]);
        const AllowedTensor& integers = evaluation.of(value.graph.nodes[0].output);
        const Windows windows(op, shape);
        for (std::int64_t i = 0; i < result.size(); ++i) {
            const auto met = windows.met_by(graph::coordinates_of(i, result.shape()));
            ASSERT_FALSE(met.empty());
            const std::set<double> expected = results_of(op, integers, met, !real);
            if (real) {  // the results between two sums are no integers: every one must be there
                for (const double each : expected) {
                    ASSERT_TRUE(result.contains(i, each));
                }
                ASSERT_EQ(result.at(i).intervals.front().lo, *expected.begin());
                ASSERT_EQ(result.at(i).intervals.back().hi, *expected.rbegin());
            } else {
                ASSERT_EQ(values_of(result.at(i)), expected);
            }
        }
        elements += static_cast<std::size_t>(result.size());
    }
    testing::ProofCount("pooling of integers, definition", "F3").add(elements);
}

TEST(Pooling, OfFloatsHoldsEveryOrderOfSummation) {
    Draw draw(2);
    std::size_t elements = 0;
    while (elements < elements_to_check(3000)) {
        Shape shape;
        const graph::Pooling op = random_pooling(draw, shape);
        TensorData data(DataType::f32, shape);
        for (std::int64_t i = 0; i < data.size(); ++i) {
            data.set(i, draw.real(-3, 6));
        }
        CaseBuilder builder("pooling");
        const TensorId pooled = builder.node("pooled", op, {builder.input("x", data)}, DataType::f32);
        const graph::Case value = builder.build({pooled});
        const Evaluation evaluation = evaluate(value, contract::Contract());
        const AllowedTensor& result = evaluation.of(value.graph.outputs[0]);
        const Windows windows(op, shape);
        for (std::int64_t i = 0; i < result.size(); ++i) {
            std::vector<float> terms;
            for (const std::int64_t index : windows.met_by(graph::coordinates_of(i, result.shape()))) {
                terms.push_back(static_cast<float>(data.at(index)));
            }
            if (op.algorithm == PoolingAlgorithm::maximum) {
                ASSERT_TRUE(result.is_point(i));
                ASSERT_EQ(result.point(i), *std::max_element(terms.begin(), terms.end()));
                continue;
            }
            const std::int64_t count = divisor(op, terms.size());
            if (terms.size() <= 4) {
                std::set<double> expected;
                for (const float sum : testing::sums_of_every_order(terms)) {
                    expected.insert(average(sum, count, false, false));
                }
                std::set<double> found;
                for (const Interval& part : result.at(i).intervals) {
                    ASSERT_EQ(part.lo, part.hi);
                    found.insert(part.lo);
                }
                ASSERT_EQ(found, expected);
            } else {
                const float sum = testing::sum_in_random_order(terms, draw);
                ASSERT_TRUE(result.contains(i, average(sum, count, false, false)));
            }
        }
        elements += static_cast<std::size_t>(result.size());
    }
    testing::ProofCount("pooling of f32, orders of summation", "any order").add(elements);
}

AllowedTensor pooled(const graph::Pooling& op, const TensorData& data, DataType type,
                     const contract::Contract& contract = {}) {
    CaseBuilder builder("pooling");
    const graph::Case value = builder.build({builder.node("pooled", op, {builder.input("x", data)}, type)});
    return evaluate(value, contract).of(value.graph.outputs[0]);
}

TEST(Pooling, DividesByTheKernelOrByTheData) {
    // Windows of 3 over 10 20 40 with one element of padding on each side: 30, 70, 60.
    const TensorData data(DataType::u8, {1, 1, 3}, {10, 20, 40});
    const auto op = [](PoolingAlgorithm algorithm) { return graph::Pooling{algorithm, {3}, {1}, {1}, {1}, {1}}; };
    EXPECT_EQ(pooled(op(PoolingAlgorithm::average_include_padding), data, DataType::u8).points(),
              (std::vector<double>{10, 23, 20}));
    EXPECT_EQ(pooled(op(PoolingAlgorithm::average_exclude_padding), data, DataType::u8).points(),
              (std::vector<double>{15, 23, 30}));
    EXPECT_EQ(pooled(op(PoolingAlgorithm::maximum), data, DataType::u8).points(), (std::vector<double>{20, 40, 40}));
}

TEST(Pooling, PaddingIsNeverTheMaximum) {
    const graph::Pooling op{PoolingAlgorithm::maximum, {2}, {1}, {1}, {1}, {1}};
    const TensorData data(DataType::s8, {1, 1, 2}, {-7, -5});
    EXPECT_EQ(pooled(op, data, DataType::s8).points(), (std::vector<double>{-7, -5, -5}));
}

TEST(Pooling, TiesRoundToEvenUnlessF11) {
    // (2 + 3) / 2 = 2.5, (3 + 4) / 2 = 3.5, (-2 - 3) / 2 = -2.5.
    const graph::Pooling op{PoolingAlgorithm::average_include_padding, {2}, {2}, {1}, {0}, {0}};
    const TensorData data(DataType::s8, {1, 1, 6}, {2, 3, 3, 4, -2, -3});
    EXPECT_EQ(pooled(op, data, DataType::s8).points(), (std::vector<double>{2, 4, -2}));
    const AllowedTensor free = pooled(op, data, DataType::s8, granting({Freedom::rounding_and_zero_point_site}));
    EXPECT_EQ(free.at(0).to_string(), "{2, 3}");
    EXPECT_EQ(free.at(1).to_string(), "{4}");
    EXPECT_EQ(free.at(2).to_string(), "{-3, -2}");
}

TEST(Pooling, AnS32SumThatOverflowsIsOutsideTheContract) {
    const graph::Pooling op{PoolingAlgorithm::average_include_padding, {2}, {2}, {1}, {0}, {0}};
    const TensorData data(DataType::s32, {1, 1, 4}, {2147483647, 1, 2147483647, -2147483647});
    const AllowedTensor sets = pooled(op, data, DataType::s32);
    EXPECT_TRUE(sets.at(0).unconstrained);
    EXPECT_EQ(sets.at(1).to_string(), "{0}");
}

}  // namespace
}  // namespace difftest::oracle
