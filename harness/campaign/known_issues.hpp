#pragma once

#include "backends/backend.hpp"
#include "harness/campaign/issue_condition.hpp"
#include "harness/compare/verdict.hpp"
#include "reference/graph/case.hpp"

#include <filesystem>
#include <string>
#include <vector>

namespace difftest::harness {

/// Releases [from, before); an empty bound is open.
struct ReleaseRange {
    std::string from;
    std::string before;
};

/// What a run must have in common with the issue. Every list that is not empty must be satisfied.
struct IssueTrigger {
    std::vector<std::string> plan_traits;  ///< all of them, see backends::Plan::traits
    std::vector<std::string> plans;        ///< one of these patterns is that of the plan's name
    std::vector<std::string> operations;   ///< all of them, somewhere in the graph
    std::vector<std::string> isas;         ///< one of them
    std::vector<std::string> stages;       ///< a crash or hang came in one of them: "plan", "create", "execute", ...
    std::vector<std::string> implementations;  ///< one of them is part of the name of an implementation
    std::vector<std::string> messages;         ///< one of them is part of what the run says is wrong
    /// One node of a suspected partition must satisfy all that follows, and the implementation above must be that of
    /// its partition.
    std::vector<std::string> node_operations;  ///< one of them is its operation
    std::vector<std::string> node_attributes;  ///< each is part of one of its attributes: case_features.hpp
    std::vector<IssueCondition> where;         ///< all of them hold for it

    bool is_about_a_node() const { return !node_operations.empty() || !node_attributes.empty() || !where.empty(); }
};

/// A defect of a library that is understood: a failing run that it explains is listed and not counted as a finding.
/// Files: corpora/known_issues/ID.json, reports/schema/known_issue.schema.json.
struct KnownIssue {
    std::string id;
    std::string title;
    std::string backend;
    std::string library;  ///< the name that backends::Description::library begins with
    std::vector<ReleaseRange> affected;
    IssueTrigger trigger;
    std::vector<Verdict> verdicts;
    std::filesystem::path case_file;  ///< the smallest case that shows it
    std::string evidence;
    std::string upstream;
};

/// What is compared with the trigger of an issue.
struct FailingRun {
    std::string backend;  ///< the kind, without its argument
    std::string library;
    std::string library_version;
    std::string isa;
    const backends::Plan* plan = nullptr;
    const std::vector<backends::PartitionReport>* partitions = nullptr;
    const graph::Case* value = nullptr;
    Verdict verdict = Verdict::violation;
    std::vector<std::string> suspects{};  ///< nodes that may be to blame; all of them when it is empty
    std::string reason{};                 ///< what is wrong
    std::string stage{};                  ///< of a crash or hang
    std::vector<std::string> infinite{};  ///< tensors that may hold an infinity, as the oracle says
};

/// Whether the release is one of the issue's; an unknown version is not.
bool affects(const KnownIssue& issue, const std::string& library, const std::string& library_version);

/// Whether the release is said to be without the issue: at or behind the end of a range, and in none.
bool is_fixed_in(const KnownIssue& issue, const std::string& library, const std::string& library_version);

/// Whether the node that the trigger asks for is in one of these partitions of a run. `infinite`: as in FailingRun.
bool is_about_one_of(const IssueTrigger& trigger, const graph::Case& value,
                     const std::vector<backends::PartitionReport>& partitions,
                     const std::vector<backends::PartitionReport>& suspected,
                     const std::vector<std::string>& infinite = {});

/// Whether the issue explains the failure.
bool explains(const KnownIssue& issue, const FailingRun& run);

/// Whether the issue would explain the failure, but is fixed in this release: the error was gone and is back.
bool is_regression(const KnownIssue& issue, const FailingRun& run);

/// One issue. Throws InputError with the file and the place.
KnownIssue read_known_issue(const std::filesystem::path& file);

/// Every ID.json of the directory (not the ID.case.json), in alphabetical order. A missing directory holds none.
std::vector<KnownIssue> read_known_issues(const std::filesystem::path& directory);

}  // namespace difftest::harness
