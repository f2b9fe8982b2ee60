// Resampling: the elements and weights from exact rational coordinates, the sums in random orders of exact arithmetic.
#include "reference/oracle/testing/proof.hpp"
#include "reference/oracle/testing/single_op.hpp"
#include "reference/oracle/testing/sum_orders.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

namespace difftest::oracle {
namespace {

using contract::Freedom;
using graph::CaseBuilder;
using graph::DataType;
using graph::ResamplingAlgorithm;
using graph::Shape;
using graph::TensorData;
using testing::Draw;
using testing::elements_to_check;
using testing::granting;
using testing::nearest_away;
using testing::nearest_even;
using testing::Rational;
using testing::round_to_float;

AllowedTensor resampled(ResamplingAlgorithm algorithm, std::vector<std::int64_t> sizes, const TensorData& data,
                        DataType type, const contract::Contract& contract = {}) {
    CaseBuilder builder("resampling");
    const graph::Resampling op{algorithm, std::move(sizes)};
    const graph::Case value = builder.build({builder.node("resampled", op, {builder.input("x", data)}, type)});
    return evaluate(value, contract).of(value.graph.outputs[0]);
}

/// (p + 1/2) * I / O - 1/2
Rational coordinate(std::int64_t position, std::int64_t from, std::int64_t to) {
    return (Rational(static_cast<long>(position)) + Rational(1, 2)) * Rational(static_cast<long>(from)) /
               Rational(static_cast<long>(to)) -
           Rational(1, 2);
}

TEST(Resampling, NearestTakesTheElementOfTheExactCoordinate) {
    std::size_t elements = 0;
    for (std::int64_t from = 1; from <= 40; ++from) {
        TensorData data(DataType::s32, {1, 1, from});
        for (std::int64_t i = 0; i < from; ++i) {
            data.set(i, static_cast<double>(i));
        }
        for (std::int64_t to = 1; to <= 40; ++to) {
            const AllowedTensor result = resampled(ResamplingAlgorithm::nearest, {to}, data, DataType::s32);
            ASSERT_TRUE(result.all_points());
            for (std::int64_t p = 0; p < to; ++p) {
                ASSERT_EQ(result.point(p), nearest_away(coordinate(p, from, to)).get_d()) << from << " " << to;
                ++elements;
            }
        }
    }
    EXPECT_EQ(elements, 40U * 820U);
}

TEST(Resampling, NearestTakesEachDimensionByItself) {
    // 2x2 to 3x4. Rows: (p + 1/2) * 2/3 - 1/2 = -1/6, 1/2, 7/6: 0, 1 (half away from zero), 1. Columns: 0, 0, 1, 1.
    const TensorData data(DataType::u8, {1, 1, 2, 2}, {1, 2, 3, 4});
    EXPECT_EQ(resampled(ResamplingAlgorithm::nearest, {3, 4}, data, DataType::u8).points(),
              (std::vector<double>{1, 1, 2, 2, 3, 3, 4, 4, 3, 3, 4, 4}));
}

TEST(Resampling, LinearEqualsThePublishedExample) {
    // ONNX operator Resize, example resize_upsample_scales_linear: half-pixel centres, scales 2 and 2.
    const TensorData data(DataType::f32, {1, 1, 2, 2}, {1, 2, 3, 4});
    const AllowedTensor result = resampled(ResamplingAlgorithm::linear, {4, 4}, data, DataType::f32);
    EXPECT_TRUE(result.all_points());
    EXPECT_EQ(result.points(),
              (std::vector<double>{1, 1.25, 1.75, 2, 1.5, 1.75, 2.25, 2.5, 2.5, 2.75, 3.25, 3.5, 3, 3.25, 3.75, 4}));
}

TEST(Resampling, LinearIntegersRoundToEvenUnlessF11) {
    // Doubled size: weights 3/4 and 1/4. 0 2 4: 0, 0.5, 1.5, 2.5, 3.5, 4.
    const TensorData data(DataType::u8, {1, 1, 3}, {0, 2, 4});
    EXPECT_EQ(resampled(ResamplingAlgorithm::linear, {6}, data, DataType::u8).points(),
              (std::vector<double>{0, 0, 2, 2, 4, 4}));
    const AllowedTensor free = resampled(ResamplingAlgorithm::linear, {6}, data, DataType::u8,
                                         granting({Freedom::rounding_and_zero_point_site}));
    EXPECT_EQ(free.at(1).to_string(), "{0, 1}");
    EXPECT_EQ(free.at(3).to_string(), "{2, 3}");
}

TEST(Resampling, LinearBeforeTheFirstElementRoundsEitherWeight) {
    // 63 alone to 60 elements, position 1: s = 1.5 / 60 - 0.5 = -0.475. From the formula w = s + 1 = 0.525 and 1 - w =
    // 0.475 add up to 1 in f32, and the result is 63 (what oneDNN's reference gives). With w = 0.475 as a float,
    // 0.4749999940395355, the number 1 - w lies in the middle of two floats, and the even one is 0.5249999761581421:
    // the products 29.92499924 and 33.07499695 give 62.999996185.
    const TensorData data(DataType::u8, {1, 1, 1}, {63});
    EXPECT_EQ(resampled(ResamplingAlgorithm::linear, {60}, data, DataType::f32).at(1).to_string(), "{62.999996, 63}");
}

TEST(Resampling, NearestAtATieDependsOnTheEvaluationOfTheCoordinate) {
    // 6 to 37, position 18: 18.5 * 6 / 37 - 0.5 = 2.5, element 3. With the ratio rounded down, rn(6/37) < 6/37, the
    // nearest float of 18.5 * rn(6/37) - 0.5 is 2.5 - 2^-22, element 2: floats below 4 lie 2^-22 apart.
    TensorData data(DataType::u8, {1, 1, 6});
    for (std::int64_t i = 0; i < 6; ++i) {
        data.set(i, static_cast<double>(10 * i));
    }
    const auto at_tie = [&](const contract::Contract& contract) {
        return resampled(ResamplingAlgorithm::nearest, {37}, data, DataType::u8, contract).at(18).to_string();
    };
    EXPECT_EQ(at_tie({}), "{30}");
    EXPECT_EQ(at_tie(granting({Freedom::scale_association, Freedom::fused_multiply_add})), "{20, 30}");
}

/// One dimension of a linear interpolation, from the formula.
struct Line {
    std::int64_t left, right;
    float left_weight, right_weight;
};

float rn(const Rational& x) {
    return round_to_float(x);
}

/// Before the first element both neighbours are that element, and either may have the weight s - floor(s).
Line line(std::int64_t position, std::int64_t from, std::int64_t to, bool exchanged) {
    const Rational x = Rational(static_cast<long>(position)) + Rational(1, 2);
    const Rational size(static_cast<long>(from));
    const Rational s(rn(Rational(rn(Rational(rn(x * size)) / Rational(static_cast<long>(to)))) - Rational(1, 2)));
    const std::int64_t floor = testing::floor_of(s).get_si();
    const Rational weight = floor < 0 && exchanged ? Rational(-s) : Rational(s - Rational(static_cast<long>(floor)));
    const std::int64_t next = weight == 0 ? floor : floor + 1;
    return {std::clamp<std::int64_t>(floor, 0, from - 1), std::clamp<std::int64_t>(next, 0, from - 1),
            rn(1 - Rational(rn(weight))), rn(weight)};
}

float product(float a, float b) {
    return rn(Rational(a) * Rational(b));
}

float add_product(float a, float b, float c, bool fuse) {
    return fuse ? rn(Rational(a) * Rational(b) + Rational(c)) : rn(Rational(product(a, b)) + Rational(c));
}

float between(float a, float b, const Line& at, Draw& draw, bool fuse) {
    return draw(0, 1) == 0 ? add_product(a, at.left_weight, product(b, at.right_weight), fuse)
                           : add_product(b, at.right_weight, product(a, at.left_weight), fuse);
}

/// Dimension by dimension, in a random order of the dimensions.
float nested(std::vector<float> corners, std::vector<Line> lines, Draw& draw, bool fuse) {
    while (!lines.empty()) {
        const auto d = static_cast<std::size_t>(draw(0, static_cast<std::int64_t>(lines.size()) - 1));
        const std::size_t bit = std::size_t{1} << d;
        std::vector<float> fewer;
        for (std::size_t i = 0; i < corners.size(); ++i) {
            if ((i & bit) == 0) {
                fewer.push_back(between(corners[i], corners[i | bit], lines[d], draw, fuse));
            }
        }
        corners = std::move(fewer);
        lines.erase(lines.begin() + static_cast<std::ptrdiff_t>(d));
    }
    return corners.front();
}

/// Corner by corner: the products in a random association, added in a random order.
float flat(const std::vector<float>& corners, const std::vector<Line>& lines, Draw& draw) {
    std::vector<float> terms;
    for (std::size_t i = 0; i < corners.size(); ++i) {
        std::vector<float> factors{corners[i]};
        for (std::size_t d = 0; d < lines.size(); ++d) {
            factors.push_back(((i >> d) & 1U) != 0 ? lines[d].right_weight : lines[d].left_weight);
        }
        while (factors.size() > 1) {
            const auto last = static_cast<std::int64_t>(factors.size()) - 1;
            std::swap(factors[static_cast<std::size_t>(draw(0, last))], factors.back());
            const float factor = factors.back();
            factors.pop_back();
            float& other = factors[static_cast<std::size_t>(draw(0, last - 1))];
            other = product(other, factor);
        }
        terms.push_back(factors.front());
    }
    return testing::sum_in_random_order(terms, draw);
}

struct Element {
    std::vector<float> corners;  ///< bit d of the index: the right neighbour in dimension d
    std::vector<Line> lines;
};

Element element_of(const TensorData& data, const Shape& result, std::int64_t index, bool exchanged) {
    const std::vector<std::int64_t> at = graph::coordinates_of(index, result);
    const std::vector<std::int64_t> strides = graph::row_major_strides(data.shape());
    Element element;
    for (std::size_t d = 2; d < at.size(); ++d) {
        element.lines.push_back(line(at[d], data.shape()[d], result[d], exchanged));
    }
    for (std::size_t corner = 0; corner < (std::size_t{1} << element.lines.size()); ++corner) {
        std::int64_t from = at[0] * strides[0] + at[1] * strides[1];
        for (std::size_t d = 0; d < element.lines.size(); ++d) {
            const Line& line = element.lines[d];
            from += (((corner >> d) & 1U) != 0 ? line.right : line.left) * strides[2 + d];
        }
        element.corners.push_back(static_cast<float>(data.at(from)));
    }
    return element;
}

TEST(Resampling, LinearHoldsEveryOrder) {
    Draw draw(1);
    std::size_t elements = 0;
    while (elements < elements_to_check(3000)) {
        Shape shape{draw(1, 2), draw(1, 2)};
        std::vector<std::int64_t> sizes;
        for (std::int64_t dims = draw(1, 3); dims > 0; --dims) {
            shape.push_back(draw(1, 5));
            sizes.push_back(draw(1, 7));
        }
        TensorData data(DataType::f32, shape);
        for (std::int64_t i = 0; i < data.size(); ++i) {
            data.set(i, draw.real(-3, 6));
        }
        const bool fuse = draw(0, 1) == 0;
        const AllowedTensor result = resampled(ResamplingAlgorithm::linear, sizes, data, DataType::f32,
                                               fuse ? granting({Freedom::fused_multiply_add}) : contract::Contract());
        for (std::int64_t i = 0; i < result.size(); ++i) {
            const Element element = element_of(data, result.shape(), i, draw(0, 1) == 0);
            ASSERT_TRUE(result.contains(i, nested(element.corners, element.lines, draw, fuse)));
            ASSERT_TRUE(result.contains(i, flat(element.corners, element.lines, draw)));
        }
        elements += static_cast<std::size_t>(result.size());
    }
    testing::ProofCount("linear resampling, orders of evaluation", "any order, F2").add(elements);
}

TEST(Resampling, InOneDimensionTheSetIsExactlyTheGrantedForms) {
    Draw draw(2);
    std::size_t elements = 0;
    while (elements < elements_to_check(3000)) {
        TensorData data(DataType::f32, {1, 2, draw(1, 9)});
        for (std::int64_t i = 0; i < data.size(); ++i) {
            data.set(i, draw.real(-3, 6));
        }
        const AllowedTensor result = resampled(ResamplingAlgorithm::linear, {draw(1, 13)}, data, DataType::f32,
                                               granting({Freedom::fused_multiply_add}));
        for (std::int64_t i = 0; i < result.size(); ++i) {
            std::set<double> expected;
            for (const bool exchanged : {false, true}) {
                const Element element = element_of(data, result.shape(), i, exchanged);
                const float a = element.corners[0];
                const float b = element.corners[1];
                const Line& at = element.lines[0];
                expected.insert(add_product(a, at.left_weight, product(b, at.right_weight), false));
                expected.insert(add_product(a, at.left_weight, product(b, at.right_weight), true));
                expected.insert(add_product(b, at.right_weight, product(a, at.left_weight), true));
            }
            std::set<double> found;
            for (const Interval& part : result.at(i).intervals) {
                ASSERT_EQ(part.lo, part.hi);
                found.insert(part.lo);
            }
            ASSERT_EQ(found, expected);
        }
        elements += static_cast<std::size_t>(result.size());
    }
    testing::ProofCount("linear resampling in one dimension, granted forms", "F2").add(elements);
}

TEST(Resampling, SetsOfTheDataTravel) {
    // Under F3 91 / 14 is 6 or 7. Nearest keeps the set; linear with weights 3/4 and 1/4: 6 or 7 against 10 gives
    // 7 or 7.75, and 9 or 9.25, rounded to 7 or 8, and 9.
    CaseBuilder builder("sets");
    const auto x = builder.input("x", TensorData(DataType::f32, {1, 1, 2}, {91, 140}));
    const auto q = builder.node("q", graph::Quantize{}, {x, builder.scalar("s", 14)}, DataType::s8);
    const auto nearest = builder.node("n", graph::Resampling{ResamplingAlgorithm::nearest, {4}}, {q}, DataType::s8);
    const auto linear = builder.node("l", graph::Resampling{ResamplingAlgorithm::linear, {4}}, {q}, DataType::s8);
    const graph::Case value = builder.build({nearest, linear});
    const Evaluation evaluation = evaluate(value, granting({Freedom::reciprocal_division}));
    const AllowedTensor& copied = evaluation.of(value.graph.outputs[0]);
    const AllowedTensor& mixed = evaluation.of(value.graph.outputs[1]);
    EXPECT_EQ(copied.at(1).to_string(), "{6, 7}");
    EXPECT_EQ(copied.at(2).to_string(), "{10}");
    for (const double possible : {7.0, 8.0}) {
        EXPECT_TRUE(mixed.contains(1, possible));
    }
    EXPECT_FALSE(mixed.contains(1, 9));
    EXPECT_EQ(mixed.at(2).to_string(), "{9}");
}

TEST(Resampling, OpenclQuotientsMayMoveTheCoordinate) {
    // 10 to 3, position 1 lies at a tie, so that 2.5 ulp decide between elements 4 and 5; position 0 does not.
    const contract::Contract opencl = granting({Freedom::opencl_ulp});
    TensorData data(DataType::f32, {1, 1, 10});
    for (std::int64_t i = 0; i < 10; ++i) {
        data.set(i, static_cast<double>(100 * i));
    }
    const AllowedTensor nearest = resampled(ResamplingAlgorithm::nearest, {3}, data, DataType::f32, opencl);
    EXPECT_EQ(nearest.at(0).to_string(), "{100}");  // 0.5 * 10 / 3 - 0.5 = 1.17
    EXPECT_EQ(nearest.at(1).to_string(), "{400, 500}");
    const AllowedTensor linear = resampled(ResamplingAlgorithm::linear, {3}, data, DataType::f32, opencl);
    // The coordinate is 4.5 +- 2.5 * 2^-21 at most: 450 +- 100 * 2.5 * 2^-21, and the roundings of the sum.
    EXPECT_TRUE(linear.contains(1, 450));
    EXPECT_LT(linear.at(1).intervals.back().hi, 450.001);
    EXPECT_GT(linear.at(1).intervals.front().lo, 449.999);
    EXPECT_GT(linear.at(1).intervals.back().hi, linear.at(1).intervals.front().lo);
}

}  // namespace
}  // namespace difftest::oracle
