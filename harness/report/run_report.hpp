#pragma once

#include "backends/backend.hpp"
#include "harness/compare/comparison.hpp"
#include "harness/compare/trace.hpp"
#include "harness/compare/verdict.hpp"
#include "reference/graph/tensor_data.hpp"

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

/// What `difftest run` has to say, as values: the campaign fills it in, the screen and the JSON document show it.
namespace difftest::harness {

/// How a worker ended, or where it hung.
struct WorkerEnd {
    int signal = 0;                   ///< 0 when no signal ended it
    int exit_code = 0;                ///< when signal is 0
    std::string stage;                ///< "create", "execute", ...
    std::vector<std::string> frames;  ///< innermost first: "libdnnl.so.2+0x1234 (nearest symbol)"
    std::string log;                  ///< the end of what it wrote
    bool confirmed = false;           ///< happened again in a fresh worker
};

/// One plan of one case on one rung of one backend.
struct RunEntry {
    std::string case_name;
    std::string backend;
    std::string isa;
    std::string plan;
    std::string contract;                               ///< under which the run was judged; empty when it was not
    std::vector<backends::PartitionReport> partitions;  ///< what the library chose
    std::vector<std::string> traits;                    ///< of the plan, see backends::Plan::traits
    Judgement judgement;
    bool bad_input = false;                  ///< of a harness_error: what the user gave to the backend is at fault
    std::optional<WorkerEnd> worker_end;     ///< of a crash or hang
    std::optional<std::string> known_issue;  ///< id of the known issue that explains the failure
    /// Id of an issue that would explain the failure, but is said to be fixed in this release.
    std::optional<std::string> regressed;
    std::vector<std::string> explained_by;   ///< faults of the dictionary that reproduce a wrong result
    std::vector<Comparison> outputs;         ///< one per graph output that was compared
    std::vector<Comparison> intermediates;   ///< what the plan materialized besides them, in the order of the graph
    std::optional<std::string> first_wrong;  ///< the first tensor, in the order of the graph, with an element outside
    /// The tensor of the element that is traced: where intermediates were compared the first wrong one, since all that
    /// follow were judged by what it really held; else the output with the largest distance.
    std::optional<std::string> worst_output;
    std::vector<std::string> notes;          ///< why elements are unconstrained, in the oracle's words
    std::optional<oracle::Metrics> metrics;  ///< how sharp the allowed sets are; nothing when none were needed
    Trace trace;                             ///< of that element; empty when nothing is outside
    std::vector<std::string> infinite;       ///< of a failure: the tensors that may hold an infinity
    /// The graph's outputs as the backend gave them, where engines are compared with each other (engine_table.hpp).
    std::vector<graph::TensorData> given;

    // Of all tensors that were compared.
    std::int64_t elements() const { return total(&Comparison::elements); }
    std::int64_t judged() const { return total(&Comparison::judged); }
    std::int64_t outside() const { return total(&Comparison::outside); }
    std::int64_t ambiguous() const { return total(&Comparison::ambiguous); }
    std::int64_t unconstrained() const { return total(&Comparison::unconstrained); }

    /// The distinct implementations of the partitions, joined with " + ".
    std::string implementation() const;

    /// The comparison of a tensor by its name; null when it was not compared.
    const Comparison* comparison(std::string_view tensor) const;

    /// The worst outside element of worst_output, or of all outputs when none is named.
    const OutsideElement* worst() const;

    /// A failure that no known issue explains.
    bool is_finding() const { return is_failure(judgement.verdict) && !known_issue; }

private:
    std::int64_t total(std::int64_t Comparison::*count) const;
};

/// A rung of a ladder that could not be run, and why.
struct RungNotRun {
    std::string backend;
    std::string isa;
    std::string reason;
};

/// A backend that took part, or could not be started.
struct BackendUsed {
    std::string name;
    std::string library;
    std::string library_version;
    std::string library_path;
    std::string runtime;
    std::string problem;  ///< why it is not available; empty when it is
};

struct KnownIssueSeen {
    std::string id;
    std::string title;
    std::string upstream;
    std::int64_t runs = 0;  ///< that it explains
};

struct RunReport {
    std::vector<BackendUsed> backends;
    std::vector<RunEntry> entries;
    std::vector<RungNotRun> not_run;
    std::vector<KnownIssueSeen> known_issues;
    /// Annotations of the cases, by case name: what to look for, where it comes from.
    std::map<std::string, std::map<std::string, std::string>> annotations;
};

/// Counts over the entries of a report.
struct RunSummary {
    std::int64_t runs = 0;
    std::int64_t passed = 0;
    std::int64_t findings = 0;
    std::int64_t known = 0;
    std::int64_t unsupported = 0;
    std::int64_t vacuous = 0;
    std::int64_t harness_errors = 0;
    std::int64_t bad_inputs = 0;   ///< of the harness errors: what the user gave to a backend is at fault
    std::int64_t unavailable = 0;  ///< backends that could not be started
};

RunSummary summarize(const RunReport& report);

/// Why runs were unsupported.
struct UnsupportedReason {
    std::string
        reason;  ///< without what differs from case to case: names in quotes, numbers of post-ops, what was offered
    std::int64_t runs = 0;
};

/// The most frequent first.
std::vector<UnsupportedReason> unsupported_reasons(const RunReport& report);

/// The exit codes of the command line.
enum class ExitCode : int {
    clean = 0,          ///< known issues are listed, not counted
    finding = 1,        ///< a new finding
    bad_input = 2,      ///< bad usage or bad input, also when only a backend could see it
    nothing_ran = 3,    ///< nothing was judged: all vacuous or unsupported
    harness_error = 4,  ///< difftest itself failed somewhere, or a backend could not be started
};

/// The exit code that a report calls for. A finding outweighs a harness error elsewhere; a harness error outweighs
/// "clean".
ExitCode exit_code_of(const RunSummary& summary);

}  // namespace difftest::harness
