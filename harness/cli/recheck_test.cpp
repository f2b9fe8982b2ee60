#include "harness/cli/end_to_end_test.hpp"

#include <gmock/gmock.h>

#include <fstream>

namespace difftest::harness::cli {
namespace {

using nlohmann::json;
using testing::HasSubstr;

class Recheck : public testing::Test {
protected:
    void SetUp() override {
        if (!is_built("difftest-worker-faulty")) {
            GTEST_SKIP() << "difftest-worker-faulty was not built";
        }
        ledger_ = file_of_test("ledger.json", "");
        std::filesystem::remove(ledger_);
    }

    /// The case of the founding bug, on a backend that has it or has no fault; how the check ended.
    std::string state(const std::string& backend, int exit_code) const {
        const ProgramRun run =
            difftest({"recheck", "deconv_quant_u8", "--backend", backend, "--ledger", ledger_.string(), "--json"});
        EXPECT_EQ(run.exit_code, exit_code) << run.errors;
        const json document = checked_document(run.output, "lifecycle");
        EXPECT_EQ(document.at("summary").at("exit_code"), exit_code);
        return document.at("findings").at(0).at("state").get<std::string>();
    }

    std::filesystem::path ledger_;
};

/// A library that changes under one name: here the name in the ledger is changed instead.
TEST_F(Recheck, ACaseThatFailedIsNewThenFixedThenRegressed) {
    EXPECT_EQ(state("faulty:clamp_dropped_mid_chain", 1), "new");
    EXPECT_EQ(state("faulty:none", 0), "incubating");
    EXPECT_EQ(state("faulty:none", 0), "incubating");
    EXPECT_EQ(state("faulty:none", 0), "fixed");
    std::stringstream text;
    text << std::ifstream(ledger_).rdbuf();
    std::string ledger = text.str();
    const std::string from = "\"faulty:none\"";
    ledger.replace(ledger.find(from), from.size(), "\"faulty:D01\"");
    std::ofstream(ledger_) << ledger;
    EXPECT_EQ(state("faulty:D01", 1), "regressed");
    EXPECT_EQ(state("faulty:D01", 1), "regressed");
}

TEST_F(Recheck, EveryKnownIssueOfTheReleaseIsSeenOrFixed) {
    if (!is_built("difftest-worker-onednn")) {
        GTEST_SKIP() << "no oneDNN here";
    }
    const ProgramRun run = difftest({"recheck", "--backend", "onednn", "--json"});
    const json document = checked_document(run.output, "lifecycle");
    EXPECT_EQ(run.exit_code, 0) << run.errors;
    ASSERT_FALSE(document.at("findings").empty());
    for (const json& finding : document.at("findings")) {
        EXPECT_EQ(finding.at("kind"), "known issue");
        const auto state = finding.at("state").get<std::string>();
        // Not run: where the processor lacks the ISA that the issue asks for.
        EXPECT_TRUE(state == "known" || state == "fixed" || state == "not run") << finding.dump();
    }
}

TEST_F(Recheck, BadInputIsOneLine) {
    std::ofstream(ledger_) << "{";
    const ProgramRun run = difftest({"recheck", "--backend", "faulty:none", "--ledger", ledger_.string()});
    EXPECT_EQ(run.exit_code, 2);
    EXPECT_THAT(run.errors, HasSubstr("ledger.json: "));
    EXPECT_EQ(run.output, "");
    EXPECT_EQ(difftest({"recheck", "/nowhere.json", "--backend", "faulty:none"}).exit_code, 2);
}

}  // namespace
}  // namespace difftest::harness::cli
