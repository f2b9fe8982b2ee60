#pragma once

#include "harness/compare/verdict.hpp"
#include "harness/report/coverage.hpp"
#include "harness/report/run_report.hpp"

#include <compare>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <tuple>
#include <vector>

/// What a campaign has to say, as values. Nothing here depends on time, on the number of workers or on the order in
/// which the cases ran.
namespace difftest::harness {

/// What failing runs of one cause have in common.
struct FailureSignature {
    std::string backend;
    Verdict verdict = Verdict::violation;
    std::string operation;       ///< the first of the suspected partition
    std::string grouping;        ///< dense, grouped, depthwise; empty where the operation has no groups
    std::string implementation;  ///< of the suspected partitions
    std::string pattern;         ///< of wrong values: border_only, single_channel, off_by_one, nan, values
    std::vector<std::string>
        attributes;  ///< features of the suspected partitions and traits of the plan; no part of the identity

    /// What tells clusters apart.
    auto identity() const { return std::tie(backend, operation, grouping, implementation, verdict, pattern); }
};

/// Failing runs with one signature.
struct Cluster {
    FailureSignature signature;  ///< its attributes are those that all runs have
    std::int64_t runs = 0;
    std::int64_t cases = 0;
    std::uint64_t first_index = 0;
    std::uint64_t last_index = 0;
    std::uint64_t smallest_index = 0;  ///< of the smallest case
    int smallest_draw = 0;
    std::int64_t smallest_cost = 0;
    std::string smallest_isa;       ///< on which it shows, the first of several
    std::string smallest_plan;      ///< with which
    std::string smallest_file;      ///< relative to the campaign's folder
    std::vector<std::string> isas;  ///< ascending
    std::vector<std::string> plans;
    std::string reason;  ///< of the smallest case
    /// A known issue that one of its runs shows although this release is said to be without; empty: the problem is new.
    std::string regressed;
};

/// Partitions that one implementation ran, by the verdict of the run. A partition of a failing run counts only where it
/// may be to blame.
struct ImplementationCount {
    std::string backend;
    std::string operation;  ///< the first of the partition
    std::string implementation;
    std::map<Verdict, std::int64_t> runs;
    std::vector<std::string> isas;
    std::int64_t cases = 0;
    std::uint64_t smallest_index = 0;  ///< of the smallest case that it ran
    int smallest_draw = 0;
    std::int64_t smallest_cost = 0;
};

/// Where a library computed elements: the elements of a tensor belong to the partition that wrote it.
struct ElementsOf {
    std::string backend;
    std::string isa;
    std::string operation;  ///< the first of the partition; empty for an output that is an input
    std::string implementation;
    friend auto operator<=>(const ElementsOf&, const ElementsOf&) = default;
};

/// The element that lies farthest from its allowed set.
struct LargestError {
    double steps = 0;  ///< LSB or ulp (error_steps.hpp); infinite where a value is not finite
    std::uint64_t index = 0;
    int draw = 0;
    std::string plan;
    std::string tensor;
    std::string at;  ///< "[0,3,1,2]"
    std::string expected;
    std::string got;
    friend bool operator==(const LargestError&, const LargestError&) = default;
};

/// How far elements lie outside, in one unit.
struct ErrorCount {
    std::map<int, std::int64_t> counts;   ///< elements by bucket_of (error_steps.hpp)
    std::optional<LargestError> largest;  ///< of several the one of the lowest index

    ErrorCount& operator+=(const ErrorCount& other);
    friend bool operator==(const ErrorCount&, const ErrorCount&) = default;
};

/// Elements that were compared with their allowed sets. judged == exact() + allowed + outside.
struct ElementCount {
    std::int64_t judged = 0;         ///< with a set that does not allow everything
    std::int64_t ambiguous = 0;      ///< of these, with a set of more than one value
    std::int64_t allowed = 0;        ///< of these, with one of them
    std::int64_t outside = 0;        ///< judged, with a value outside: those of known issues, too
    std::int64_t unconstrained = 0;  ///< not judged: outside the contract
    std::int64_t vacuous = 0;        ///< not judged: of runs that could have seen no fault
    ErrorCount lsb;                  ///< of those outside, integers
    ErrorCount ulp;                  ///< of those outside, floats

    std::int64_t exact() const { return judged - allowed - outside; }

    ElementCount& operator+=(const ElementCount& other);
    friend bool operator==(const ElementCount&, const ElementCount&) = default;
};

/// A row of the tolerance report.
struct ToleranceCount {
    ElementsOf of;
    std::int64_t cases = 0;
    std::map<Verdict, std::int64_t> runs;  ///< of its partitions, as ImplementationCount::runs
    ElementCount elements;
};

/// Everything that partitions with one operation at their head amount to.
struct OperationCount {
    std::string backend;
    std::string operation;
    std::vector<std::string> combinations;  ///< of types and optional inputs that were judged, ascending
    std::int64_t implementations = 0;       ///< that were reached
    std::int64_t passed = 0;                ///< partitions of runs that passed
    std::int64_t vacuous = 0;
    std::map<Verdict, std::int64_t> failing;  ///< runs that a partition of this kind is to blame for
    std::int64_t known = 0;                   ///< of these, explained by a known issue
    std::int64_t problems = 0;                ///< clusters of the others
};

/// Runs that say nothing of values, or nothing of some, by one reason.
struct ReasonCount {
    std::string backend;
    std::string reason;
    std::int64_t runs = 0;
    std::map<std::string, std::int64_t> isas;  ///< runs by rung
};

/// A fault of the dictionary, and whether the cases that some backend passed would have shown it.
struct FaultCaught {
    std::string id;
    std::string name;
    std::int64_t cases = 0;     ///< passed, in which it plays a part
    std::int64_t examined = 0;  ///< a sample of them
    std::int64_t exposed = 0;   ///< of the sample, that would have shown it
};

/// Something that cases have, and where cases that have it could be judged.
struct FeatureCount {
    std::int64_t cases = 0;
    std::map<std::string, std::int64_t> judged_on;  ///< cases, by backend and rung
};

struct CampaignReport {
    std::string configuration;
    std::uint64_t first = 0;  ///< the judged indices lie in [first, end)
    std::uint64_t end = 0;
    std::int64_t cases = 0;  ///< that were judged
    std::map<Verdict, std::int64_t> verdicts;
    std::int64_t findings = 0;  ///< failing runs that no known issue explains
    std::vector<BackendUsed> backends;
    std::vector<RungNotRun> not_run;
    std::vector<Cluster> clusters;                     ///< by identity
    std::vector<ImplementationCount> implementations;  ///< by backend, operation and name
    std::vector<ToleranceCount> tolerance;             ///< by backend, ISA, operation and implementation
    std::vector<OperationCount> operations;            ///< by backend and name
    std::vector<ReasonCount> refusals;                 ///< unsupported runs; the most frequent first
    std::vector<ReasonCount> vacuous;                  ///< runs; the most frequent first
    std::vector<ReasonCount> out_of_contract;          ///< runs with elements that may be anything
    std::vector<KnownIssueSeen> known_issues;
    std::map<std::string, std::int64_t> resampled;  ///< draws that the gate refused, by reason
    /// Indices that were drawn again to keep them out of a full cluster, by the cluster or known issue.
    std::map<std::string, std::int64_t> steered;
    std::int64_t steered_cases = 0;  ///< each index once
    /// Runs that were not made, since most that looked like them ended in a full cluster, by the cluster or known
    /// issue.
    std::map<std::string, std::int64_t> withheld;
    std::int64_t guided_cases =
        0;  ///< indices of which a later draw was taken, since it has more pairs not yet reached
    std::int64_t guided_pairs = 0;    ///< how many more, all together
    std::vector<FaultCaught> faults;  ///< of the dictionary, all
    std::map<std::string, FeatureCount> features;
    Coverage coverage;
    std::map<std::string, std::int64_t> harness_errors;
    std::vector<std::string> complaints;  ///< about the journal
};

/// All elements of the campaign; the largest errors are those of all rows.
ElementCount elements_in_all(const CampaignReport& report);

ExitCode exit_code_of(const CampaignReport& report);

}  // namespace difftest::harness
