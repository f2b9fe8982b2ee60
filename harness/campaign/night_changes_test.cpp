#include "harness/campaign/night_changes.hpp"

#include <gtest/gtest.h>

namespace difftest::harness {
namespace {

Night night() {
    Night result;
    result.summary.cases = 100;
    result.libraries = {"oneDNN 2.6.3"};
    result.findings = {{"a", 1}, {"b", 2}};
    result.known_issues = {{"old", 3}};
    result.implementations = {"onednn convolution jit"};
    result.faults = {"D01 clamp"};
    return result;
}

TEST(NightChanges, NothingWhereNothingIsDifferent) {
    EXPECT_TRUE(changes_between(night(), night()).empty());
}

TEST(NightChanges, SayWhatCameAndWhatWent) {
    Night after = night();
    after.summary.cases = 90;
    after.libraries = {"oneDNN 3.7.2"};
    after.findings = {{"b", 7}, {"crash|onednn|matmul|||", 1}};
    after.known_issues = {{"new", 1}};
    after.implementations.insert("onednn matmul gemm");
    after.faults.clear();
    const std::vector<NightChange> expected = {{"finding not in the night before", "crash, onednn, matmul"},
                                               {"finding not seen any more", "a"},
                                               {"library", "oneDNN 3.7.2"},
                                               {"library not there any more", "oneDNN 2.6.3"},
                                               {"known issue shows", "new"},
                                               {"known issue does not show any more", "old"},
                                               {"fault would not be caught any more", "D01 clamp"},
                                               {"implementation reached", "onednn matmul gemm"},
                                               {"cases", "100 -> 90"}};
    EXPECT_EQ(changes_between(night(), after), expected);
    Night of_an_older_build;
    of_an_older_build.is_detailed = false;
    of_an_older_build.summary.cases = 90;
    of_an_older_build.libraries = after.libraries;
    of_an_older_build.findings = after.findings;
    EXPECT_TRUE(changes_between(of_an_older_build, after).empty());
}

}  // namespace
}  // namespace difftest::harness
