#include "fuzzers/library_target.hpp"

#include "fuzzers/feature_counters.hpp"
#include "fuzzers/finding_folder.hpp"
#include "fuzzers/require.hpp"
#include "harness/campaign/case_features.hpp"
#include "harness/campaign/corpora.hpp"
#include "harness/campaign/coverage_map.hpp"
#include "harness/campaign/judged_case.hpp"
#include "harness/generate/fuzz_input.hpp"
#include "harness/generate/gate.hpp"
#include "reference/graph/validation.hpp"

#include <fmt/format.h>

namespace difftest::fuzzers {
namespace {

using namespace difftest::harness;

RunSelection selection_of(const std::string& backend) {
    RunSelection selection;
    selection.backends = {select_backend(backend)};
    selection.known_issues = read_known_issues(Corpora::locate("").known_issues());
    selection.depth = JudgingDepth::verdict;
    if (backend == "opencl") {
        selection.plans = {"fused"};  // its kernels are compiled for each plan, which takes seconds
    }
    return selection;
}

/// Pairs of attributes of each node that some rung judged, implementations with their verdicts, failures.
void note_features(const CaseRecord& record) {
    for (const auto& [kind, count] : record.partitions) {
        note_feature("implementation", fmt::format("{} {} {} {}", kind.isa, kind.operation, kind.implementation,
                                                   static_cast<int>(kind.verdict)));
    }
    for (const FailureRecord& failure : record.failures) {
        note_feature("failure", failure.known_issue.value_or(name_of_signature(failure.signature)));
    }
    for (const auto& node : record.features) {
        for (std::size_t a = 1; !record.judged_on.empty() && a < node.size(); ++a) {
            for (std::size_t b = a + 1; b < node.size(); ++b) {
                note_feature(node.front(), fmt::format("{} {}", pair_word(node[a]), pair_word(node[b])));
            }
        }
    }
}

void report(const CaseRecord& record, const graph::Case& value, std::span<const std::uint8_t> bytes) {
    const FindingFolder folder = FindingFolder::from_environment();
    for (const FailureRecord& failure : record.failures) {
        if (!failure.known_issue) {
            folder.keep(name_of_signature(failure.signature),
                        fmt::format("{} {}: {}", failure.isa, failure.plan, failure.reason), value, bytes);
        }
    }
    // Of difftest itself, and no finding of the library.
    require(record.harness_errors.empty(), record.harness_errors.empty() ? "" : record.harness_errors.front());
}

}  // namespace

void run_on_library(const std::string& backend, std::span<const std::uint8_t> bytes) {
    static CaseRunner runner(selection_of(backend));  // its workers live as long as the process
    const graph::Case value = case_from_decisions(bytes, "fuzzed");
    const auto problem = graph::validate_case(value);
    require(!problem, problem ? problem->place + ": " + problem->message : "");
    const contract::Contract contract = contract::level("onednn2").value();
    oracle::Evaluation evaluation = oracle::evaluate(value, contract);
    if (const auto complaint = complaint_of_gate({}, value, evaluation)) {
        note_feature("gate", *complaint);
        return;
    }
    EvaluationCache evaluations(value, contract, std::move(evaluation));
    CaseRecord record;
    record.features = case_features(value);
    add_runs(record, runner.selection(), value, runner.run(value, evaluations));
    note_features(record);
    report(record, value, bytes);
}

}  // namespace difftest::fuzzers
