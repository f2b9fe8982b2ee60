// As level_coverage_test.cpp: square roots, the hard functions, fixed-point requantization, linear resampling and the
// movement of data.
#include "reference/oracle/testing/level_subjects.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <string>
#include <vector>

namespace difftest::oracle {
namespace {

using graph::CaseBuilder;
using graph::DataType;
using graph::EltwiseAlgorithm;
using graph::FixedPointRounding;
using graph::TensorData;
using testing::Draw;
using testing::draw_values;
using testing::elementwise;
using testing::exact;
using testing::floor_of;
using testing::kBatch;
using testing::LevelSubject;
using testing::power_of_two;
using testing::Problem;
using testing::Rational;
using testing::rn;
using testing::saturated;

const std::vector<DataType>& all_types() {
    static const std::vector<DataType> types{DataType::s8,  DataType::u8,  DataType::s32,
                                             DataType::f32, DataType::f16, DataType::bf16};
    return types;
}

/// The float nearest to the square root: x lies between the squares of the middles to its neighbours. (No middle is a
/// root: its square has more bits than a float.)
double nearest_root(double x) {
    if (x <= 0) {
        return x == 0 ? 0 : std::nan("");
    }
    const auto square_of_middle = [](float a, float b) {
        const Rational middle = (exact(a) + exact(b)) / 2;
        return Rational(middle * middle);
    };
    auto y = static_cast<float>(std::sqrt(x));
    while (square_of_middle(y, std::nextafterf(y, 0)) > exact(x)) {
        y = std::nextafterf(y, 0);
    }
    while (square_of_middle(y, std::nextafterf(y, HUGE_VALF)) < exact(x)) {
        y = std::nextafterf(y, HUGE_VALF);
    }
    return y;
}

double hard_sigmoid(double x, float alpha, float beta) {
    return std::clamp(rn(exact(rn(exact(x) * exact(alpha))) + exact(beta)), 0.0, 1.0);
}

std::vector<LevelSubject> functions() {
    std::vector<LevelSubject> subjects;
    for (const DataType type : all_types()) {
        subjects.push_back(elementwise("sqrt", graph::Eltwise{EltwiseAlgorithm::sqrt}, {type}, DataType::f32,
                                       [](const auto& x) { return nearest_root(rn(exact(x[0]))); }));
        for (const auto& [alpha, beta] : {std::pair{1.0F / 6, 0.5F}, std::pair{0.2F, 0.25F}, std::pair{-0.7F, 1.1F}}) {
            subjects.push_back(elementwise(
                "hardsigmoid", graph::Eltwise{EltwiseAlgorithm::hardsigmoid, alpha, beta}, {type}, DataType::f32,
                [alpha = alpha, beta = beta](const auto& x) { return hard_sigmoid(rn(exact(x[0])), alpha, beta); }));
            subjects.push_back(elementwise("hardswish", graph::Eltwise{EltwiseAlgorithm::hardswish, alpha, beta},
                                           {type}, DataType::f32, [alpha = alpha, beta = beta](const auto& x) {
                                               const double v = rn(exact(x[0]));
                                               return rn(exact(v) * exact(hard_sigmoid(v, alpha, beta)));
                                           }));
        }
    }
    return subjects;
}

/// x * multiplier * 2^(shift - 31), in exact rationals and whole numbers.
double fixed_point(double x, double multiplier, double shift, FixedPointRounding rounding) {
    const Rational half(1, 2);
    const auto exponent = static_cast<long>(shift);
    const Rational product = exact(x) * exact(multiplier) * power_of_two(exponent - 31);
    // The product rounded to an integer before the shift to the right.
    const Rational high =
        Rational(
            floor_of(exact(x) * power_of_two(std::max(exponent, 0L)) * exact(multiplier) * power_of_two(-31) + half)) *
        power_of_two(std::min(exponent, 0L));
    switch (rounding) {
        case FixedPointRounding::single_up: return floor_of(product + half).get_d();
        case FixedPointRounding::single_away: return testing::nearest_away(product).get_d();
        case FixedPointRounding::double_rounding: return testing::nearest_away(high).get_d();
        case FixedPointRounding::double_up: return floor_of(high + half).get_d();
        case FixedPointRounding::q31: break;
    }
    return x < 0 ? -floor_of(half - high).get_d() : floor_of(high + half).get_d();
}

LevelSubject requantize(FixedPointRounding rounding, DataType type) {
    return {"requantize_fixed_point", [=](Draw& draw) {
                CaseBuilder builder("fixed_point");
                // Now and then as large as an s32 without left shift.
                const bool large = draw(0, 3) == 0;
                const std::int64_t most = large ? 2147483647 : 1 << 20;
                const double multiplier = static_cast<double>(draw(1LL << 30, (1LL << 31) - 1));
                const double shift =
                    static_cast<double>(draw(-25, large || rounding == FixedPointRounding::q31 ? 0 : 6));
                const double zero_point = static_cast<double>(draw(-7, 7));
                std::vector<double> x(static_cast<std::size_t>(kBatch));
                Problem problem;
                for (double& each : x) {
                    each = static_cast<double>(draw(0, 3) == 0 ? draw(-300, 300) : draw(-most, most));
                    problem.expected.push_back(std::clamp(fixed_point(each, multiplier, shift, rounding) + zero_point,
                                                          static_cast<double>(graph::lowest_of(type)),
                                                          static_cast<double>(graph::highest_of(type))));
                }
                const auto s32 = [&](const char* name, double value) {
                    return builder.constant(name, TensorData(DataType::s32, {}, {value}));
                };
                problem.value = builder.build({builder.node(
                    "y", graph::RequantizeFixedPoint{rounding, graph::lowest_of(type), graph::highest_of(type)},
                    {builder.input("x", TensorData(DataType::s32, {kBatch}, x)), s32("multiplier", multiplier),
                     s32("shift", shift), s32("zero_point", zero_point)},
                    type)});
                return problem;
            }};
}

/// Rows of four become rows of eight: positions (p + 1/2) / 2 - 1/2, so that weights are 3/4 and 1/4 and exact.
LevelSubject linear(DataType type, DataType output) {
    return {"resampling linear", [=](Draw& draw) {
                CaseBuilder builder("resampling");
                const std::int64_t rows = kBatch / 8;
                const auto x = draw_values(draw, type, rows * 4);
                Problem problem;
                for (std::size_t row = 0; row < x.size(); row += 4) {
                    for (int p = 0; p < 8; ++p) {
                        const auto at = [&](int i) {
                            return exact(rn(exact(x[row + static_cast<std::size_t>(std::clamp(i, 0, 3))])));
                        };
                        const int left = (p + 1) / 2 - 1;  // floor of p / 2 - 1 / 4
                        const Rational w(p % 2 == 0 ? 3 : 1, 4);
                        const double y = rn(exact(rn(at(left) * (1 - w))) + exact(rn(at(left + 1) * w)));
                        problem.expected.push_back(
                            graph::is_integer(output) ? saturated(testing::nearest_even(exact(y)), output) : y);
                    }
                }
                problem.value =
                    builder.build({builder.node("y", graph::Resampling{graph::ResamplingAlgorithm::linear, {8}},
                                                {builder.input("x", TensorData(type, {rows, 1, 4}, x))}, output)});
                return problem;
            }};
}

/// An operation that copies elements of a [10, 5, 20] tensor: result[i] = x[from(i)].
LevelSubject movement(const std::string& name, const graph::Operation& op, DataType type, std::size_t count,
                      const std::function<std::size_t(std::size_t)>& from) {
    return {name, [=](Draw& draw) {
                CaseBuilder builder("movement");
                const auto x = draw_values(draw, type, kBatch);
                Problem problem;
                for (std::size_t i = 0; i < count; ++i) {
                    problem.expected.push_back(x[from(i)]);
                }
                problem.value = builder.build(
                    {builder.node("y", op, {builder.input("x", TensorData(type, {10, 5, 20}, x))}, type)});
                return problem;
            }};
}

LevelSubject concatenation(DataType type) {
    return {"concat", [=](Draw& draw) {
                CaseBuilder builder("concat");
                // [20, 2, 10] and [20, 3, 10] along the middle: rows of 20 and of 30 in turn.
                const auto a = draw_values(draw, type, 400);
                const auto b = draw_values(draw, type, 600);
                Problem problem;
                for (std::size_t n = 0; n < 20; ++n) {
                    problem.expected.insert(problem.expected.end(), a.data() + n * 20, a.data() + (n + 1) * 20);
                    problem.expected.insert(problem.expected.end(), b.data() + n * 30, b.data() + (n + 1) * 30);
                }
                problem.value = builder.build({builder.node("y", graph::Concat{1},
                                                            {builder.input("a", TensorData(type, {20, 2, 10}, a)),
                                                             builder.input("b", TensorData(type, {20, 3, 10}, b))},
                                                            type)});
                return problem;
            }};
}

std::vector<LevelSubject> movements() {
    std::vector<LevelSubject> subjects;
    for (const DataType type : all_types()) {
        const auto same = [](std::size_t i) { return i; };
        // result[c, a, b] of [20, 10, 5] is x[a, b, c].
        subjects.push_back(movement("permute", graph::Permute{{2, 0, 1}}, type, 1000,
                                    [](std::size_t i) { return i % 50 * 20 + i / 50; }));
        subjects.push_back(movement("reshape", graph::Reshape{{4, 250}}, type, 1000, same));
        // [5, 2, 7]: images 1, 3, ..., rows 1 and 4, columns 0, 3, ..., 18.
        subjects.push_back(
            movement("slice", graph::Slice{{1, 1, 0}, {10, 5, 20}, {2, 3, 3}}, type, 70,
                     [](std::size_t i) { return (1 + i / 14 * 2) * 100 + (1 + i / 7 % 2 * 3) * 20 + i % 7 * 3; }));
        subjects.push_back(movement("reorder", graph::Reorder{graph::Layout::channels_last}, type, 1000, same));
        subjects.push_back(concatenation(type));
    }
    return subjects;
}

std::vector<LevelSubject> all_subjects() {
    std::vector<LevelSubject> subjects = functions();
    for (const FixedPointRounding rounding :
         {FixedPointRounding::double_rounding, FixedPointRounding::single_up, FixedPointRounding::single_away,
          FixedPointRounding::q31, FixedPointRounding::double_up}) {
        for (const DataType type : {DataType::s8, DataType::u8}) {
            subjects.push_back(requantize(rounding, type));
        }
    }
    for (const DataType type : all_types()) {
        subjects.push_back(linear(type, DataType::f32));
        if (type == DataType::s8 || type == DataType::u8) {
            subjects.push_back(linear(type, type));
        }
    }
    for (const LevelSubject& subject : movements()) {
        subjects.push_back(subject);
    }
    return subjects;
}

class MoreLevelCoverage : public ::testing::TestWithParam<std::string> {};

TEST_P(MoreLevelCoverage, HoldsTheDefinitionUnderEveryLevel) {
    testing::expect_definition_under_every_level(all_subjects(), GetParam());
}

INSTANTIATE_TEST_SUITE_P(Of, MoreLevelCoverage, ::testing::ValuesIn(testing::names_of(all_subjects())),
                         [](const auto& name) { return testing::test_name(name.param); });

}  // namespace
}  // namespace difftest::oracle
