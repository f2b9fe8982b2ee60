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

TEST(Calibration, APercentileCutsBothTails) {
    // 1000 values in ten bins from -10 to 10; one at each end. 99 % kept: half a percent, 5 values, may go on each
    // side.
    Histogram histogram;
    histogram.counts = {1, 0, 100, 200, 200, 200, 200, 98, 0, 1};
    for (int edge = -10; edge <= 10; edge += 2) {
        histogram.edges.push_back(static_cast<float>(edge));
    }
    histogram.range = {-9.5F, 9.5F};
    // The cumulated share is 0.001, 0.001, 0.101: 0.005 is reached in bin 2, whose edge is -6; 0.995 in bin 7: edge 4.
    const RealRange range = percentile_range(histogram, 99, false);
    EXPECT_EQ(range.lowest, -6);
    EXPECT_EQ(range.highest, 4);
    // Everything kept: the range of the values, not of the bins.
    EXPECT_EQ(percentile_range(histogram, 100, false).lowest, -9.5F);
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
