#include "harness/cli/end_to_end_test.hpp"

#include <gmock/gmock.h>

namespace difftest::harness::cli {
namespace {

using nlohmann::json;
using testing::HasSubstr;

std::string folder_of_test(const std::string& name) {
    return (file_of_test("unused", "").parent_path() / name).string();
}

std::string content(const std::filesystem::path& file) {
    std::ifstream stream(file);
    return {std::istreambuf_iterator<char>(stream), {}};
}

const char* const kFounding = "faulty:clamp_dropped_mid_chain";

/// The slides' minimal topology is deconvolution, quantize and one more operation.
TEST(Reduce, FoundingFaultInTheFoundingCase) {
    const std::string folder = folder_of_test("finding");
    const ProgramRun run = difftest({"reduce", "deconv_quant_u8", "--backend", kFounding, "--out", folder, "--json"});
    EXPECT_EQ(run.exit_code, 1) << run.errors;
    const json document = checked_document(run.output, "finding");
    EXPECT_EQ(content(folder + "/finding.json"), run.output);
    EXPECT_TRUE(document.at("one_minimal"));
    EXPECT_LE(document.at("minimal").at("nodes"), 3);
    EXPECT_LE(document.at("minimal").at("elements_in"), 16);
    EXPECT_EQ(document.at("original").at("nodes"), 8);
    EXPECT_THAT(document.at("rules").dump(), HasSubstr("clamp_dropped_mid_chain"));
    const ProgramRun minimal = difftest({"--case", folder + "/minimal.json", "--backend", kFounding});
    EXPECT_EQ(minimal.exit_code, 1) << "the minimal case fails";
    const ProgramRun original = difftest({"--case", folder + "/case.json", "--backend", kFounding});
    EXPECT_EQ(original.exit_code, 1) << original.output;
    const ProgramRun passing = difftest({"--case", folder + "/passing.json", "--backend", kFounding});
    EXPECT_NE(passing.exit_code, 1) << "the neighbour does not fail";
    EXPECT_THAT(content(folder + "/README.md"), HasSubstr("1-minimal"));
    // Nothing is built or run: no recording of a library, no interpreter, no build tree.
    const ProgramRun exported = difftest({"export", folder});
    EXPECT_EQ(exported.exit_code, 0) << exported.errors;
    EXPECT_THAT(exported.output, HasSubstr("| finding | cpp | not_expressible: the backend faulty"));
    for (const char* const kind : {"onnx", "openvino", "gtest"}) {
        EXPECT_THAT(exported.output, HasSubstr(std::string("| finding | ") + kind + " | not_run"));
    }
    EXPECT_THAT(content(folder + "/repro/reproducers.json"), HasSubstr("check.py"));
    EXPECT_TRUE(std::filesystem::exists(folder + "/repro/onnx/test_data_set_0/output_0.pb"));
    EXPECT_THAT(content(folder + "/repro/openvino/model.xml"), HasSubstr("version=\"11\""));
    EXPECT_THAT(content(folder + "/repro/gtest/finding_test.cpp"), HasSubstr("evaluate(value, contract)"));
}

TEST(Reduce, TheSameCommandAgainAndMoreJobsGiveTheSame) {
    const std::string folder = folder_of_test("one");
    const std::string other = folder_of_test("four");
    const std::vector<std::string> common = {"reduce", "deconv_quant_u8_minimal", "--backend", kFounding, "--out"};
    const auto run = [&](const std::string& out, const std::string& jobs) {
        std::vector<std::string> arguments = common;
        arguments.insert(arguments.end(), {out, "--jobs", jobs, "--json"});
        return difftest(arguments);
    };
    const ProgramRun first = run(folder, "1");
    const std::string journal = content(folder + "/journal.jsonl");
    EXPECT_EQ(run(folder, "1").output, first.output);
    EXPECT_EQ(content(folder + "/journal.jsonl"), journal) << "nothing was tried again";
    EXPECT_EQ(run(other, "4").output, first.output);
    EXPECT_EQ(content(other + "/minimal.json"), content(folder + "/minimal.json"));
}

TEST(Reduce, StopsAtItsBudgetAndGoesOn) {
    const std::string folder = folder_of_test("finding");
    const std::vector<std::string> common = {"reduce", "deconv_quant_u8", "--backend", kFounding, "--out", folder};
    std::vector<std::string> few = common;
    few.insert(few.end(), {"--tries", "3", "--json"});
    const json cut_short = checked_document(difftest(few).output, "finding");
    EXPECT_FALSE(cut_short.at("one_minimal"));
    EXPECT_THAT(cut_short.at("certificate").get<std::string>(), HasSubstr("budget spent after 3 tries"));
    std::vector<std::string> all = common;
    all.emplace_back("--json");
    EXPECT_TRUE(checked_document(difftest(all).output, "finding").at("one_minimal"));
}

TEST(Reduce, BadUseIsOneLine) {
    const std::string folder = folder_of_test("finding");
    const auto expect_refused = [&](const std::vector<std::string>& arguments, const std::string& because) {
        const ProgramRun run = difftest(arguments);
        EXPECT_EQ(run.exit_code, 2) << run.output;
        EXPECT_THAT(run.errors, HasSubstr(because));
        EXPECT_EQ(std::count(run.errors.begin(), run.errors.end(), '\n'), 1) << run.errors;
    };
    expect_refused({"reduce", "deconv_quant_u8", "--backend", "faulty:dilation_ignored", "--out", folder},
                   "nothing to reduce");
    expect_refused({"reduce", "deconv_quant_u8", "--backend", kFounding, "--isa", "avx9", "--out", folder}, "avx9");
    expect_refused({"reduce", "deconv_quant_u8", "--backend", kFounding, "--out", "/proc/finding"}, "/proc/finding");
    ASSERT_EQ(difftest({"reduce", "deconv_quant_u8", "--backend", kFounding, "--out", folder, "--quiet"}).exit_code, 1);
    const std::string minimal = content(folder + "/minimal.json");
    expect_refused({"reduce", "deconv_quant_u8_minimal", "--backend", kFounding, "--out", folder}, "another reduction");
    EXPECT_EQ(content(folder + "/minimal.json"), minimal) << "nothing is written over";
}

}  // namespace
}  // namespace difftest::harness::cli
