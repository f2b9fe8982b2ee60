#include "harness/cli/end_to_end_test.hpp"

#include <gmock/gmock.h>

#include <algorithm>
#include <set>

/// scripts/nightly and what it may be told to run.
namespace difftest::harness::cli {
namespace {

using nlohmann::json;

constexpr const char* kBackend = "faulty:clamp_dropped_mid_chain";

class Nightly : public testing::Test {
protected:
    void SetUp() override {
        if (!is_built("difftest-worker-faulty")) {
            GTEST_SKIP() << "difftest-worker-faulty was not built";
        }
        out_ = file_of_test("kept", "").parent_path() / "out";
        std::filesystem::remove_all(out_);
    }

    ProgramRun nightly(const std::vector<std::string>& arguments) const {
        std::vector<std::string> command{DIFFTEST_SOURCE_DIR "/scripts/nightly", "--out", out_.string(), "--backend",
                                         kBackend};
        command.insert(command.end(), arguments.begin(), arguments.end());
        return run_program(command, {{"DIFFTEST", program("difftest")}, {"DIFFTEST_CORPORA", corpora()}});
    }

    std::set<std::string> names() const {
        std::set<std::string> result;
        for (const auto& entry : std::filesystem::directory_iterator(out_)) {
            result.insert(entry.path().filename().string());
        }
        return result;
    }

    std::filesystem::path out_;
};

/// Of three old days and today two are kept; what is not named like a day is not ours.
TEST_F(Nightly, WritesTodaysFolderAndRemovesOldOnes) {
    for (const char* old : {"2001-01-01", "2001-01-02", "2001-01-03", "2001-01-04-notes", "kept"}) {
        std::filesystem::create_directories(out_ / old);
    }
    const ProgramRun run = nightly({"--time", "1s", "--nights", "2", "--jobs", "1", "--config", "clamps"});
    EXPECT_THAT(run.exit_code, testing::AnyOf(0, 1)) << run.errors;
    std::set<std::string> left = names();
    for (const char* stays : {"2001-01-03", "2001-01-04-notes", "kept", "rare"}) {
        EXPECT_EQ(left.erase(stays), 1U) << stays;
    }
    EXPECT_EQ(left.erase("2001-01-01") + left.erase("2001-01-02"), 0U);
    left.erase("ledger.json");
    EXPECT_EQ(left.erase("history"), 1U);
    ASSERT_EQ(left.size(), 1U) << "today";
    for (const char* file :
         {"report.txt", "report.json", "recheck.txt", "campaign/journal.jsonl", "report/report.html"}) {
        EXPECT_TRUE(std::filesystem::exists(out_ / *left.begin() / file)) << file;
    }
}

TEST_F(Nightly, BadUsageIsExitCode2) {
    EXPECT_EQ(nightly({"--nights", "0"}).exit_code, 2);
    EXPECT_EQ(nightly({"--time"}).exit_code, 2);
    EXPECT_EQ(nightly({"--unknown", "1"}).exit_code, 2);
    EXPECT_EQ(nightly({"--time", "soon"}).exit_code, 2);
}

/// Each configuration is read and gives cases that run; those with plans of their own name plans of libraries.
TEST_F(Nightly, EveryConfigurationRuns) {
    int seen = 0;
    for (const auto& entry : std::filesystem::directory_iterator(corpora() + "/configurations")) {
        if (entry.path().extension() != ".json") {
            continue;
        }
        ++seen;
        const std::string name = entry.path().stem().string();
        const ProgramRun run = difftest({"fuzz", "--config", name, "--indices", "0..2", "--backend", kBackend, "--out",
                                         (out_ / name).string(), "--json"});
        ASSERT_THAT(run.exit_code, testing::AnyOf(0, 1, 3)) << name << ": " << run.errors;
        const json document = json::parse(run.output);
        EXPECT_EQ(document.at("configuration"), name);
        EXPECT_EQ(document.at("summary").at("cases"), 2) << name;
    }
    EXPECT_GE(seen, 8) << "smoke, nightly, marathon and five themes";
}

}  // namespace
}  // namespace difftest::harness::cli
