#include "harness/cli/end_to_end_test.hpp"

#include <gmock/gmock.h>

#include <cstdint>

namespace difftest::harness::cli {
namespace {

using nlohmann::json;
using testing::HasSubstr;

constexpr const char* kMinimal = "deconv_quant_u8_minimal";

TEST(Explain, TapsAddUpToTheAccumulatorAndTheLevelIsClamped) {
    const ProgramRun run = difftest({"explain", kMinimal, "--element", "0,0,3,3", "--got", "255", "--json"});
    EXPECT_EQ(run.exit_code, 0) << run.errors;
    const json document = checked_document(run.output, "explain");
    std::int64_t sum = 0;
    for (const json& tap : document.at("taps").at("deconv")) {
        sum += tap.at("x").get<std::int64_t>() * tap.at("w").get<std::int64_t>();  // no zero points in this case
    }
    const json& steps = document.at("steps");
    EXPECT_EQ(steps.at(0).at("allowed").at("intervals"), json({{sum, sum}}));
    EXPECT_EQ(steps.at(1).at("allowed").at("text"), "255");
    EXPECT_EQ(document.at("allowed").at("text"), "28");
    // The store gives 255 from 254.5 upwards, so that the level must have been 2290.5 or more: no u8.
    EXPECT_GT(steps.at(1).at("needed").at(0).get<double>(), 2290.4);
    EXPECT_EQ(steps.at(1).at("needed").at(1), "inf");
}

TEST(Explain, TextSaysTheSame) {
    const ProgramRun run = difftest({"explain", kMinimal, "--element", "0,0,3,3", "--got", "255"});
    EXPECT_EQ(run.exit_code, 0) << run.errors;
    EXPECT_THAT(run.output, HasSubstr("out[0,0,3,3] under contract strict: allowed 28; 255 is outside"));
    EXPECT_THAT(run.output, HasSubstr("taps of deconv: 135 products"));
}

TEST(Explain, RefusesWhatIsNotThere) {
    for (const auto& [arguments, words] : std::vector<std::pair<std::vector<std::string>, std::string>>{
             {{"explain", kMinimal, "--element", "0,0,9,9"},
              "--element [0,0,9,9] is not inside the output's shape 1x30x7x6"},
             {{"explain", kMinimal, "--element", "0,0"}, "is not inside"},
             {{"explain", kMinimal, "--element", "0,0,0,0", "--output", "nothing"}, "there are: out"},
             {{"explain", kMinimal, "--element", "0,0,0,0", "--contract", "nothing"}, "no such contract"},
             {{"explain", kMinimal}, "--element"},
         }) {
        const ProgramRun run = difftest(arguments);
        EXPECT_EQ(run.exit_code, 2);
        EXPECT_EQ(run.output, "");
        EXPECT_THAT(run.errors, HasSubstr(words));
    }
}

}  // namespace
}  // namespace difftest::harness::cli
