#include "harness/cli/end_to_end_test.hpp"

#include <gmock/gmock.h>

#include <algorithm>
#include <iterator>
#include <sstream>

/// Files of strangers: nothing in them makes the program run something, write elsewhere, or read what their author
/// cannot.
namespace difftest::harness::cli {
namespace {

using nlohmann::json;
using testing::HasSubstr;
using testing::Not;

constexpr const char* kConfiguration = R"({"format": "difftest-configuration", "version": 1, "name": "test", "seed": 3,
    "backends": ["faulty:clamp_dropped_mid_chain"], "generator": {"most_channels": 2, "most_spatial": 3}})";

constexpr const char* kSecret = "what only the user may read";

class HostileFolder : public testing::Test {
protected:
    void SetUp() override {
        if (!is_built("difftest-worker-faulty")) {
            GTEST_SKIP() << "difftest-worker-faulty was not built";
        }
        configuration_ = file_of_test("configuration.json", kConfiguration);
        folder_ = configuration_.parent_path() / "out";
        outside_ = configuration_.parent_path() / "outside";
        std::filesystem::remove_all(folder_);
        std::filesystem::remove_all(outside_);
        std::filesystem::create_directories(outside_);
        std::ofstream(outside_ / "secret.txt") << kSecret;
        ASSERT_EQ(fuzz({"--reduce", "20"}).exit_code, 1);
        finding_ = std::filesystem::directory_iterator(folder_ / "findings")->path();
    }

    ProgramRun fuzz(const std::vector<std::string>& more = {}, const std::string& indices = "0..12") const {
        std::vector<std::string> arguments{"fuzz",  "--config", configuration_.string(), "--indices",
                                           indices, "--out",    folder_.string()};
        arguments.insert(arguments.end(), more.begin(), more.end());
        return difftest(arguments);
    }

    /// Nothing was written beside the secret, and the secret is as it was.
    void expect_outside_untouched() const {
        EXPECT_EQ(std::distance(std::filesystem::directory_iterator(outside_), {}), 1);
        EXPECT_EQ(content(outside_ / "secret.txt"), kSecret);
    }

    void expect_secret_not_told() const {
        for (const auto& entry : std::filesystem::recursive_directory_iterator(folder_)) {
            if (entry.is_regular_file() && !entry.is_symlink()) {
                EXPECT_THAT(content(entry.path()), Not(HasSubstr(kSecret))) << entry.path();
            }
        }
    }

    static void expect_one_line(const ProgramRun& run, const std::string& words) {
        EXPECT_EQ(run.exit_code, 2) << run.errors;
        EXPECT_EQ(std::count(run.errors.begin(), run.errors.end(), '\n'), 1) << run.errors;
        EXPECT_THAT(run.errors, HasSubstr(words));
    }

    static std::string content(const std::filesystem::path& file) {
        std::ostringstream text;
        text << std::ifstream(file).rdbuf();
        return text.str();
    }

    std::filesystem::path configuration_;
    std::filesystem::path folder_;
    std::filesystem::path outside_;
    std::filesystem::path finding_;
};

/// A folder in place of which there is a link to somewhere else: whoever reports or goes on would write there.
TEST_F(HostileFolder, LinksInPlaceOfItsPartsAreRefused) {
    for (const char* part : {"report", "clusters", "rare", "largest", "sessions", "findings", "journal.jsonl"}) {
        std::filesystem::remove_all(folder_ / part);
        const bool is_file = std::string(part).find('.') != std::string::npos;
        std::filesystem::create_symlink(is_file ? outside_ / "secret.txt" : outside_, folder_ / part);
        expect_one_line(difftest({"report", folder_.string()}), std::string(part) + ": is a link");
        expect_one_line(fuzz({}, "0..14"), std::string(part) + ": is a link");
        expect_outside_untouched();
        std::filesystem::remove(folder_ / part);
        if (is_file) {
            std::ofstream(folder_ / part) << "";
        }
    }
}

/// What a report shows of findings are files of the folder: not those that links or names in them lead to.
TEST_F(HostileFolder, ReportsTellNothingFromElsewhere) {
    for (const char* file : {"finding.md", "passing.json"}) {
        std::filesystem::remove(finding_ / file);
        std::filesystem::create_symlink(outside_ / "secret.txt", finding_ / file);
    }
    const json file_elsewhere = {{"kind", "../../../../outside"}, {"status", "verified"}, {"files", {"secret.txt"}}};
    const json path_elsewhere = {{"kind", "cpp"},
                                 {"status", "verified"},
                                 {"files", {(outside_ / "secret.txt").string(), "../../../../outside/secret.txt"}}};
    const json absolute = {{"kind", outside_.string()}, {"status", "verified"}, {"files", {"secret.txt"}}};
    std::filesystem::create_directories(finding_ / "repro");
    std::filesystem::create_symlink(outside_, finding_ / "repro" / "linked");
    for (const json& reproducer : {file_elsewhere, path_elsewhere, absolute}) {
        std::ofstream(finding_ / "repro" / "reproducers.json") << json{{"reproducers", {reproducer}}};
        difftest({"report", folder_.string()});
        expect_secret_not_told();
    }
    std::ofstream(finding_ / "repro" / "reproducers.json")
        << json{{"reproducers", {{{"kind", "linked"}, {"status", "verified"}, {"files", {"secret.txt"}}}}}};
    difftest({"report", folder_.string()});
    expect_secret_not_told();
    expect_outside_untouched();
}

/// Members that are missing, or of another kind than difftest writes, are a warning and not the end of the report.
TEST_F(HostileFolder, FindingsThatDifftestDidNotWriteAreLeftOut) {
    const json observation = json::parse(content(finding_ / "observation.json"));
    json input_to_blame = observation;  // the first wrong tensor is an input, which no node makes
    const json minimal = json::parse(content(finding_ / "minimal.json"));
    input_to_blame["minimal"]["first_wrong"] = minimal["graph"]["inputs"].empty()
                                                   ? minimal["graph"]["constants"][0]["name"]
                                                   : minimal["graph"]["inputs"][0]["name"];
    json other_kinds = observation;
    other_kinds["minimal"]["partitions"] = 7;
    const std::string deep = std::string(200000, '[') + std::string(200000, ']');
    for (const std::string& text :
         {input_to_blame.dump(), other_kinds.dump(), deep, std::string("{}"), std::string("7")}) {
        std::ofstream(finding_ / "observation.json") << text;
        for (const char* finding :
             {R"({"diagnosis": {}})", R"({"diagnosis": {"named": [1], "rejected": {}}})", "{}", "[]"}) {
            std::ofstream(finding_ / "finding.json") << finding;
            const ProgramRun run = difftest({"report", folder_.string()});
            EXPECT_TRUE(run.exit_code == 1 || run.exit_code == 2) << text.substr(0, 80) << finding << run.errors;
        }
    }
    std::ofstream(finding_ / "finding.json") << deep;
    EXPECT_EQ(difftest({"report", folder_.string()}).exit_code, 1);
}

/// What a finding says of itself stands in programs that `export` builds and runs.
TEST_F(HostileFolder, TextsOfAFindingAreNoCode) {
    json finding = json::parse(content(finding_ / "finding.json"));
    const std::string code = "x\nstatic int evil = std::system(\"touch ran\");\\";
    for (const char* member : {"signature", "reason", "library"}) {
        finding[member] = code;
    }
    std::ofstream(finding_ / "finding.json") << finding;
    const ProgramRun exported = difftest({"export", finding_.string(), "--format", "gtest"});
    EXPECT_EQ(exported.exit_code, 0) << exported.errors;
    std::istringstream program(content(finding_ / "repro/gtest/finding_test.cpp"));
    int comments = 0;
    for (std::string line; std::getline(program, line);) {
        const std::size_t at = line.find("evil");
        comments += at == std::string::npos ? 0 : 1;
        EXPECT_TRUE(at == std::string::npos || (line.starts_with("//") && !line.ends_with("\\"))) << line;
    }
    EXPECT_GT(comments, 0) << "the control: the texts are in the program";
    finding["isa"] = "AVX2\", 1); std::system(\"touch ran\"); (\"";
    std::ofstream(finding_ / "finding.json") << finding;
    expect_one_line(difftest({"export", finding_.string(), "--format", "gtest"}), "/isa");
    finding["isa"] = "AVX2";
    for (const char* backend :
         {"opencl:0.0,kernel=evil.cl,manifest=evil.json", "process:touch evil", "plugin:evil.so"}) {
        finding["backend"] = backend;
        std::ofstream(finding_ / "finding.json") << finding;
        expect_one_line(difftest({"export", finding_.string(), "--format", "gtest"}), "--run-kernel");
    }
}

TEST_F(HostileFolder, DocumentsOfOtherFormsAreOneLine) {
    const std::string backends = content(folder_ / "backends.json");
    for (const char* text :
         {"{}", R"({"backends": 5, "not_run": []})", R"({"backends": [], "not_run": {"a": 1}})", "7"}) {
        std::ofstream(folder_ / "backends.json") << text;
        expect_one_line(difftest({"report", folder_.string()}), "backends.json");
    }
    std::ofstream(folder_ / "backends.json") << backends;
    std::ofstream(folder_ / "campaign.json") << std::string(200000, '[') + std::string(200000, ']');
    expect_one_line(difftest({"report", folder_.string()}), "nested deeper");
}

/// Two lines whose counts overflow when they are added up, and one with a bracket too many.
TEST_F(HostileFolder, CountsThatOverflowAreNoRecords) {
    const std::string journal = content(folder_ / "journal.jsonl");
    json record = json::parse(journal.substr(0, journal.find('\n')));
    std::ofstream stream(folder_ / "journal.jsonl", std::ios::app);
    for (const std::uint64_t index : {100, 101}) {
        record["index"] = index;
        record["runs"] = {{"exact", 9223372036854775807LL}};
        stream << record << "\n";
    }
    stream << std::string(100000, '[') << "\n";
    stream.close();
    const ProgramRun run = difftest({"report", folder_.string(), "--json"});
    EXPECT_EQ(run.exit_code, 1) << run.errors;
    const json complaints = json::parse(run.output).at("campaign").at("complaints");
    EXPECT_EQ(complaints.size(), 3U) << complaints;
}

/// Names in a case file become file names, commands and markup; none of them may be more than a name.
TEST(HostileCase, NamesDoNotLeaveTheFolderNorRun) {
    if (!is_built("difftest-worker-faulty")) {
        GTEST_SKIP() << "difftest-worker-faulty was not built";
    }
    std::ifstream named(corpora() + "/named/deconv_quant_u8_minimal.json");
    json document = json::parse(named);
    const std::filesystem::path file = file_of_test("case.json", "");
    const std::filesystem::path marker = file.parent_path() / "ran";
    const std::string backend = "faulty:clamp_dropped_mid_chain";
    document["name"] = "../escaped";
    std::ofstream(file) << document;
    EXPECT_EQ(difftest({"--case", file.string(), "--backend", backend}).exit_code, 2) << "a slash is no part of a name";
    document["name"] = "$(touch ran);`touch ran`\"'& touch ran #";
    document["annotations"] = {{"origin", "<script>alert(1)</script>"}, {"$(touch ran)", "`touch ran`"}};
    std::ofstream(file) << document;
    const std::string out = (file.parent_path() / "out").string();
    const ProgramRun run = difftest({"reduce", file.string(), "--backend", backend, "--out", out});
    EXPECT_EQ(run.exit_code, 1) << run.errors;
    difftest({"export", out});
    EXPECT_FALSE(std::filesystem::exists(marker));
    EXPECT_FALSE(std::filesystem::exists("ran"));
    EXPECT_FALSE(std::filesystem::exists(file.parent_path().parent_path() / "escaped.json"));
}

TEST(HostileCase, AnInputOfAFuzzerBecomesACaseFile) {
    const std::filesystem::path input = file_of_test("crash-0a$(b)", std::string("\x05\x03\x81\x02\x07\x01", 6));
    const std::filesystem::path out = input.parent_path() / "cases";
    const ProgramRun run =
        difftest({"import", "--fuzz-input", input.string(), "--target", "fuzz_case_onednn", "--out", out.string()});
    EXPECT_EQ(run.exit_code, 0) << run.errors;
    const std::string file = (out / "fuzz_case_onednn_crash_0a__b_.json").string();
    EXPECT_EQ(run.output, file + "\n");
    if (is_built("difftest-worker-faulty")) {
        EXPECT_LE(difftest({"--case", file, "--backend", "faulty:none"}).exit_code, 3);
    }
    for (const std::string target : {"fuzz_requantize", "nothing"}) {
        const ProgramRun refused =
            difftest({"import", "--fuzz-input", input.string(), "--target", target, "--out", out.string()});
        EXPECT_EQ(refused.exit_code, 2);
        EXPECT_THAT(refused.errors, HasSubstr("no fuzzer \"" + target + "\""));
    }
    EXPECT_EQ(difftest({"import", "--fuzz-input", input.string(), "--out", out.string()}).exit_code, 2);
}

/// What does run code of somebody else says so.
TEST(HostileCase, HelpSaysWhatRunsCode) {
    for (const std::string verb : {"run", "reduce", "diagnose"}) {
        EXPECT_THAT(difftest({verb, "--help"}).output, HasSubstr("executes")) << verb;
    }
    EXPECT_THAT(difftest({"fuzz", "--help"}).output, HasSubstr("executed"));
    EXPECT_THAT(difftest({"export", "--help"}).output, HasSubstr("executed here"));
    EXPECT_THAT(difftest({"export", "--help"}).output, HasSubstr("--run-kernel"));
}

}  // namespace
}  // namespace difftest::harness::cli
