#include "harness/cli/end_to_end_test.hpp"

#include <gmock/gmock.h>

#include <filesystem>
#include <fstream>
#include <iterator>

namespace difftest::harness::cli {
namespace {

using nlohmann::json;
using testing::HasSubstr;

TEST(Diagnose, NamesTheFoundingBugAndRejectsTheFlippedOrder) {
    const ProgramRun run = difftest({"diagnose", "deconv_quant_u8_minimal", "--original", "deconv_quant_u8",
                                     "--backend", "faulty:clamp_dropped_mid_chain", "--json"});
    EXPECT_EQ(run.exit_code, 1) << run.errors;
    const json document = checked_document(run.output, "diagnosis");
    ASSERT_EQ(document.at("named").size(), 1U) << run.output;
    EXPECT_EQ(document.at("named")[0].at("name"), "D01 clamp_dropped_mid_chain at quant1");
    EXPECT_THAT(document.at("rejected").dump(), HasSubstr("D04 scale_before_quantize"));
}

TEST(Diagnose, OfACorrectBackendIsClean) {
    const ProgramRun none = difftest({"diagnose", "deconv_quant_u8_minimal", "--backend", "faulty:nothing"});
    EXPECT_EQ(none.exit_code, 2) << "no such fault";
    EXPECT_EQ(std::count(none.errors.begin(), none.errors.end(), '\n'), 1) << none.errors;
    const ProgramRun right =
        difftest({"diagnose", "deconv_quant_u8_minimal", "--backend", "onednn", "--plan", "split"});
    EXPECT_EQ(right.exit_code, 0) << right.output << right.errors;
    EXPECT_THAT(right.output, HasSubstr("the backend agrees with the graph"));
}

TEST(Sharpness, OfTheFoundingCaseHasTheFoundingBug) {
    const ProgramRun run = difftest({"sharpness", "deconv_quant_u8_minimal", "--json"});
    EXPECT_EQ(run.exit_code, 0) << run.errors;
    const json document = checked_document(run.output, "sharpness");
    const json& entry = document.at("cases").at(0);
    EXPECT_LE(entry.at("exposed"), entry.at("applicable"));
    for (const json& each : entry.at("faults")) {
        if (each.at("fault") == "D01 clamp_dropped_mid_chain at quant1") {
            EXPECT_GT(each.at("elements"), 0);
            return;
        }
    }
    FAIL() << run.output;
}

TEST(SelfTest, DetectsReducesAndNames) {
    const std::string folder = (file_of_test("unused", "").parent_path() / "selftest").string();
    const ProgramRun run = difftest({"selftest", "--fault", "D13", "D27", "D49", "D50", "D51", "D62", "--cases", "2000",
                                     "--out", folder, "--json", "--quiet"});
    EXPECT_EQ(run.exit_code, 0) << run.output << run.errors;
    const json document = checked_document(run.output, "selftest");
    EXPECT_EQ(document.at("detected"), 6);
    EXPECT_EQ(document.at("named_exactly"), 6);
    EXPECT_EQ(document.at("wrongly_named"), 0);
    EXPECT_EQ(document.at("correct_findings"), 0);
    EXPECT_TRUE(std::filesystem::exists(folder + "/wrapped_store/minimal.json"));
    std::ifstream page(folder + "/selftest.html");
    EXPECT_THAT(std::string(std::istreambuf_iterator<char>(page), {}), HasSubstr("6 of 6 faults detected"));
    EXPECT_EQ(difftest({"selftest", "--fault", "D99", "--out", folder}).exit_code, 2);
}

}  // namespace
}  // namespace difftest::harness::cli
