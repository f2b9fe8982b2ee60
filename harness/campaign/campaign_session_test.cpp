#include "harness/campaign/campaign_session.hpp"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

namespace difftest::harness {
namespace {

CampaignSession session(std::uint64_t shard, std::uint64_t shards, const std::string& began, const std::string& ended) {
    CampaignSession result;
    result.lanes = 3;
    result.shard = shard;
    result.shards = shards;
    result.began = began;
    result.ended = ended;
    return result;
}

/// Of three lanes the first of two shards owns lanes 0 and 2: of the indices 0 to 9 that is 0 2 3 5 6 8 9.
TEST(CampaignSession, OnlyTheSharesThatWereBegunAreWanted) {
    EXPECT_EQ(wanted_indices({}, 0, 10), 10U);
    EXPECT_EQ(wanted_indices({session(0, 2, "1", "x"), session(0, 2, "2", "x")}, 0, 10), 7U);
    EXPECT_EQ(wanted_indices({session(0, 2, "1", "x"), session(1, 2, "1", "x")}, 0, 10), 10U);
    EXPECT_EQ(wanted_indices({session(0, 2, "1", "x"), session(0, 1, "1", "x")}, 0, 10), 10U) << "divided twice";
}

/// One that was killed is made up for by the next one of the same share.
TEST(CampaignSession, TheLastOfEachShareTellsWhetherItEnded) {
    const std::vector<CampaignSession> sessions = {
        session(0, 2, "2026-11-26T01", ""), session(0, 2, "2026-11-26T02", "all"),
        session(1, 2, "2026-11-26T01", "all"), session(1, 2, "2026-11-26T03", "")};
    const std::vector<CampaignSession> open = unfinished(sessions);
    ASSERT_EQ(open.size(), 1U);
    EXPECT_EQ(open[0].shard, 1U);
    EXPECT_EQ(open[0].began, "2026-11-26T03");
}

/// They are walked through: what nobody divides a campaign into would take minutes.
TEST(CampaignSession, AnAbsurdNumberOfLanesIsLeftOut) {
    const std::filesystem::path folder = std::filesystem::path(testing::TempDir()) / "absurd_lanes";
    std::filesystem::create_directories(folder / "sessions");
    const auto read = [&folder](const std::string& lanes) {
        std::ofstream(folder / "sessions" / "a.json")
            << R"({"format": "difftest-session", "version": 1, "lanes": )" << lanes
            << R"(, "machine": {"cpu": "c", "cpus": 1, "system": "s", "compiler": "g", "difftest_version": "0"}})";
        std::vector<std::string> warnings;
        const std::vector<CampaignSession> sessions = read_sessions(folder, warnings);
        EXPECT_EQ(sessions.size() + warnings.size(), 1U);
        return sessions.size();
    };
    EXPECT_EQ(read("4096"), 1U);
    EXPECT_EQ(read("8589934592"), 0U);
}

TEST(CampaignSession, ProcessorTimeGoesOn) {
    const double before = processor_seconds_with_children();
    EXPECT_GT(before, 0);
    EXPECT_GE(processor_seconds_with_children(), before);
}

}  // namespace
}  // namespace difftest::harness
