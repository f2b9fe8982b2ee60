#include "harness/campaign/lifecycle.hpp"

#include "harness/campaign/input_error.hpp"

#include <gtest/gtest.h>

#include <fstream>
#include <vector>

namespace difftest::harness {
namespace {

using enum FindingState;

const FindingCheck kExplained{true, true, true, true, false};
const FindingCheck kUnexplained{true, true, true, false, false};
const FindingCheck kPassing{true, true, false, false, false};
const FindingCheck kNotJudged{true, false, false, false, false};

/// The states that a finding goes through.
std::vector<FindingState> life(const std::vector<FindingCheck>& checks) {
    std::vector<FindingState> states;
    FindingState state = not_run;
    std::int64_t passes = 0;
    for (const FindingCheck& seen : checks) {
        std::tie(state, passes) = next_state(state, passes, seen, 3);
        states.push_back(state);
    }
    return states;
}

using States = std::vector<FindingState>;

TEST(Lifecycle, AKnownIssueIsFixedWhenItPassedThreeTimesInARow) {
    EXPECT_EQ(life({kExplained, kPassing, kPassing, kExplained, kPassing, kPassing, kNotJudged, kPassing, kPassing}),
              (States{known, incubating, incubating, known, incubating, incubating, incubating, fixed, fixed}));
}

TEST(Lifecycle, WhatWasFixedAndFailsIsRegressedUntilItPasses) {
    EXPECT_EQ(life({kPassing, kPassing, kPassing, kExplained, kExplained, kPassing, kPassing, kPassing}),
              (States{incubating, incubating, fixed, regressed, regressed, incubating, incubating, fixed}));
}

TEST(Lifecycle, WhatNothingExplainsIsNew) {
    EXPECT_EQ(life({kUnexplained, kExplained}), (States{fresh, known}));
}

TEST(Lifecycle, AReleaseThatIsSaidToBeWithoutItDecidesAtOnce) {
    FindingCheck gone = kPassing;
    gone.declared_gone = true;
    FindingCheck back = kUnexplained;
    back.declared_gone = true;
    EXPECT_EQ(life({gone, back, gone}), (States{fixed, regressed, fixed}));
}

TEST(Lifecycle, WithoutMemoryOnePassIsEnough) {
    EXPECT_EQ(next_state(not_run, 0, kPassing, 1).first, fixed);
}

TEST(Ledger, RemembersEachReleaseByItself) {
    const std::filesystem::path file = std::filesystem::path(testing::TempDir()) / "ledger.json";
    std::filesystem::remove(file);
    Ledger ledger = Ledger::read(file);
    EXPECT_EQ(ledger.of("a", "onednn", "2.6.3").state, not_run);
    ledger.set("a", "onednn", "2.6.3", {incubating, 2});
    ledger.set("a", "onednn", "3.7.2", {regressed, 0});
    ledger.write(file);
    const Ledger again = Ledger::read(file);
    EXPECT_EQ(again.of("a", "onednn", "2.6.3").state, incubating);
    EXPECT_EQ(again.of("a", "onednn", "2.6.3").passes, 2);
    EXPECT_EQ(again.of("a", "onednn", "3.7.2").state, regressed);
    EXPECT_EQ(again.of("b", "onednn", "3.7.2").state, not_run);
}

/// Two checks that go on at the same time have read the same file, and each knows of its own findings.
TEST(Ledger, OfTwoChecksAtTheSameTimeKeepsBoth) {
    const std::filesystem::path file = std::filesystem::path(testing::TempDir()) / "shared_ledger.json";
    std::filesystem::remove(file);
    Ledger first = Ledger::read(file);
    first.set("old", "onednn", "2.6.3", {incubating, 1});
    first.write(file);
    first = Ledger::read(file);
    Ledger second = Ledger::read(file);
    first.set("a", "onednn", "2.6.3", {regressed, 0});
    first.set("old", "onednn", "2.6.3", {fixed, 3});
    second.set("b", "onednn", "2.6.3", {incubating, 2});
    first.write(file);
    second.write(file);
    const Ledger both = Ledger::read(file);
    EXPECT_EQ(both.of("a", "onednn", "2.6.3").state, regressed);
    EXPECT_EQ(both.of("b", "onednn", "2.6.3").passes, 2);
    EXPECT_EQ(both.of("old", "onednn", "2.6.3").state, fixed) << "the second check said nothing of it";
}

TEST(Ledger, ADamagedFileIsAnInputError) {
    const std::filesystem::path file = std::filesystem::path(testing::TempDir()) / "damaged_ledger.json";
    std::ofstream(file) << R"({"format": "difftest-ledger", "version": 1,
        "findings": [{"id": "a", "backend": "b", "state": "cured"}]})";
    try {
        Ledger::read(file);
        ADD_FAILURE() << "must throw";
    } catch (const InputError& error) {
        EXPECT_NE(std::string(error.what()).find("/findings/0/state: is no state of a finding"), std::string::npos)
            << error.what();
    }
}

}  // namespace
}  // namespace difftest::harness
