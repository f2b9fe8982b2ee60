// Ranges that can be worked out by hand.
#include "reference/quantize/calibration.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <stdexcept>
#include <vector>

namespace difftest::quantize {
namespace {

TEST(Calibration, MinMax) {
    const std::vector<float> values{0.5F, -2, 3, 1};
    const RealRange range = calibrated_range(values, {});
    EXPECT_EQ(range.lowest, -2);
    EXPECT_EQ(range.highest, 3);
    Calibration symmetric;
    symmetric.symmetric = true;
    EXPECT_EQ(calibrated_range(values, symmetric).lowest, -3);
    EXPECT_EQ(calibrated_range(values, symmetric).highest, 3);
}

TEST(Calibration, AHistogramByHand) {
    // Four bins from -2 to 2: [-2,-1) [-1,0) [0,1) [1,2], of the magnitudes [0,0.5) ... [1.5,2].
    const std::vector<float> values{-2, -1, 0, 0.5F, 2, 1};
    const Histogram signed_values = histogram_of(values, 4, false);
    EXPECT_EQ(signed_values.counts, (std::vector<std::int64_t>{1, 1, 2, 2}));
    EXPECT_EQ(signed_values.edges, (std::vector<float>{-2, -1, 0, 1, 2}));
    EXPECT_EQ(histogram_of(values, 4, true).counts, (std::vector<std::int64_t>{1, 1, 2, 2}));
}

TEST(Calibration, APercentileCutsLargeMagnitudesOff) {
    // 1000 magnitudes in five bins of 2; the cumulated shares are 0.4, 0.8, 0.99, 0.999, 1.
    Histogram histogram;
    histogram.counts = {400, 400, 190, 9, 1};
    histogram.edges = {0, 2, 4, 6, 8, 10};
    histogram.range = {-9.5F, 3};
    // 98 % are reached in the third bin, whose lower edge is 4; upwards nothing beyond 3 occurred.
    EXPECT_EQ(percentile_range(histogram, 98).lowest, -4);
    EXPECT_EQ(percentile_range(histogram, 98).highest, 3);
    EXPECT_EQ(percentile_range(histogram, 99.95).lowest, -8);
}

TEST(Calibration, EntropyLeavesOutlierAway) {
    // Two quantized bins. With everything in the two middle bins the smallest window, bins 3 to 5 of 8, loses nothing.
    Histogram histogram;
    histogram.counts = {0, 0, 0, 500, 500, 0, 0, 0};
    for (int edge = -4; edge <= 4; ++edge) {
        histogram.edges.push_back(static_cast<float>(edge));
    }
    histogram.range = {-4, 4};
    const RealRange range = entropy_range(histogram, 2);
    EXPECT_EQ(range.lowest, -1);
    EXPECT_EQ(range.highest, 2);
}

TEST(Calibration, LeastSquaresGivesUpAnOutlier) {
    // 1024 values in [0, 1) and one of 1.5, in 16 levels: r costs 1024 (r / 15)^2 / 12 + (1.5 - r)^2, least at
    // r = 3 / (2 + 1024 / 1350) = 1.09.
    std::vector<float> values;
    for (int i = 0; i < 1024; ++i) {
        values.push_back(static_cast<float>(i) / 1024);
    }
    values.push_back(1.5F);
    Calibration mse;
    mse.method = CalibrationMethod::mse;
    mse.highest = 15;
    const RealRange range = calibrated_range(values, mse);
    EXPECT_EQ(range.lowest, 0);
    EXPECT_LT(range.highest, 1.2F);
    EXPECT_GT(range.highest, 1.0F);
    values.pop_back();
    EXPECT_GT(calibrated_range(values, mse).highest, 0.9F);
}

TEST(Calibration, RefusesWhatItCannotUse) {
    EXPECT_THROW(calibrated_range({}, {}), std::invalid_argument);
    EXPECT_THROW(calibrated_range(std::vector<float>{1, std::numeric_limits<float>::infinity()}, {}),
                 std::invalid_argument);
    EXPECT_EQ(calibration_method("mse"), CalibrationMethod::mse);
    EXPECT_EQ(name_of(CalibrationMethod::min_max), "min-max");
    EXPECT_FALSE(calibration_method("kl"));
}

}  // namespace
}  // namespace difftest::quantize
