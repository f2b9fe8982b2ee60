#include "harness/cli/end_to_end_test.hpp"

#include <gmock/gmock.h>

#include <fstream>
#include <sstream>

namespace difftest::harness::cli {
namespace {

using nlohmann::json;
using testing::HasSubstr;

/// A configuration of small cases on a backend that drops every clamp.
constexpr const char* kConfiguration = R"({"format": "difftest-configuration", "version": 1, "name": "test", "seed": 3,
    "backends": ["faulty:clamp_dropped_mid_chain"], "generator": {"most_channels": 3, "most_spatial": 4}})";

class Fuzz : public testing::Test {
protected:
    void SetUp() override {
        if (!is_built("difftest-worker-faulty")) {
            GTEST_SKIP() << "difftest-worker-faulty was not built";
        }
        configuration_ = file_of_test("configuration.json", kConfiguration);
        folder_ = configuration_.parent_path() / "out";
        std::filesystem::remove_all(folder_);
    }

    ProgramRun fuzz(const std::string& indices, const std::filesystem::path& folder,
                    std::vector<std::string> more = {}) const {
        std::vector<std::string> arguments{"fuzz",  "--config", configuration_.string(), "--indices",
                                           indices, "--out",    folder.string()};
        arguments.insert(arguments.end(), more.begin(), more.end());
        return difftest(arguments);
    }

    static std::string content(const std::filesystem::path& file) {
        std::ostringstream text;
        text << std::ifstream(file).rdbuf();
        return text.str();
    }

    std::filesystem::path configuration_;
    std::filesystem::path folder_;
};

TEST_F(Fuzz, FindsTheDroppedClampAndWritesItsSmallestCase) {
    const ProgramRun run = fuzz("0..60", folder_, {"--json"});
    EXPECT_EQ(run.exit_code, 1) << run.errors;
    const json document = checked_document(run.output, "campaign");
    EXPECT_EQ(document.at("summary").at("cases"), 60);
    ASSERT_FALSE(document.at("clusters").empty());
    const json& cluster = document.at("clusters").front();
    EXPECT_EQ(cluster.at("verdict"), "violation");
    const std::filesystem::path smallest = folder_ / cluster.at("smallest").at("file").get<std::string>();
    const ProgramRun again = difftest({"--case", smallest.string(), "--backend", "faulty:clamp_dropped_mid_chain"});
    EXPECT_EQ(again.exit_code, 1) << "the smallest case of a cluster must show it";
    EXPECT_EQ(content(folder_ / "report.json"), run.output);
}

TEST_F(Fuzz, EndsWithTheSameBytesHoweverItGotThere) {
    const ProgramRun at_once = fuzz("0..40", folder_, {"--json"});
    const std::filesystem::path other = folder_.parent_path() / "other";
    std::filesystem::remove_all(other);
    fuzz("0..13", other);
    {
        // As a sudden death leaves it: half a line at the end.
        std::ofstream(other / "journal.jsonl", std::ios::app) << R"({"index":13,"cost":)";
    }
    const ProgramRun resumed = fuzz("0..40", other, {"--json", "--jobs", "2"});
    EXPECT_EQ(resumed.output, at_once.output);
    for (const auto& entry : std::filesystem::directory_iterator(folder_ / "clusters")) {
        EXPECT_EQ(content(entry.path()), content(other / "clusters" / entry.path().filename()));
    }
}

TEST_F(Fuzz, ADamagedLineInTheMiddleIsReportedAndItsIndexDoneAgain) {
    const ProgramRun before = fuzz("0..10", folder_, {"--json"});
    std::string journal = content(folder_ / "journal.jsonl");
    journal[journal.find("{\"index\":4,") + 2] = '#';
    std::ofstream(folder_ / "journal.jsonl") << journal;
    const ProgramRun after = fuzz("0..10", folder_, {"--json"});
    const json document = checked_document(after.output, "campaign");
    EXPECT_EQ(document.at("summary"), json::parse(before.output).at("summary"));
    ASSERT_EQ(document.at("complaints").size(), 1U);
    EXPECT_THAT(document.at("complaints").front().get<std::string>(), HasSubstr("journal.jsonl:5:"));
}

TEST_F(Fuzz, ShardsMergeToTheSameBytes) {
    const ProgramRun whole = fuzz("0..40", folder_, {"--json"});
    std::vector<std::string> arguments{"merge", "--json", "--out", (folder_.parent_path() / "merged").string()};
    std::filesystem::remove_all(folder_.parent_path() / "merged");
    for (const char* shard : {"1/3", "2/3", "3/3"}) {
        const std::filesystem::path folder = folder_.parent_path() / ("shard" + std::string(1, shard[0]));
        std::filesystem::remove_all(folder);
        fuzz("0..40", folder, {"--shard", shard});
        arguments.push_back(folder.string());
    }
    const ProgramRun merged = difftest(arguments);
    EXPECT_EQ(merged.output, whole.output) << merged.errors;
    EXPECT_EQ(merged.exit_code, whole.exit_code);
    for (const auto& entry : std::filesystem::directory_iterator(folder_ / "clusters")) {
        EXPECT_EQ(content(entry.path()),
                  content(folder_.parent_path() / "merged" / "clusters" / entry.path().filename()));
    }
}

TEST_F(Fuzz, ShardsOfOtherCampaignsDoNotMerge) {
    const std::filesystem::path other = folder_.parent_path() / "other";
    std::filesystem::remove_all(other);
    std::filesystem::remove_all(folder_.parent_path() / "merged");
    fuzz("0..2", folder_);
    fuzz("0..2", other, {"--backend", "faulty:D02"});
    const std::string merged = (folder_.parent_path() / "merged").string();
    const ProgramRun run = difftest({"merge", folder_.string(), other.string(), "--out", merged});
    EXPECT_EQ(run.exit_code, 2);
    EXPECT_THAT(run.errors, HasSubstr("is of another campaign than"));
    EXPECT_FALSE(std::filesystem::exists(merged));
    const std::filesystem::path configured = folder_.parent_path() / "configured";
    std::filesystem::remove_all(configured);
    std::string text = kConfiguration;
    std::ofstream(configuration_) << text.replace(text.find("\"seed\": 3"), 9, "\"seed\": 4");
    fuzz("0..2", configured);
    const ProgramRun differs = difftest({"merge", folder_.string(), configured.string(), "--out", merged});
    EXPECT_EQ(differs.exit_code, 2);
    EXPECT_THAT(differs.errors, HasSubstr("campaign.json differs"));
    EXPECT_THAT(difftest({"merge", "/nowhere", "--out", merged}).errors,
                HasSubstr("/nowhere: not a campaign's folder"));
    EXPECT_THAT(fuzz("0..2", other, {"--shard", "4/3"}).errors, HasSubstr("--shard 4/3"));
}

TEST_F(Fuzz, BadInputIsOneLine) {
    const auto refused = [this](const std::string& text, const std::string& what) {
        std::ofstream(configuration_) << text;
        const ProgramRun run = fuzz("0..1", folder_);
        EXPECT_EQ(run.exit_code, 2) << text;
        EXPECT_THAT(run.errors, HasSubstr(what));
        EXPECT_EQ(run.output, "");
        EXPECT_FALSE(std::filesystem::exists(folder_)) << "nothing may be written";
    };
    refused("{", "configuration.json: ");
    refused(R"({"format": "difftest-configuration", "version": 1, "name": "x", "sead": 1})", "/sead: unknown member");
    refused(R"({"format": "difftest-configuration", "version": 1, "name": "x", "seed": -1})", "/seed: must be");
    refused(R"({"format": "difftest-configuration", "version": 1, "name": "x", "generator": {"most_channels": 0}})",
            "/generator/most_channels: must be");
    refused(R"({"format": "difftest-configuration", "version": 1, "name": "x", "generator": {"steps": {"scale": 0}}})",
            "/generator/steps: the weights sum to 0");
    refused(R"({"format": "difftest-configuration", "version": 1, "name": "x", "generator": {"steps": {"scael": 1}}})",
            "/generator/steps/scael: unknown step");
    std::ofstream(configuration_) << kConfiguration;
    EXPECT_THAT(fuzz("5..5", folder_).errors, HasSubstr("--indices 5..5"));
    EXPECT_THAT(fuzz("0..1", folder_, {"--time", "5"}).errors, HasSubstr("--time 5"));
}

TEST_F(Fuzz, TheFolderOfAnotherCampaignIsLeftAlone) {
    fuzz("0..3", folder_);
    const std::string journal = content(folder_ / "journal.jsonl");
    const ProgramRun run = fuzz("0..3", folder_, {"--backend", "faulty:D02"});
    EXPECT_EQ(run.exit_code, 2);
    EXPECT_THAT(run.errors, HasSubstr("belongs to another campaign"));
    EXPECT_EQ(content(folder_ / "journal.jsonl"), journal);
}

}  // namespace
}  // namespace difftest::harness::cli
