#include "harness/workbench/compare_requantize.hpp"

#include "harness/campaign/input_error.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace difftest::harness {
namespace {

using testing::HasSubstr;

TEST(CompareRequantize, TheExamplesOfTheSemantics) {
    // E6 and E9: 5 is the smallest difference of double and single rounding with a quarter; 3242 is one of theirs.
    RequantizeRequest request;
    request.rules = {"tflite", "tflite_single"};
    request.multipliers = {0.25, 0.007247427341846};
    const RequantizeReport report = compare_requantize(request);
    ASSERT_EQ(report.rows.size(), 2U);
    // Of -1 .. -6: -0.25 -> RHU(-0.5) = 0 and 0; -0.5 -> -1 against 0.
    EXPECT_EQ(report.rows[0].difference.smallest, 1);  // 1/4 -> RHU(1/2) = 1 -> 1/2 away -> 1, against 0
    EXPECT_EQ(report.rows[0].fixed_point, 1 << 30);
    EXPECT_EQ(report.rows[0].shift, -1);
    bool contains = false;
    for (const quantize::DifferingRun& run : report.rows[1].difference.runs) {
        contains = contains || (run.range.first <= 3242 && run.range.last >= 3242 && run.a == 24 && run.b == 23);
    }
    EXPECT_TRUE(contains);
    EXPECT_EQ(report.sharpest(), &report.rows[0]);
}

TEST(CompareRequantize, AMultiplierThatARuleDoesNotTake) {
    RequantizeRequest request;
    request.rules = {"float", "qnnpack_q31"};
    request.multipliers = {2};
    const RequantizeReport report = compare_requantize(request);
    EXPECT_THAT(report.rows.at(0).not_defined, HasSubstr("qnnpack_q31: takes multipliers in [2^-32, 1)"));
    EXPECT_FALSE(report.compared_any());
    EXPECT_THAT(requantize_screen(report, 5), HasSubstr("no multiplier that both rules take"));
}

TEST(CompareRequantize, EveryPairOnce) {
    RequantizeRequest request;
    request.multipliers = {0.25};
    const RequantizeMatrix matrix = compare_requantize_pairs(request);
    EXPECT_EQ(matrix.pairs.size(), 16U * 15 / 2);
    for (const RequantizePair& pair : matrix.pairs) {
        EXPECT_EQ(pair.multipliers, 1) << pair.a << " " << pair.b;
        const bool same_arithmetic = pair.a == "tvm_to_nearest" && pair.b == "xnnpack_rndna";
        if (same_arithmetic) {
            EXPECT_EQ(pair.differing, 0);
        }
    }
}

TEST(CompareRequantize, BadInputNamesThePlace) {
    const auto refused = [](RequantizeRequest request, const char* words) {
        try {
            compare_requantize(request);
            FAIL() << words;
        } catch (const InputError& error) {
            EXPECT_THAT(error.what(), HasSubstr(words));
        }
    };
    refused({{"float", "bankers"}, {0.5}, {}, {}}, "bankers");
    refused({{"float"}, {0.5}, {}, {}}, "two requantize rules");
    refused({{"float", "shift"}, {-1}, {}, {}}, "--multiplier -1");
    refused({{"float", "shift"}, {0.5}, {0, 300, 0}, {}}, "--output");
    refused({{"float", "shift"}, {0.5}, {0, 255, -3}, {}}, "--zero-point -3");
    refused({{"float", "shift"}, {0.5}, {}, {5, 4}}, "--accumulators");
}

}  // namespace
}  // namespace difftest::harness
