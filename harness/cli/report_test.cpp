#include "harness/cli/end_to_end_test.hpp"

#include <gmock/gmock.h>

#include <algorithm>
#include <fstream>
#include <iterator>
#include <map>
#include <sstream>
#include <thread>

namespace difftest::harness::cli {
namespace {

using nlohmann::json;
using testing::HasSubstr;

constexpr const char* kConfiguration = R"({"format": "difftest-configuration", "version": 1, "name": "test", "seed": 3,
    "backends": ["faulty:clamp_dropped_mid_chain"], "generator": {"most_channels": 2, "most_spatial": 3}})";

constexpr const char* kMarkup = "</script><script>alert(1)</script>";

std::string replaced(std::string text, const std::string& what, const std::string& with) {
    for (std::size_t at = text.find(what); at != std::string::npos; at = text.find(what, at + with.size())) {
        text.replace(at, what.size(), with);
    }
    return text;
}

/// A campaign's folder with one cluster that is reduced.
class Report : public testing::Test {
protected:
    void SetUp() override {
        if (!is_built("difftest-worker-faulty")) {
            GTEST_SKIP() << "difftest-worker-faulty was not built";
        }
        configuration_ = file_of_test("configuration.json", kConfiguration);
        folder_ = configuration_.parent_path() / "out";
        std::filesystem::remove_all(configuration_.parent_path() / "nights");
        EXPECT_EQ(fuzz("out", {"--reduce", "20"}).exit_code, 1);
    }

    /// Twelve cases in a folder beside the configuration.
    ProgramRun fuzz(const std::string& name, const std::vector<std::string>& more) const {
        const std::filesystem::path folder = configuration_.parent_path() / name;
        std::filesystem::remove_all(folder);
        std::vector<std::string> arguments{"fuzz",  "--config", configuration_.string(), "--indices",
                                           "0..12", "--out",    folder.string()};
        arguments.insert(arguments.end(), more.begin(), more.end());
        return difftest(arguments);
    }

    void overwrite(const std::string& file, const std::string& text) const { std::ofstream(folder_ / file) << text; }

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

    std::filesystem::path configuration_;
    std::filesystem::path folder_;
};

/// The rows add up, and the case with the largest error shows that error when it runs again.
TEST_F(Report, TellsHowFarElementsAreFromWhatIsAllowed) {
    const std::string backend = "faulty:wrapped_store";
    fuzz("out", {"--backend", backend});
    const json document = json::parse(report({"--json"}).output);
    const json& campaign = document.at("campaign");
    std::map<std::string, std::int64_t> sums;
    for (const json& row : campaign.at("tolerance")) {
        EXPECT_EQ(row.at("backend"), backend);
        for (const char* member : {"judged", "exact", "allowed", "outside"}) {
            sums[member] += row.at("elements").at(member).get<std::int64_t>();
        }
    }
    for (const auto& [member, sum] : sums) {
        EXPECT_EQ(campaign.at("elements").at(member), sum) << member;
    }
    EXPECT_EQ(sums["judged"], sums["exact"] + sums["allowed"] + sums["outside"]);
    std::int64_t far = 0;
    for (const char* unit : {"lsb", "ulp"}) {
        for (const json& bucket : campaign.at("elements").at(unit).at("counts")) {
            far += bucket.at("elements").get<std::int64_t>();
        }
    }
    EXPECT_EQ(far, sums["outside"]);
    const json& largest = campaign.at("elements").at("lsb").at("largest");
    ASSERT_TRUE(largest.is_object()) << "a store that wraps shows in integers";
    const json again = json::parse(
        difftest({"--case", (folder_ / "largest/lsb.json").string(), "--backend", backend, "--json"}).output);
    double farthest = 0;
    for (const json& run : again.at("runs")) {
        for (const json& output : run.at("outputs")) {
            if (output.at("tensor") == largest.at("tensor") && output.at("worst").is_object()) {
                farthest = std::max(farthest, output.at("worst").at("distance").get<double>());
            }
        }
    }
    EXPECT_EQ(farthest, largest.at("steps").get<double>());
    EXPECT_EQ(document.at("throughput").at("cases"), 12);
    EXPECT_EQ(document.at("throughput").at("sessions").at(0).at("ended"), "all is judged");
    EXPECT_GT(campaign.at("faults").size(), 70U) << "sharpness";
}

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

/// Two shards of one night report at the same time into one history; then their whole does.
TEST_F(Report, ShardsOfOneNightDoNotOverwriteEachOther) {
    const std::filesystem::path nights = configuration_.parent_path() / "nights";
    const auto folder = [this](const std::string& name) { return (configuration_.parent_path() / name).string(); };
    const auto report_into = [&](const std::string& name, const std::string& night) {
        return difftest({"report", folder(name), "--history", nights.string(), "--night", night, "--json"});
    };
    fuzz("a", {"--shard", "1/2"});
    fuzz("b", {"--shard", "2/2"});
    for (const std::string night : {"2026-11-25", "2026-11-26"}) {
        std::jthread other([&] { report_into("a", night); });
        report_into("b", night);
    }
    EXPECT_EQ(std::distance(std::filesystem::directory_iterator(nights), {}), 4);
    const json shard = checked_document(report_into("a", "2026-11-26").output, "report");
    EXPECT_EQ(shard.at("warnings"), json::array()) << "a shard is whole without the indices of the other";
    EXPECT_EQ(shard.at("nights").at(1).at("cases"), 12);
    EXPECT_EQ(shard.at("findings").at(0).at("since"), "2026-11-25");
    EXPECT_EQ(shard.at("absent"), json::array()) << "what only the other shard shows is not gone";
    EXPECT_EQ(shard.at("changes"), json::array());
    difftest({"merge", folder("a"), folder("b"), "--out", folder("whole")});
    const json whole = json::parse(report_into("whole", "2026-11-26").output);
    EXPECT_EQ(whole.at("nights").at(1).at("cases"), 12) << "not counted twice";
    EXPECT_EQ(whole.at("throughput").at("sessions").size(), 2U);
    EXPECT_EQ(whole.at("campaign"), json::parse(report({"--json"}).output).at("campaign")) << "as of one process";
}

/// Names come from libraries, from users' files, and from who knows where.
TEST_F(Report, MarkupInNamesIsText) {
    overwrite("journal.jsonl", replaced(content("journal.jsonl"), "\"fused\"", json(kMarkup).dump()));
    const std::filesystem::path finding = std::filesystem::directory_iterator(folder_ / "findings")->path();
    const std::string name = "findings/" + finding.filename().string();
    json minimal = json::parse(content(name + "/minimal.json"));
    minimal["graph"]["nodes"][0]["name"] = kMarkup;
    overwrite(name + "/minimal.json", minimal.dump());
    for (const char* file : {"/finding.json", "/observation.json"}) {
        overwrite(name + file, replaced(content(name + file), "fused", "<script>alert(1)"));
    }
    overwrite("journal.jsonl", content("journal.jsonl") + kMarkup + "\n");
    EXPECT_EQ(report().exit_code, 1);
    const std::string html = content("report/report.html");
    EXPECT_THAT(html, HasSubstr("&lt;script&gt;alert(1)"));
    EXPECT_EQ(html.find("<script>alert"), std::string::npos);
    for (const char* file : {"report/report.md", "report/junit.xml"}) {
        EXPECT_EQ(content(file).find("<script>"), std::string::npos) << file;
    }
}

/// A page of a clean campaign whose journal is damaged is not green.
TEST_F(Report, DamageIsSeenWhereNothingElseIsWrong) {
    ASSERT_EQ(fuzz("out", {"--backend", "faulty:none"}).exit_code, 0);
    ASSERT_EQ(report().exit_code, 0);
    EXPECT_THAT(content("report/report.html"), HasSubstr("<header class=\"clean\">"));
    const std::string journal = content("journal.jsonl");
    const std::size_t last = journal.rfind('\n', journal.size() - 2) + 1;
    overwrite("journal.jsonl", journal.substr(0, last) + "{\"index\": \"eleven\"}\n");
    const ProgramRun run = report({"--json"});
    EXPECT_EQ(run.exit_code, 4);
    EXPECT_EQ(checked_document(run.output, "report").at("exit_code"), 4);
    EXPECT_THAT(content("report/report.html"), HasSubstr("<header class=\"incomplete\">"));
    EXPECT_THAT(content("report/report.html"), HasSubstr("journal.jsonl:12: not used"));
    overwrite("backends.json", "{\"backends\": [");
    const ProgramRun torn = report();
    EXPECT_EQ(torn.exit_code, 2);
    EXPECT_THAT(torn.errors, HasSubstr("backends.json"));
    EXPECT_EQ(std::count(torn.errors.begin(), torn.errors.end(), '\n'), 1) << torn.errors;
    std::filesystem::remove(folder_ / "journal.jsonl");
    EXPECT_EQ(report().exit_code, 2);
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
    EXPECT_THAT(other.errors, HasSubstr("is 99; this difftest reads version 4"));
    EXPECT_EQ(difftest({"report", folder_.parent_path().string()}).exit_code, 2);
    EXPECT_EQ(difftest({"export", folder_.parent_path().string()}).exit_code, 2);
}

}  // namespace
}  // namespace difftest::harness::cli
