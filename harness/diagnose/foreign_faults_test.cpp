#include "harness/diagnose/diagnosis.hpp"

#include "reference/graph/case_builder.hpp"
#include "reference/quantize/rounding.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <functional>
#include <string>
#include <vector>

// Ten faults that are not in the dictionary. False naming is worse than none: nothing may be named for them.

namespace difftest::harness {
namespace {

using graph::DataType;
using graph::TensorData;

/// u8 data of two channels -> convolution -> scale per channel -> relu -> u8, all of it alive.
graph::Case network() {
    graph::CaseBuilder builder("network");
    std::vector<double> data;
    std::vector<double> weights;
    for (int i = 0; i < 2 * 5 * 5; ++i) {
        data.push_back((i * 37 + 11) % 256);
    }
    for (int i = 0; i < 3 * 2 * 3 * 3; ++i) {
        weights.push_back((i * 53 + 7) % 41 - 20);
    }
    const auto x = builder.input("x", TensorData(DataType::u8, {1, 2, 5, 5}, data));
    const auto w = builder.constant("w", TensorData(DataType::s8, {3, 2, 3, 3}, weights));
    const auto sum = builder.node("sum", graph::Convolution{{1, 1}, {1, 1}, {1, 1}, {1, 1}, 1}, {x, w}, DataType::s32);
    const auto real = builder.node("real", graph::Dequantize{},
                                   {sum, builder.per_channel("scale", {0.01F, 0.02F, 0.015F}, 4)}, DataType::f32);
    const auto positive =
        builder.node("positive", graph::Eltwise{graph::EltwiseAlgorithm::relu, 0.25F, 0}, {real}, DataType::f32);
    return builder.build(
        {builder.node("out", graph::Quantize{}, {positive, builder.scalar("step", 0.5F)}, DataType::s8)});
}

using Spoil = std::function<double(const TensorData& right, std::int64_t i)>;

Diagnosis diagnosis_of(const Spoil& spoil) {
    return diagnose(network(), nullptr, [&](const graph::Case& value) -> std::optional<ObservedOutputs> {
        const TensorData right = faults::evaluate_with_faults(value, {}).front();
        TensorData wrong = right;
        for (std::int64_t i = 0; i < right.size(); ++i) {
            wrong.set(i, quantize::saturate(spoil(right, i), right.type()));
        }
        return ObservedOutputs{{wrong}, contract::Contract()};
    });
}

struct Foreign {
    const char* name;
    Spoil spoil;
};

class ForeignFault : public testing::TestWithParam<Foreign> {};

TEST_P(ForeignFault, IsNotGivenAName) {
    const Diagnosis diagnosis = diagnosis_of(GetParam().spoil);
    EXPECT_THAT(diagnosis.named, testing::IsEmpty());
    EXPECT_FALSE(diagnosis.unexplained.empty());
    EXPECT_NE(diagnosis.unexplained, "the backend agrees with the graph");
}

std::int64_t at_channel(std::int64_t i, std::int64_t channel) {
    return channel * 25 + i % 25;
}

INSTANTIATE_TEST_SUITE_P(
    Ten, ForeignFault,
    testing::Values(
        Foreign{"one_more_above_50",
                [](const TensorData& y, std::int64_t i) { return y.at(i) > 50 ? y.at(i) + 1 : y.at(i); }},
        Foreign{"every_third_is_zero", [](const TensorData& y, std::int64_t i) { return i % 3 == 0 ? 0 : y.at(i); }},
        Foreign{"magnitude", [](const TensorData& y, std::int64_t i) { return std::fabs(y.at(i)); }},
        Foreign{"channels_exchanged",
                [](const TensorData& y, std::int64_t i) { return y.at(at_channel(i, (i / 25 + 1) % 3)); }},
        Foreign{"a_bit_flipped",
                [](const TensorData& y, std::int64_t i) { return static_cast<double>(static_cast<int>(y.at(i)) ^ 8); }},
        Foreign{"rows_are_columns",
                [](const TensorData& y, std::int64_t i) { return y.at(i / 25 * 25 + i % 5 * 5 + i / 5 % 5); }},
        Foreign{"saturates_at_100", [](const TensorData& y, std::int64_t i) { return std::min(y.at(i), 100.0); }},
        Foreign{"even_numbers_only", [](const TensorData& y, std::int64_t i) { return std::trunc(y.at(i) / 2) * 2; }},
        Foreign{"parity_of_the_index_added",
                [](const TensorData& y, std::int64_t i) { return y.at(i) + static_cast<double>(i % 2); }},
        Foreign{"the_element_before",
                [](const TensorData& y, std::int64_t i) { return y.at(std::max<std::int64_t>(i - 1, 0)); }}),
    [](const testing::TestParamInfo<Foreign>& each) { return std::string(each.param.name); });

}  // namespace
}  // namespace difftest::harness
