#include "harness/cli/end_to_end_test.hpp"

#include <gmock/gmock.h>

#include <fstream>
#include <sstream>

#include <sys/mount.h>

/// Campaigns that are steered, killed, cut short or run out of something: the answer is the same in the end.
namespace difftest::harness::cli {
namespace {

using nlohmann::json;
using testing::HasSubstr;

/// Short chains on a backend with a fault that shows in every tenth case; with and without steering.
std::string configuration(const std::string& steering) {
    return R"({"format": "difftest-configuration", "version": 1, "name": "test", "seed": 3, )" + steering + R"(
        "backends": ["faulty:levels_instead_of_levels_minus_one"],
        "generator": {"most_channels": 3, "most_spatial": 4, "longest_chain": 3, "deep_part": 0,
                      "topologies": {"free": 1}, "steps": {"fake_quantize": 2, "scale": 2, "relu": 1},
                      "first_steps": {"convolution": 1, "fake_quantize": 1, "pooling": 1}}})";
}
const std::string kSteering = R"("steering": {"lanes": 4, "full": 2, "least_matched": 3, "candidates": 2},)";

class Endurance : public testing::Test {
protected:
    void SetUp() override {
        if (!is_built("difftest-worker-faulty")) {
            GTEST_SKIP() << "difftest-worker-faulty was not built";
        }
        configuration_ = file_of_test("configuration.json", configuration(kSteering));
        std::filesystem::remove_all(folder("out"));
    }

    std::filesystem::path folder(const std::string& name) const { return configuration_.parent_path() / name; }

    std::vector<std::string> arguments(const std::string& indices, const std::filesystem::path& out,
                                       const std::vector<std::string>& more = {}) const {
        std::vector<std::string> result{
            "fuzz", "--config", configuration_.string(), "--indices", indices, "--out", out.string(), "--json"};
        result.insert(result.end(), more.begin(), more.end());
        return result;
    }

    ProgramRun fuzz(const std::string& indices, const std::string& out,
                    const std::vector<std::string>& more = {}) const {
        return difftest(arguments(indices, folder(out), more));
    }

    /// The same through another program that starts it: timeout, sh.
    static ProgramRun fuzz_through(std::vector<std::string> starter, const std::vector<std::string>& fuzz_arguments) {
        starter.push_back(program("difftest"));
        starter.insert(starter.end(), fuzz_arguments.begin(), fuzz_arguments.end());
        return run_program(starter, {{"DIFFTEST_CORPORA", corpora()}});
    }

    static std::string content(const std::filesystem::path& file) {
        std::ostringstream text;
        text << std::ifstream(file).rdbuf();
        return text.str();
    }

    void expect_same_cases(const std::string& a, const std::string& b) const {
        for (const char* part : {"clusters", "rare"}) {
            for (const auto& entry : std::filesystem::directory_iterator(folder(a) / part)) {
                EXPECT_EQ(content(entry.path()), content(folder(b) / part / entry.path().filename()));
            }
        }
    }

    std::filesystem::path configuration_;
};

TEST_F(Endurance, SteeringKeepsALoudErrorFromDrowningTheRest) {
    const json steered = checked_document(fuzz("0..400", "steered").output, "campaign");
    std::ofstream(configuration_) << configuration("");
    const json free = checked_document(fuzz("0..400", "free").output, "campaign");
    const auto loudest = [](const json& document) { return document.at("clusters").at(0).at("cases").get<int>(); };
    EXPECT_GT(steered.at("steered").at("cases"), 0);
    EXPECT_LT(loudest(steered), loudest(free));
    EXPECT_EQ(free.at("steered").at("cases"), 0);
    // Each of the cases can be made again from its index and draw.
    const json& smallest = steered.at("clusters").at(0).at("smallest");
    const ProgramRun again = difftest({"--case", (folder("steered") / smallest.at("file").get<std::string>()).string(),
                                       "--backend", "faulty:levels_instead_of_levels_minus_one"});
    EXPECT_EQ(again.exit_code, 1);
}

TEST_F(Endurance, GuidanceReachesMorePairsOfAttributesWithAsManyCases) {
    const auto pairs = [this](const std::string& steering, const std::string& out) {
        std::ofstream(configuration_) << configuration(steering);
        const json document = checked_document(fuzz("0..80", out).output, "campaign");
        std::int64_t judged = 0;
        for (const json& row : document.at("pairs").at("operations")) {
            judged += row.at("judged").get<std::int64_t>();
        }
        EXPECT_EQ(document.at("guided").at("cases") > 0, steering.find("candidates") != std::string::npos);
        return judged;
    };
    // Nothing is steered away from: no cluster gets that full.
    const std::int64_t guided = pairs(R"("steering": {"lanes": 1, "full": 1000, "candidates": 4},)", "guided");
    EXPECT_GT(guided, pairs("", "unguided"));
}

TEST_F(Endurance, SteeredCampaignsAreTheSameHoweverTheyAreSharedOut) {
    const ProgramRun whole = fuzz("5..150", "whole");
    const ProgramRun together = fuzz("5..150", "together", {"--jobs", "3"});
    EXPECT_EQ(together.output, whole.output) << together.errors;
    std::vector<std::string> merge{"merge", "--json", "--out", folder("merged").string()};
    for (const char* shard : {"1/3", "2/3", "3/3"}) {
        const std::string name = "shard" + std::string(1, shard[0]);
        const ProgramRun run = fuzz("5..150", name, {"--shard", shard, "--jobs", "2"});
        EXPECT_THAT(run.exit_code, testing::AnyOf(0, 1)) << run.errors;
        merge.push_back(folder(name).string());
    }
    const ProgramRun merged = difftest(merge);
    EXPECT_EQ(merged.output, whole.output) << merged.errors;
    expect_same_cases("whole", "merged");
    EXPECT_THAT(fuzz("0..9", "more", {"--shard", "1/5"}).errors, HasSubstr("a shard needs a lane of its own"));
    const ProgramRun other = fuzz("6..150", "whole");
    EXPECT_EQ(other.exit_code, 2);
    EXPECT_THAT(other.errors, HasSubstr("another first index"));
}

/// kill -9 at any moment, again and again, then once to the end.
TEST_F(Endurance, KilledTwentyTimesItEndsWithTheSameBytes) {
    const ProgramRun at_once = fuzz("0..120", "at_once");
    int killed = 0;
    for (int turn = 0; turn < 20; ++turn) {
        const std::string after = "0." + std::to_string(100 + (turn * 37) % 140);
        const ProgramRun run = fuzz_through({"/usr/bin/timeout", "--signal=KILL", after},
                                            arguments("0..120", folder("killed"), {"--jobs", "2"}));
        killed += run.exit_code == 137 ? 1 : 0;
    }
    EXPECT_GT(killed, 0);
    const ProgramRun last = fuzz("0..120", "killed");
    EXPECT_EQ(last.output, at_once.output) << last.errors;
    expect_same_cases("at_once", "killed");
}

/// It takes the right to mount a small file system; Journal.AFullDiskLeavesWholeLinesOnly does without.
TEST_F(Endurance, AFullFileSystemLosesNothing) {
    const std::filesystem::path small = folder("small");
    std::filesystem::create_directories(small);
    if (::mount("tmpfs", small.c_str(), "tmpfs", 0, "size=200k") != 0) {
        GTEST_SKIP() << "no file system can be mounted here";
    }
    const ProgramRun full = difftest(arguments("0..200", small / "out"));
    EXPECT_EQ(full.exit_code, 4) << full.errors;
    EXPECT_THAT(full.errors, HasSubstr("No space left on device"));
    std::error_code error;
    std::filesystem::copy(small / "out", folder("moved"), std::filesystem::copy_options::recursive, error);
    EXPECT_FALSE(error) << error.message();
    EXPECT_EQ(::umount(small.c_str()), 0);
    const ProgramRun resumed = fuzz("0..200", "moved");
    EXPECT_EQ(resumed.output, fuzz("0..200", "whole").output) << resumed.errors;
}

TEST_F(Endurance, BudgetsEndACampaignThatGoesOnLater) {
    const ProgramRun whole = fuzz("0..40", "whole");
    const ProgramRun disk = fuzz("0..40", "cut", {"--disk", "20k"});
    EXPECT_THAT(disk.errors, HasSubstr("stopped: the disk space is used up"));
    EXPECT_LT(json::parse(disk.output).at("summary").at("cases"), 40);
    EXPECT_GT(json::parse(disk.output).at("summary").at("cases"), 0);
    EXPECT_EQ(fuzz("0..40", "cut").output, whole.output);
    const ProgramRun memory = fuzz("0..100000", "memory", {"--memory", "1k"});
    EXPECT_THAT(memory.errors, HasSubstr("stopped: the memory is used up"));
    for (const std::vector<std::string>& bad :
         {std::vector<std::string>{"--disk", "much"}, {"--memory", "0"}, {"--time", "2d"}}) {
        const ProgramRun run = fuzz("0..1", "bad", bad);
        EXPECT_EQ(run.exit_code, 2);
        EXPECT_THAT(run.errors, HasSubstr(bad[0] + " " + bad[1]));
    }
}

}  // namespace
}  // namespace difftest::harness::cli
