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

Night shard(const std::string& origin, std::map<std::string, std::int64_t> findings) {
    Night result = night("2026-11-26", std::move(findings));
    result.origin = origin;
    result.summary.cases = 5;
    result.libraries = {"oneDNN"};
    return result;
}

/// Two shards of one night find different things; a shard that reports again replaces itself; the merged folder stands
/// for both.
TEST(Nights, OfSeveralShardsAreWhatTheirFilesSayTogether) {
    const std::filesystem::path folder = std::filesystem::path(testing::TempDir()) / "nights_of_shards_test";
    std::filesystem::remove_all(folder);
    keep_night(shard("one", {{"a", 1}, {"b", 2}}), folder);
    keep_night(shard("two", {{"b", 9}, {"c", 1}}), folder);
    keep_night(shard("two", {{"b", 3}, {"c", 1}}), folder);
    std::vector<std::string> warnings;
    std::vector<Night> nights = read_nights(folder, "test", warnings);
    ASSERT_EQ(nights.size(), 1U);
    EXPECT_EQ(nights[0].findings, (std::map<std::string, std::int64_t>{{"a", 1}, {"b", 5}, {"c", 1}}));
    EXPECT_EQ(nights[0].summary.cases, 10);
    EXPECT_EQ(nights[0].summary.judged, 20);
    EXPECT_EQ(nights[0].summary.problems, 3);
    EXPECT_EQ(nights[0].summary.libraries, "oneDNN");
    Night whole = shard("whole", {{"a", 1}, {"b", 5}});
    whole.merged_from = {"one", "two"};
    keep_night(whole, folder);
    nights = read_nights(folder, "test", warnings);
    ASSERT_EQ(nights.size(), 1U);
    EXPECT_EQ(nights[0].summary.cases, 5);
    EXPECT_EQ(nights[0].findings.size(), 2U);
    EXPECT_TRUE(warnings.empty());
}

TEST(Nights, OfOlderBuildsAreRead) {
    const std::filesystem::path folder = std::filesystem::path(testing::TempDir()) / "old_nights_test";
    std::filesystem::remove_all(folder);
    std::filesystem::create_directories(folder);
    std::ofstream(folder / "a.json") << R"({"format": "difftest-night", "version": 1, "night": "2026-11-24",
        "configuration": "test", "libraries": "oneDNN 2.6", "cases": 7, "judged": 9, "problems": 1, "known_runs": 0,
        "pairs": 3, "findings": {"a": 1}})";
    std::ofstream(folder / "b.json") << R"({"format": "difftest-night", "version": 99})";
    std::vector<std::string> warnings;
    const std::vector<Night> nights = read_nights(folder, "test", warnings);
    ASSERT_EQ(nights.size(), 1U);
    EXPECT_EQ(histories(nights).at("a").since_library, "oneDNN 2.6");
    ASSERT_EQ(warnings.size(), 1U);
    EXPECT_NE(warnings[0].find("is 99; this difftest reads up to 2"), std::string::npos) << warnings[0];
}

}  // namespace
}  // namespace difftest::harness
