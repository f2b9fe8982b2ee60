#include "harness/campaign/lane_coverage.hpp"

#include <gtest/gtest.h>

namespace difftest::harness {
namespace {

using Features = std::vector<std::vector<std::string>>;

/// Three attributes are three pairs, however many nodes have them; what the graph is like is none.
const Features kCase = {
    {"convolution", "dense", "padding", "u8"}, {"convolution", "dense", "padding"}, {"graph", "1 node", "branches"}};

TEST(LaneCoverage, CountsPairsThatNoCaseReached) {
    LaneCoverage lane(4);
    EXPECT_EQ(lane.unreached(kCase), 3);
    lane.learn({{"convolution", "dense", "padding"}}, true);
    EXPECT_EQ(lane.unreached(kCase), 2) << "dense with u8, padding with u8";
    lane.learn({{"deconvolution", "dense", "padding", "u8"}}, true);
    EXPECT_EQ(lane.unreached(kCase), 2) << "another operation";
    lane.learn(kCase, true);
    EXPECT_EQ(lane.unreached(kCase), 0);
}

TEST(LaneCoverage, GivesUpWhatIsNeverJudged) {
    LaneCoverage lane(2);
    lane.learn(kCase, false);
    EXPECT_EQ(lane.unreached(kCase), 3);
    lane.learn(kCase, false);
    EXPECT_EQ(lane.unreached(kCase), 0);
    lane.learn(kCase, true);
    lane.learn(kCase, false);
    EXPECT_EQ(lane.unreached(kCase), 0) << "what was reached stays so";
}

/// Of a list of dimensions only that there is one.
TEST(LaneCoverage, TakesListsOfDimensionsTogether) {
    LaneCoverage lane(1);
    lane.learn({{"binary", "add", "per dimension 0,2"}}, true);
    EXPECT_EQ(lane.unreached({{"binary", "add", "per dimension 3"}}), 0);
}

}  // namespace
}  // namespace difftest::harness
