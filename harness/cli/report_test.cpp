#include "harness/cli/end_to_end_test.hpp"

#include <gmock/gmock.h>

#include <fstream>
#include <sstream>

namespace difftest::harness::cli {
namespace {

using nlohmann::json;
using testing::HasSubstr;

constexpr const char* kConfiguration = R"({"format": "difftest-configuration", "version": 1, "name": "test", "seed": 3,
    "backends": ["faulty:clamp_dropped_mid_chain"], "generator": {"most_channels": 2, "most_spatial": 3}})";

/// A campaign's folder with one cluster that is reduced.
class Report : public testing::Test {
protected:
    void SetUp() override {
        if (!is_built("difftest-worker-faulty")) {
            GTEST_SKIP() << "difftest-worker-faulty was not built";
        }
        const std::filesystem::path configuration = file_of_test("configuration.json", kConfiguration);
        folder_ = configuration.parent_path() / "out";
        std::filesystem::remove_all(folder_);
        const ProgramRun run = difftest({"fuzz", "--config", configuration.string(), "--indices", "0..12", "--out",
                                         folder_.string(), "--reduce", "20"});
        ASSERT_EQ(run.exit_code, 1) << run.errors;
    }

    ProgramRun report(std::vector<std::string> more = {}) const {
        std::vector<std::string> arguments{"report", folder_.string()};
        arguments.insert(arguments.end(), more.begin(), more.end());
        return difftest(arguments);
    }

    std::string content(const std::string& file) const {
        std::ostringstream text;
        text << std::ifstream(folder_ / file).rdbuf();
        return text.str();
    }

    std::filesystem::path folder_;
};

TEST_F(Report, IsWrittenInEveryFormat) {
    const ProgramRun run = report({"--json"});
    EXPECT_EQ(run.exit_code, 1) << run.errors;
    const json document = checked_document(run.output, "report");
    ASSERT_FALSE(document.at("findings").empty());
    const json& finding = document.at("findings").front();
    EXPECT_EQ(finding.at("state"), "new");
    EXPECT_EQ(finding.at("finding").at("diagnosis").at("named").size(), 1U);
    EXPECT_EQ(document.at("warnings").size(), 0U);
    EXPECT_FALSE(document.at("environment").at("cpu").get<std::string>().empty());
    EXPECT_EQ(content("report/tolerance.json"), run.output);
    const json sarif = json::parse(content("report/report.sarif"));
    EXPECT_EQ(sarif.at("version"), "2.1.0");
    EXPECT_EQ(sarif.at("runs").at(0).at("results").size(), document.at("findings").size());
    const ProgramRun xml =
        run_program({DIFFTEST_PYTHON, "-c",
                     "import sys, xml.etree.ElementTree as t; s = t.parse(sys.argv[1]).getroot()[0]\n"
                     "print(s.get('failures'), len(s.findall('testcase/failure')),"
                     " int(s.get('tests')) - len(s.findall('testcase')))",
                     (folder_ / "report/junit.xml").string()});
    const std::string count = std::to_string(document.at("findings").size());
    EXPECT_EQ(xml.output, count + " " + count + " 0\n") << xml.errors;
    EXPECT_THAT(content("report/report.md"), HasSubstr("distinct problems"));
    EXPECT_THAT(content("report/report.html"), HasSubstr(finding.at("id").get<std::string>()));
}

TEST_F(Report, SaysSinceWhen) {
    const std::string nights = (folder_ / "nights").string();
    report({"--history", nights, "--night", "2026-11-25"});
    const json first = json::parse(report({"--history", nights, "--night", "2026-11-25", "--json"}).output);
    EXPECT_EQ(first.at("findings").at(0).at("state"), "new");
    const json second = json::parse(report({"--history", nights, "--night", "2026-11-26", "--json"}).output);
    EXPECT_EQ(second.at("findings").at(0).at("state"), "open");
    EXPECT_EQ(second.at("findings").at(0).at("since"), "2026-11-25");
    EXPECT_EQ(second.at("nights").size(), 2U);
}

TEST_F(Report, ShowsWhatIsMissing) {
    std::filesystem::resize_file(folder_ / "journal.jsonl", std::filesystem::file_size(folder_ / "journal.jsonl") - 5);
    for (const auto& finding : std::filesystem::directory_iterator(folder_ / "findings")) {
        std::filesystem::remove(finding.path() / "finding.json");
    }
    const json document = json::parse(report({"--json"}).output);
    EXPECT_THAT(document.at("warnings").dump(), HasSubstr("torn off"));
    EXPECT_THAT(document.at("warnings").dump(), HasSubstr("reduction was not finished"));
    EXPECT_THAT(content("report/report.html"), HasSubstr("reduction was not finished"));
    std::ofstream(folder_ / "journal.jsonl");
    const ProgramRun empty = report();
    EXPECT_EQ(empty.exit_code, 3);
    EXPECT_THAT(content("report/report.html"), HasSubstr("Nothing was judged"));
    json identity = json::parse(content("campaign.json"));
    identity["version"] = 99;
    std::ofstream(folder_ / "campaign.json") << identity;
    const ProgramRun other = report();
    EXPECT_EQ(other.exit_code, 2);
    EXPECT_THAT(other.errors, HasSubstr("is 99; this difftest reads version 3"));
    EXPECT_EQ(difftest({"report", folder_.parent_path().string()}).exit_code, 2);
    EXPECT_EQ(difftest({"export", folder_.parent_path().string()}).exit_code, 2);
}

}  // namespace
}  // namespace difftest::harness::cli
