#include "harness/campaign/coverage_map.hpp"

#include <gtest/gtest.h>

namespace difftest::harness {
namespace {

CaseRecord record(std::vector<std::string> node, std::vector<std::string> judged_on,
                  std::map<Refused, RunsByIsa> refusals = {}) {
    CaseRecord result;
    result.features = {std::move(node), {"graph", "1 node"}};
    result.judged_on = std::move(judged_on);
    result.refusals = std::move(refusals);
    return result;
}

TEST(CoverageMap, CountsPairsOfOneNodeByRungAndSaysWhyTheRestIsMissing) {
    CoverageMap map;
    map.add(record({"convolution", "dense", "padding", "u8*s8->s32"}, {"onednn AVX2", "onednn SSE41"}));
    map.add(record({"convolution", "bias", "dense", "u8*s8->s32"}, {"onednn AVX2"}));
    map.add(record({"convolution", "dense", "f16*f16->f32"}, {},
                   {{{"onednn", "no f16"}, {{"AVX2", 1}, {"SSE41", 2}}}, {{"onednn", "?"}, {{"AVX2", 2}}}}));
    const Coverage coverage = map.result();
    ASSERT_EQ(coverage.operations.size(), 1U) << "the graph's words are no operation's";
    const OperationCoverage& row = coverage.operations.front();
    // bias, dense, padding, two types: ten pairs, of which the two types exclude each other.
    EXPECT_EQ(row.possible, 9);
    // dense+padding, dense+u8, padding+u8, bias+dense, bias+u8, dense+f16
    EXPECT_EQ(row.drawn, 6);
    EXPECT_EQ(row.judged, 5);
    EXPECT_EQ(row.judged_on, (std::map<std::string, std::int64_t>{{"onednn AVX2", 5}, {"onednn SSE41", 3}}));
    ASSERT_EQ(coverage.missed.size(), 4U);
    std::map<std::string, std::string> why;
    for (const MissedPair& each : coverage.missed) {
        why[each.first + "+" + each.second] = each.why;
    }
    EXPECT_EQ(why, (std::map<std::string, std::string>{{"bias+padding", "never drawn"},
                                                       {"bias+f16*f16->f32", "never drawn"},
                                                       {"dense+f16*f16->f32", "onednn: no f16"},
                                                       {"f16*f16->f32+padding", "never drawn"}}));
}

TEST(CoverageMap, KnowsWhatExcludesEachOther) {
    EXPECT_TRUE(exclude_each_other("1-D", "3-D"));
    EXPECT_TRUE(exclude_each_other("dense", "depthwise"));
    EXPECT_TRUE(exclude_each_other("relu", "tanh"));
    EXPECT_TRUE(exclude_each_other("f32->f32", "first zero point"));
    EXPECT_TRUE(exclude_each_other("first zero point per channel", "first zero point"));
    EXPECT_FALSE(exclude_each_other("u8*s8->s32", "first zero point"));
    EXPECT_FALSE(exclude_each_other("padding", "dilation>1"));
    EXPECT_FALSE(exclude_each_other("per channel", "per tensor")) << "an operation with two operands";
    EXPECT_EQ(pair_word("per dimension 0,3"), "per dimension");
}

}  // namespace
}  // namespace difftest::harness
