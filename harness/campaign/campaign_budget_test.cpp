#include "harness/campaign/campaign_budget.hpp"

#include <gtest/gtest.h>

#include <fstream>

namespace difftest::harness {
namespace {

TEST(CampaignBudget, SaysWhatIsUsedUp) {
    const CampaignUse use{std::chrono::seconds(60), std::int64_t{3} << 20, std::int64_t{5} << 20};
    EXPECT_FALSE(spent({}, use));
    EXPECT_FALSE(spent({std::chrono::seconds(61), (3 << 20) + 1, (5 << 20) + 1}, use));
    EXPECT_EQ(spent({std::chrono::seconds(60), {}, {}}, use), "the time is over (60 s)");
    EXPECT_EQ(spent({{}, 2 << 20, {}}, use), "the disk space is used up: 3.0 MiB of 2.0 MiB");
    EXPECT_EQ(spent({{}, {}, 5 << 20}, use), "the memory is used up: 5.0 MiB of 5.0 MiB");
}

TEST(CampaignBudget, ReadsSizes) {
    EXPECT_EQ(parse_bytes("17"), 17);
    EXPECT_EQ(parse_bytes("3k"), 3072);
    EXPECT_EQ(parse_bytes("2M"), 2097152);
    EXPECT_EQ(parse_bytes("4G"), 4294967296);
    for (const char* text : {"", "k", "0", "-1", "1.5G", "2T", "2 G", "99999999999999999999", "2000000000G"}) {
        EXPECT_FALSE(parse_bytes(text)) << text;
    }
}

TEST(CampaignBudget, CountsTheFilesOfAFolderAndItsFolders) {
    const std::filesystem::path folder = std::filesystem::path(testing::TempDir()) / "budget";
    std::filesystem::remove_all(folder);
    std::filesystem::create_directories(folder / "deeper");
    std::ofstream(folder / "a") << "12345";
    std::ofstream(folder / "deeper" / "b") << "1234567";
    EXPECT_EQ(folder_bytes(folder), 12);
    EXPECT_EQ(folder_bytes(folder / "nowhere"), 0);
    EXPECT_GT(resident_bytes_with_children(), 1 << 20) << "this process alone holds more than a MiB";
}

}  // namespace
}  // namespace difftest::harness
