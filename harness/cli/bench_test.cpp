#include "harness/cli/end_to_end_test.hpp"

#include <gmock/gmock.h>

/// The structure of the answer. Nothing here depends on how long anything takes.
namespace difftest::harness::cli {
namespace {

using nlohmann::json;
using testing::HasSubstr;

TEST(Bench, MeasuresEveryCaseWithEveryCheckOn) {
    if (!is_built("difftest-worker-onednn")) {
        GTEST_SKIP() << "difftest-worker-onednn was not built: no oneDNN here";
    }
    const ProgramRun run =
        difftest({"bench", "--cases", "6", "--rounds", "2", "--without-shapes", "--endurance", "20", "--json"});
    ASSERT_EQ(run.exit_code, 0) << run.errors;
    const json document = checked_document(run.output, "bench");
    EXPECT_EQ(document.at("cases"), 6);
    ASSERT_EQ(document.at("rounds").size(), 2U);
    EXPECT_TRUE(document.at("shapes").empty());
    ASSERT_EQ(document.at("endurance").size(), 10U);
    EXPECT_EQ(document.at("endurance").at(9).at("cases"), 20);
    EXPECT_EQ(document.at("endurance").at(9).at("descriptors"), document.at("endurance").at(0).at("descriptors"));
    EXPECT_EQ(document.at("endurance").at(9).at("threads"), document.at("endurance").at(0).at("threads"));
    std::int64_t judged = 0;
    for (const auto& [verdict, count] : document.at("verdicts").items()) {
        EXPECT_TRUE(verdict == "exact" || verdict == "allowed") << verdict;
        judged += count.get<std::int64_t>();
    }
    EXPECT_EQ(judged, 6);
    for (const json& round : document.at("rounds")) {
        EXPECT_GT(round.at("bare_nanoseconds"), 0);
        EXPECT_GT(round.at("checked_nanoseconds"), 0);
        EXPECT_GT(round.at("bare_processor_nanoseconds"), 0);
        EXPECT_GT(round.at("checked_processor_nanoseconds"), 0);
        std::int64_t parts = 0;
        for (const char* const part : {"load", "plan", "run", "oracle", "compare"}) {
            parts += round.at(std::string(part) + "_nanoseconds").get<std::int64_t>();
        }
        EXPECT_LE(parts, round.at("checked_nanoseconds")) << "a part is not more than the whole";
    }
    EXPECT_GT(document.at("epilogue").at("nanoseconds_per_element"), 0);
}

TEST(Bench, HoldsTheOracleAgainstTheLibraryOnTwentyShapes) {
    if (!is_built("difftest-worker-onednn")) {
        GTEST_SKIP() << "difftest-worker-onednn was not built: no oneDNN here";
    }
    const ProgramRun run = difftest({"bench", "--cases", "1", "--rounds", "1", "--json"});
    ASSERT_EQ(run.exit_code, 0) << run.errors;
    const json document = checked_document(run.output, "bench");
    ASSERT_EQ(document.at("shapes").size(), 20U);
    bool reference = false;
    for (const json& shape : document.at("shapes")) {
        EXPECT_GT(shape.at("oracle_per_second"), 0);
        EXPECT_GT(shape.at("library_per_second"), 0);
        EXPECT_NE(shape.at("implementation"), "");
        reference = reference || shape.at("is_reference").get<bool>();
    }
    EXPECT_EQ(document.at("speedup_over_reference").is_null(), !reference);
    // 64 channels, 64 channels out, 14 x 14, pointwise: 64 * 64 * 196
    EXPECT_EQ(document.at("shapes").at(0).at("multiplications"), 802816);
}

TEST(Bench, SendsGeneratedCasesThroughEverythingButALibrary) {
    const ProgramRun run = difftest({"bench", "--throughput", "40", "--jobs", "1,2", "--json"});
    ASSERT_EQ(run.exit_code, 0) << run.errors;
    const json document = checked_document(run.output, "throughput");
    ASSERT_EQ(document.at("rows").size(), 2U);
    for (const json& row : document.at("rows")) {
        EXPECT_EQ(row.at("cases"), 40);
        EXPECT_GT(row.at("judge_nanoseconds"), 0);
    }
    ASSERT_EQ(document.at("holdings").size(), 10U);
    EXPECT_EQ(document.at("holdings").at(9).at("cases"), 40);
    EXPECT_GT(document.at("holdings").at(9).at("resident_bytes"), 0);
}

TEST(Bench, RefusesWhatItCannotMeasure) {
    for (const std::vector<std::string>& arguments : {std::vector<std::string>{"bench", "--cases", "0"},
                                                      {"bench", "--cases", "2521"},
                                                      {"bench", "--rounds", "0"},
                                                      {"bench", "--throughput", "0"},
                                                      {"bench", "--backend", "tensorrt"}}) {
        const ProgramRun run = difftest(arguments);
        EXPECT_EQ(run.exit_code, 2) << arguments[1];
        EXPECT_EQ(run.output, "");
        EXPECT_THAT(run.errors, HasSubstr(arguments[1]));
    }
}

}  // namespace
}  // namespace difftest::harness::cli
