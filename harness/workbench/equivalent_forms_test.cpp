#include "harness/workbench/form_breaks.hpp"

#include "harness/campaign/input_error.hpp"
#include "harness/generate/named_quantization_cases.hpp"
#include "reference/contract/contract.hpp"
#include "reference/graph/case_builder.hpp"
#include "reference/graph/validation.hpp"
#include "reference/oracle/oracle.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace difftest::harness {
namespace {

using graph::DataType;
using graph::TensorData;
using testing::HasSubstr;

/// 1D, two channels, kernel 2, one pad before: x = {{3, 5}, {7, 1}} with zero point 4, w = {{2, -1}, {3, 6}} with zero
/// point 1, bias 10.
graph::Case by_hand() {
    graph::CaseBuilder builder("by_hand");
    const auto x = builder.input("x", TensorData(DataType::u8, {1, 2, 2}, {3, 5, 7, 1}));
    const auto w = builder.constant("w", TensorData(DataType::s8, {1, 2, 2}, {2, -1, 3, 6}));
    const auto b = builder.constant("b", TensorData(DataType::s32, {1}, {10}));
    const auto zx = builder.constant("zx", TensorData(DataType::s32, {}, {4}));
    const auto zw = builder.constant("zw", TensorData(DataType::s32, {}, {1}));
    const auto conv = builder.node("conv", graph::Convolution{{1}, {1}, {1}, {0}, 1}, {x, w, b, zx, zw}, DataType::s32);
    return builder.build({conv});
}

TEST(EquivalentForms, ByHand) {
    // x - zx = {-1, 1}, {3, -3}; w - zw = {1, -2}, {2, 5}. Place 0: only the second tap is data: -1 * -2 + 3 * 5 = 17.
    // Place 1: -1 * 1 + 1 * -2 + 3 * 2 + -3 * 5 = -12. With the bias 27 and -2.
    const graph::Case value = by_hand();
    for (const EquivalentFormEntry& entry : equivalent_forms()) {
        const graph::Case form = equivalent_case(value, 0, entry.form);
        const oracle::Evaluation sets = oracle::evaluate(form, *contract::Contract::parse("strict"));
        const oracle::AllowedTensor& out = sets.of(form.graph.outputs[0]);
        ASSERT_TRUE(out.all_points()) << entry.name;
        if (entry.form == EquivalentForm::bias_compensation) {
            // The tap in the padding has its zero point taken off, too: 4 (1 + 2) = 12 too little.
            EXPECT_EQ(out.points(), (std::vector<double>{15, -2}));
        } else {
            EXPECT_EQ(out.points(), (std::vector<double>{27, -2})) << entry.name;
        }
        EXPECT_EQ(compare_form(value, 0, entry.form).reason,
                  entry.form == EquivalentForm::bias_compensation ? "border taps" : "")
            << entry.name;
    }
}

TEST(EquivalentForms, NamedCasesHaveTheSameSets) {
    for (const graph::Case& value : {conv_data_zero_point(), conv_both_zero_points()}) {
        const graph::NodeId node = convolution_with_zero_points(value, "");
        for (const EquivalentForm form :
             {EquivalentForm::two_convolutions, EquivalentForm::four_terms, EquivalentForm::explicit_padding,
              EquivalentForm::weights_shifted, EquivalentForm::real_convolution}) {
            EXPECT_EQ(compare_form(value, node, form).reason, "") << value.name << " " << name_of(form);
            EXPECT_FALSE(graph::validate_case(equivalent_case(value, node, form)));
        }
        // 255 - 119 = 136 is no s8.
        EXPECT_EQ(compare_form(value, node, EquivalentForm::data_shifted).reason, "s8 saturation");
    }
}

TEST(EquivalentForms, WhatThereIsNone) {
    const graph::Case value = conv_data_zero_point();
    EXPECT_EQ(convolution_with_zero_points(value, ""), convolution_with_zero_points(value, "conv"));
    try {
        equivalent_case(value, 0, EquivalentForm::weights_folded);
        FAIL();
    } catch (const NoEquivalent& refusal) {
        EXPECT_THAT(refusal.what(), HasSubstr("the weights have no zero point"));
    }
    EXPECT_THROW(convolution_with_zero_points(requantize_unsigned_cast(), ""), InputError);
    EXPECT_THROW(convolution_with_zero_points(value, "out"), InputError);
}

/// A pointwise convolution of u8 data with a zero point and s8 weights.
graph::Case with_zero_point(double zero_point) {
    graph::CaseBuilder builder("break");
    const auto x = builder.input("x", TensorData(DataType::u8, {1, 1, 1}, {1}));
    const auto w = builder.constant("w", TensorData(DataType::s8, {1, 1, 1}, {1}));
    const auto zx = builder.constant("zx", TensorData(DataType::s32, {}, {zero_point}));
    const auto conv =
        builder.node("conv", graph::Convolution{{1}, {1}, {0}, {0}, 1}, {x, w, graph::kAbsent, zx}, DataType::s32);
    return builder.build({conv});
}

FormBreak smallest_break(double zero_point, EquivalentForm form, const std::string& reason) {
    for (const FormBreak& each : find_breaks(with_zero_point(zero_point), 0, form)) {
        if (each.reason == reason) {
            return each;
        }
    }
    return {};
}

TEST(FormBreaks, TheSmallestAreThoseOfArithmetic) {
    // (255 - 1) * 128 * 66053 = 2147515136 is the first beyond 2^31 = 2147483648: 66052 of them are 2147482624.
    const FormBreak native = smallest_break(1, EquivalentForm::native, "s32 overflow");
    EXPECT_EQ(native.taps, 66053);
    EXPECT_EQ(native.x, 255);
    EXPECT_EQ(native.w, -128);
    // 255 * 127 * 519 = 16807815 is odd and beyond 2^24; of 518 taps nothing is.
    const FormBreak sum = smallest_break(1, EquivalentForm::two_convolutions, "2^24 in f32");
    EXPECT_EQ(sum.taps, 519);
    EXPECT_EQ(sum.expected, sum.w * (sum.x - 1) * 519);
    EXPECT_NE(sum.got, sum.expected);
    // Zero point 119: 255 * 127 * 519 is a tie between 16807814 and 16807816, and 119 * 127 * 519 = 7843647 is exact.
    const FormBreak other = smallest_break(119, EquivalentForm::two_convolutions, "2^24 in f32");
    EXPECT_EQ(other.taps, 519);
    EXPECT_EQ(std::abs(other.expected.value()), 8964168);
    EXPECT_EQ(std::abs(other.got.value()), 8964169);
    // The tap in the padding has 1 * w taken off: any weight but 0 shows it.
    const FormBreak border = smallest_break(1, EquivalentForm::bias_compensation, "border taps");
    EXPECT_EQ(border.taps, 2);
    EXPECT_EQ(border.x, 0);
    EXPECT_EQ(border.w, 1);
    EXPECT_EQ(smallest_break(1, EquivalentForm::data_shifted, "s8 saturation").x, 129);
}

}  // namespace
}  // namespace difftest::harness
