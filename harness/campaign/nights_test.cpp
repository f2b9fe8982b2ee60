#include "harness/campaign/nights.hpp"

#include "harness/campaign/input_error.hpp"

#include <gtest/gtest.h>

#include <fstream>

namespace difftest::harness {
namespace {

Night night(const std::string& name, std::map<std::string, std::int64_t> findings, std::int64_t judged = 10) {
    Night result;
    result.configuration = "test";
    result.summary.night = name;
    result.summary.judged = judged;
    result.findings = std::move(findings);
    return result;
}

TEST(Nights, SayWhatBecameOfAFinding) {
    std::vector<Night> nights = {night("01", {{"a", 1}}), night("02", {{"a", 2}, {"b", 1}})};
    EXPECT_EQ(histories(nights).at("a").state, FindingState::fresh);
    EXPECT_EQ(histories(nights).at("a").since, "01");
    EXPECT_EQ(histories(nights).at("b").since, "02");
    nights.push_back(night("03", {{"b", 1}}));
    EXPECT_EQ(histories(nights).at("a").state, FindingState::incubating);
    EXPECT_EQ(histories(nights).at("a").last_seen, "02");
    nights.push_back(night("04", {}, 0));  // nothing was judged: says nothing
    nights.push_back(night("05", {}));
    EXPECT_EQ(histories(nights).at("a").state, FindingState::incubating);
    nights.push_back(night("06", {}));  // the third pass in a row
    EXPECT_EQ(histories(nights).at("a").state, FindingState::fixed);
    EXPECT_EQ(histories(nights).at("b").state, FindingState::incubating);
    nights.push_back(night("07", {{"a", 1}}));
    EXPECT_EQ(histories(nights).at("a").state, FindingState::regressed);
    EXPECT_EQ(histories(nights).at("a").since, "01");
}

TEST(Nights, AreFilesThatAreReadInTheirOrder) {
    const std::filesystem::path folder = std::filesystem::path(testing::TempDir()) / "nights_test";
    std::filesystem::remove_all(folder);
    keep_night(night("2026-11-26", {{"a|b", 3}}), folder);
    keep_night(night("2026-11-25", {}), folder);
    keep_night(night("2026-11-26", {{"a|b", 4}}), folder);  // the same night again
    std::ofstream(folder / "torn.json") << "{\"format\": \"difftest-ni";
    std::vector<std::string> warnings;
    const std::vector<Night> nights = read_nights(folder, "test", warnings);
    ASSERT_EQ(nights.size(), 2U);
    EXPECT_EQ(nights[0].summary.night, "2026-11-25");
    EXPECT_EQ(nights[1].findings.at("a|b"), 4);
    EXPECT_EQ(warnings.size(), 1U);
    EXPECT_TRUE(read_nights(folder, "another", warnings).empty());
    EXPECT_THROW(keep_night(night("../x", {}), folder), InputError);
}

}  // namespace
}  // namespace difftest::harness
