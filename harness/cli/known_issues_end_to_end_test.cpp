#include "harness/campaign/known_issues.hpp"
#include "harness/cli/end_to_end_test.hpp"

#include <algorithm>

namespace difftest::harness::cli {
namespace {

using nlohmann::json;

/// The installed release of the issue's library, from `difftest doctor`.
json installed(const KnownIssue& issue) {
    const json machine = json::parse(difftest({"doctor", "--json"}).output);
    for (const json& backend : machine.at("backends")) {
        if (backend.at("name") == issue.backend) {
            return backend;
        }
    }
    return {};
}

class KnownIssueOfTheCorpora : public testing::TestWithParam<std::string> {};

/// Where the installed release is affected, the issue must show in its minimal case and nothing else may; where it is
/// not, the case must pass.
TEST_P(KnownIssueOfTheCorpora, IsStillDetected) {
    const KnownIssue issue = read_known_issue(corpora() + "/known_issues/" + GetParam() + ".json");
    const json backend = installed(issue);
    if (backend.is_null() || !backend.at("available")) {
        GTEST_SKIP() << issue.backend << " is not here";
    }
    const ProgramRun run = difftest({"--case", issue.case_file.string(), "--backend", issue.backend, "--json"});
    const json document = checked_document(run.output, "run");
    const std::string version = backend.at("library_version");
    if (!affects(issue, backend.at("library"), version)) {
        // 3: minimal cases are often all zeros, which says nothing where the error does not show.
        EXPECT_TRUE(run.exit_code == 0 || run.exit_code == 3) << run.output << run.errors;
        // Another error of that release may stand in the same place, and is then the one that is listed.
        for (const json& known : document.at("known_issues")) {
            EXPECT_NE(known.at("id"), issue.id);
        }
        GTEST_SKIP() << issue.library << " " << version << " is not affected, and passes";
    }
    const auto runs_on = [&document](const std::string& isa) {
        const json& runs = document.at("runs");
        return std::any_of(runs.begin(), runs.end(), [&isa](const json& entry) { return entry.at("isa") == isa; });
    };
    if (!issue.trigger.isas.empty() && std::none_of(issue.trigger.isas.begin(), issue.trigger.isas.end(), runs_on)) {
        GTEST_SKIP() << "no ISA of this CPU is affected";
    }
    EXPECT_EQ(run.exit_code, 0) << run.output << run.errors;
    ASSERT_EQ(document.at("known_issues").size(), 1U) << "no longer detected on " << version;
    EXPECT_EQ(document.at("known_issues").at(0).at("id"), issue.id);
    if (issue.trigger.plan_traits.empty()) {
        return;  // not a matter of the plan
    }
    EXPECT_GT(document.at("summary").at("passed"), 0) << "some plan avoids the trigger";
    for (const json& entry : document.at("runs")) {
        if (entry.at("plan") == "split") {
            EXPECT_EQ(entry.at("verdict"), "exact") << entry;
        }
    }
}

std::vector<std::string> ids() {
    std::vector<std::string> result;
    for (const KnownIssue& issue : read_known_issues(corpora() + "/known_issues")) {
        result.push_back(issue.id);
    }
    return result;
}

INSTANTIATE_TEST_SUITE_P(All, KnownIssueOfTheCorpora, testing::ValuesIn(ids()),
                         [](const auto& each) { return each.param; });

}  // namespace
}  // namespace difftest::harness::cli
