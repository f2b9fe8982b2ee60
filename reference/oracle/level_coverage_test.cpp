// Every operation under every contract level: what the operation's definition gives, each step rounded once in exact
// rational arithmetic, lies in the set. More operations: level_coverage_more_test.cpp; the transcendental functions:
// transcendental_test.cpp.
#include "reference/oracle/testing/level_subjects.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <string>
#include <vector>

namespace difftest::oracle {
namespace {

using graph::BinaryAlgorithm;
using graph::CaseBuilder;
using graph::DataType;
using graph::EltwiseAlgorithm;
using graph::Shape;
using graph::TensorData;
using graph::TensorId;
using testing::Draw;
using testing::draw_value;
using testing::draw_values;
using testing::elementwise;
using testing::exact;
using testing::kBatch;
using testing::kTaps;
using testing::LevelSubject;
using testing::of_rows;
using testing::Problem;
using testing::quotient;
using testing::Rational;
using testing::rn;
using testing::saturated;
using testing::to_bits;

/// Sums of kTaps products with one set of weights, a bias and a zero point.
LevelSubject contraction(std::string name, graph::Operation op, DataType type, bool matrix, bool transposed_weights) {
    return {std::move(name), [=](Draw& draw) {
                CaseBuilder builder("contraction");
                const bool integer = graph::is_integer(type);
                const DataType weight_type = integer ? DataType::s8 : type;
                const auto x = draw_values(draw, type, kBatch * kTaps);
                const auto w = draw_values(draw, weight_type, kTaps);
                const double bias = integer ? static_cast<double>(draw(-100000, 100000)) : draw_value(draw, type);
                const double zero_point = integer ? draw_value(draw, type) : 0;
                const Shape x_shape = matrix ? Shape{kBatch, kTaps} : Shape{kBatch, kTaps, 1};
                const Shape w_shape =
                    transposed_weights ? Shape{kTaps, 1} : (matrix ? Shape{1, kTaps} : Shape{1, kTaps, 1});
                std::vector<TensorId> inputs{
                    builder.input("x", TensorData(type, x_shape, x)),
                    builder.constant("w", TensorData(weight_type, w_shape, w)),
                    builder.constant("b", TensorData(integer ? DataType::s32 : type, {1}, {bias}))};
                if (integer) {
                    inputs.push_back(builder.constant("z", TensorData(DataType::s32, {}, {zero_point})));
                }
                Problem problem;
                for (std::size_t i = 0; i < static_cast<std::size_t>(kBatch); ++i) {
                    Rational sum = exact(bias);
                    for (std::size_t k = 0; k < static_cast<std::size_t>(kTaps); ++k) {
                        sum += (exact(x[i * kTaps + k]) - exact(zero_point)) * exact(w[k]);
                    }
                    problem.expected.push_back(integer ? sum.get_d() : rn(sum));
                }
                problem.value = builder.build({builder.node("y", op, inputs, integer ? DataType::s32 : DataType::f32)});
                return problem;
            }};
}

std::vector<LevelSubject> binaries() {
    std::vector<LevelSubject> subjects;
    const auto add = [&](const char* name, BinaryAlgorithm algorithm, auto result) {
        for (const auto& types :
             {std::vector{DataType::f32, DataType::f32}, std::vector{DataType::s8, DataType::u8},
              std::vector{DataType::s32, DataType::f32}, std::vector{DataType::f16, DataType::bf16}}) {
            subjects.push_back(elementwise(
                name, graph::Binary{algorithm}, types, DataType::f32,
                [result](const auto& x) { return static_cast<double>(result(rn(exact(x[0])), rn(exact(x[1])))); }));
        }
    };
    add("add", BinaryAlgorithm::add, [](double a, double b) { return rn(exact(a) + exact(b)); });
    add("subtract", BinaryAlgorithm::subtract, [](double a, double b) { return rn(exact(a) - exact(b)); });
    add("multiply", BinaryAlgorithm::multiply, [](double a, double b) { return rn(exact(a) * exact(b)); });
    add("divide", BinaryAlgorithm::divide, quotient);
    add("maximum", BinaryAlgorithm::maximum, [](double a, double b) { return a > b ? a : b; });
    add("minimum", BinaryAlgorithm::minimum, [](double a, double b) { return a < b ? a : b; });
    add("comparisons", BinaryAlgorithm::greater_equal, [](double a, double b) { return a >= b; });
    add("comparisons", BinaryAlgorithm::greater, [](double a, double b) { return a > b; });
    add("comparisons", BinaryAlgorithm::less_equal, [](double a, double b) { return a <= b; });
    add("comparisons", BinaryAlgorithm::less, [](double a, double b) { return a < b; });
    add("comparisons", BinaryAlgorithm::equal, [](double a, double b) { return a == b; });
    add("comparisons", BinaryAlgorithm::not_equal, [](double a, double b) { return a != b; });
    return subjects;
}

std::vector<LevelSubject> eltwises() {
    std::vector<LevelSubject> subjects;
    const auto add = [&](const char* name, graph::Eltwise op, auto result) {
        for (const DataType type :
             {DataType::f32, DataType::s8, DataType::u8, DataType::s32, DataType::f16, DataType::bf16}) {
            subjects.push_back(elementwise(name, op, {type}, DataType::f32,
                                           [result](const auto& x) { return result(rn(exact(x[0]))); }));
        }
    };
    const double slope = 0.1F;
    add("relu", {EltwiseAlgorithm::relu, 0.1F, 0}, [=](double x) { return x > 0 ? x : rn(exact(x) * exact(slope)); });
    add("linear", {EltwiseAlgorithm::linear, 0.1F, 1.5F},
        [=](double x) { return rn(exact(rn(exact(x) * exact(slope))) + exact(1.5)); });
    add("clip", {EltwiseAlgorithm::clip, -3.25F, 6.5F}, [](double x) { return std::clamp(x, -3.25, 6.5); });
    add("abs", {EltwiseAlgorithm::abs, 0, 0}, [](double x) { return std::fabs(x); });
    add("square", {EltwiseAlgorithm::square, 0, 0}, [](double x) { return rn(exact(x) * exact(x)); });
    add("round", {EltwiseAlgorithm::round, 0, 0},
        [](double x) { return rn(Rational(testing::nearest_even(exact(x)))); });
    return subjects;
}

std::vector<LevelSubject> stores() {
    std::vector<LevelSubject> subjects;
    for (const DataType type : {DataType::s8, DataType::u8, DataType::s32}) {
        subjects.push_back(elementwise("convert", graph::Convert{}, {DataType::f32}, type, [type](const auto& x) {
            return saturated(testing::nearest_even(exact(x[0])), type);
        }));
        // Positive scales: 2^-4 to 2^4 in f32, as the second operand.
        subjects.push_back(
            elementwise("requantize", graph::Requantize{}, {DataType::s32, DataType::f32}, type, [type](const auto& x) {
                const double v = rn(exact(rn(exact(x[0]))) * exact(x[1]));
                return saturated(testing::nearest_even(exact(v)), type);
            }));
        subjects.push_back(elementwise("dequantize", graph::Dequantize{}, {type, DataType::f32}, DataType::f32,
                                       [](const auto& x) { return rn(exact(rn(exact(x[0]))) * exact(x[1])); }));
        subjects.push_back({"quantize", [type](Draw& draw) {
                                CaseBuilder builder("quantize");
                                const auto x = draw_values(draw, DataType::f32, kBatch);
                                const double scale = std::fabs(draw.real(-4, 1)) + 0x1p-6F;
                                const double zero_point = static_cast<double>(draw(-5, 5));
                                Problem problem;
                                for (const double each : x) {
                                    const double v = rn(exact(each) / exact(scale));
                                    problem.expected.push_back(
                                        saturated(testing::nearest_even(exact(v)) + mpz_class(zero_point), type));
                                }
                                problem.value = builder.build(
                                    {builder.node("y", graph::Quantize{},
                                                  {builder.input("x", TensorData(DataType::f32, {kBatch}, x)),
                                                   builder.scalar("s", static_cast<float>(scale)),
                                                   builder.constant("z", TensorData(DataType::s32, {}, {zero_point}))},
                                                  type)});
                                return problem;
                            }});
    }
    for (const auto& [type, bits] : {std::pair(DataType::f16, 11), std::pair(DataType::bf16, 8)}) {
        subjects.push_back(elementwise("convert", graph::Convert{}, {DataType::f32}, type,
                                       [bits = bits](const auto& x) { return to_bits(x[0], bits); }));
    }
    return subjects;
}

LevelSubject fake_quantize(std::int64_t levels, DataType type) {
    return {"fake_quantize", [=](Draw& draw) {
                CaseBuilder builder("fake_quantize");
                const auto x = draw_values(draw, DataType::f32, kBatch);
                const double il = draw.real(-2, 2);
                const double ih = il + std::fabs(draw.real(-1, 4)) + 0.5;
                const auto low = static_cast<float>(il);
                const auto high = static_cast<float>(ih);
                const double ol = graph::is_integer(type) ? static_cast<double>(graph::lowest_of(type)) : -1.5;
                const double oh = graph::is_integer(type) ? ol + static_cast<double>(levels - 1) : 2.25;
                Problem problem;
                for (const double each : x) {
                    double y = each <= low ? ol : oh;
                    if (each > low && each <= high) {
                        const double span = rn(exact(high) - exact(low));
                        const double part = rn(exact(rn(exact(each) - exact(low))) / exact(span));
                        const Rational level = testing::nearest_even(exact(rn(exact(part) * Rational(levels - 1))));
                        const double back = rn(level / Rational(levels - 1));
                        y = rn(exact(rn(exact(back) * exact(rn(exact(oh) - exact(ol))))) + exact(ol));
                    }
                    problem.expected.push_back(
                        graph::is_integer(type) ? saturated(testing::nearest_even(exact(y)), type) : y);
                }
                problem.value = builder.build({builder.node(
                    "y", graph::FakeQuantize{levels, graph::FakeQuantizeForm::specification},
                    {builder.input("x", TensorData(DataType::f32, {kBatch}, x)), builder.scalar("il", low),
                     builder.scalar("ih", high), builder.scalar("ol", static_cast<float>(ol)),
                     builder.scalar("oh", static_cast<float>(oh))},
                    type)});
                return problem;
            }};
}

std::vector<LevelSubject> of_several() {
    std::vector<LevelSubject> subjects;
    subjects.push_back(elementwise("select", graph::Select{}, {DataType::s8, DataType::f32, DataType::f32},
                                   DataType::f32, [](const auto& x) { return x[0] != 0 ? x[1] : x[2]; }));
    subjects.push_back(elementwise("prelu", graph::Prelu{}, {DataType::f32, DataType::f32}, DataType::f32,
                                   [](const auto& x) { return x[0] > 0 ? x[0] : rn(exact(x[0]) * exact(x[1])); }));
    const double scale = 0.3F;
    subjects.push_back(
        elementwise("sum", graph::Sum{0.3F, 3}, {DataType::f32, DataType::s8}, DataType::f32, [scale](const auto& x) {
            const double added = rn(exact(scale) * exact(x[1] - 3));
            return rn(exact(x[0]) + exact(added));
        }));
    subjects.push_back(elementwise("shift_round", graph::ShiftRound{7}, {DataType::s8}, DataType::s32,
                                   [](const auto& x) { return testing::floor_of((exact(x[0]) + 64) / 128).get_d(); }));
    return subjects;
}

std::vector<LevelSubject> aggregates() {
    const auto sum = [](const std::vector<double>& row) {
        Rational result = 0;
        for (const double x : row) {
            result += exact(x);
        }
        return result;
    };
    const auto largest = [](const auto& row) { return *std::max_element(row.begin(), row.end()); };
    const auto mean = [sum](const auto& row) { return testing::nearest_even(sum(row) / kTaps).get_d(); };
    const auto pool = [](graph::PoolingAlgorithm algorithm) {
        return graph::Pooling{algorithm, {kTaps}, {1}, {1}, {0}, {0}};
    };
    std::vector<LevelSubject> subjects;
    for (const DataType type : {DataType::s8, DataType::u8}) {
        subjects.push_back(of_rows("pooling", pool(graph::PoolingAlgorithm::maximum), type, type, largest));
        subjects.push_back(
            of_rows("pooling", pool(graph::PoolingAlgorithm::average_exclude_padding), type, type, mean));
        subjects.push_back(of_rows("reduction", graph::Reduction{graph::ReductionAlgorithm::sum, {2}}, type,
                                   DataType::s32, [sum](const auto& row) { return sum(row).get_d(); }));
        subjects.push_back(
            of_rows("reduction", graph::Reduction{graph::ReductionAlgorithm::mean, {2}}, type, type, mean));
        subjects.push_back(
            of_rows("reduction", graph::Reduction{graph::ReductionAlgorithm::maximum, {2}}, type, type, largest));
    }
    for (const DataType type : {DataType::f32, DataType::f16, DataType::bf16}) {
        subjects.push_back(of_rows("pooling", pool(graph::PoolingAlgorithm::maximum), type, type, largest));
    }
    subjects.push_back(of_rows("reduction", graph::Reduction{graph::ReductionAlgorithm::sum, {2}}, DataType::f32,
                               DataType::f32, [sum](const auto& row) { return rn(sum(row)); }));
    for (const DataType type :
         {DataType::s8, DataType::u8, DataType::s32, DataType::f32, DataType::f16, DataType::bf16}) {
        subjects.push_back(of_rows("slice", graph::Slice{{0, 0, 4}, {kBatch, 1, 5}, {1, 1, 1}}, type, type,
                                   [](const auto& row) { return row[4]; }));
        // Nine become three: the middle of each three, at (p + 1/2) * 3 - 1/2 = 3 p + 1. Then the second of them.
        subjects.push_back({"resampling nearest", [type](Draw& draw) {
                                CaseBuilder builder("resampling");
                                const std::int64_t rows = kBatch / 2;
                                const auto x = draw_values(draw, type, rows * 6);
                                Problem problem;
                                for (std::size_t i = 0; i < x.size(); i += 3) {
                                    problem.expected.push_back(x[i + 1]);
                                }
                                problem.value = builder.build(
                                    {builder.node("y", graph::Resampling{graph::ResamplingAlgorithm::nearest, {2}},
                                                  {builder.input("x", TensorData(type, {rows, 1, 6}, x))}, type)});
                                return problem;
                            }});
    }
    return subjects;
}

std::vector<LevelSubject> contractions() {
    std::vector<LevelSubject> subjects;
    for (const DataType type : {DataType::u8, DataType::s8, DataType::f32, DataType::f16, DataType::bf16}) {
        const std::string kind = graph::is_integer(type) ? "" : " in f32";
        subjects.push_back(
            contraction("convolution" + kind, graph::Convolution{{1}, {1}, {0}, {0}, 1}, type, false, false));
        subjects.push_back(
            contraction("deconvolution" + kind, graph::Deconvolution{{1}, {1}, {0}, {0}, {0}, 1}, type, false, false));
        subjects.push_back(contraction("matmul" + kind, graph::Matmul{}, type, true, true));
        subjects.push_back(contraction("inner product" + kind, graph::InnerProduct{}, type, true, false));
    }
    return subjects;
}

std::vector<LevelSubject> all_subjects() {
    std::vector<LevelSubject> subjects{fake_quantize(256, DataType::u8), fake_quantize(255, DataType::s8),
                                       fake_quantize(16, DataType::f32)};
    for (const auto& group : {contractions(), binaries(), eltwises(), stores(), of_several(), aggregates()}) {
        subjects.insert(subjects.end(), group.begin(), group.end());
    }
    return subjects;
}

class LevelCoverage : public ::testing::TestWithParam<std::string> {};

TEST_P(LevelCoverage, HoldsTheDefinitionUnderEveryLevel) {
    testing::expect_definition_under_every_level(all_subjects(), GetParam());
}

INSTANTIATE_TEST_SUITE_P(Of, LevelCoverage, ::testing::ValuesIn(testing::names_of(all_subjects())),
                         [](const auto& name) { return testing::test_name(name.param); });

}  // namespace
}  // namespace difftest::oracle
