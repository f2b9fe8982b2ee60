#pragma once

#include "harness/report/campaign_report.hpp"

#include <compare>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace difftest::harness {

/// What a run says about one of its partitions.
struct PartitionKind {
    std::string backend;
    std::string isa;
    std::string operation;  ///< the first of the partition
    std::string implementation;
    Verdict verdict = Verdict::exact;
    friend auto operator<=>(const PartitionKind&, const PartitionKind&) = default;
};

/// Types and optional inputs of a partition that was judged: combinations.hpp.
struct Combination {
    std::string backend;
    std::string operation;  ///< the first of the partition
    std::string text;
    friend auto operator<=>(const Combination&, const Combination&) = default;
};

/// Why a run says nothing of values, or nothing of some.
struct Refused {
    std::string backend;
    std::string reason;
    friend auto operator<=>(const Refused&, const Refused&) = default;
};

/// Runs by the rung that they were made on.
using RunsByIsa = std::map<std::string, std::int64_t>;

struct FailureRecord {
    std::string isa;
    std::string plan;
    std::string reason;
    std::optional<std::string> known_issue;
    std::optional<std::string> regressed;  ///< a known issue that this release is said to be without
    FailureSignature signature;
    friend bool operator==(const FailureRecord& a, const FailureRecord& b) {
        return a.isa == b.isa && a.plan == b.plan && a.reason == b.reason && a.known_issue == b.known_issue &&
               a.regressed == b.regressed && a.signature.identity() == b.signature.identity() &&
               a.signature.attributes == b.signature.attributes;
    }
};

/// Runs that looked, before they were made, as those of a cluster do, and how many of them failed.
struct Forecast {
    std::int64_t runs = 0;
    std::int64_t failed = 0;
    friend bool operator==(const Forecast&, const Forecast&) = default;
};

/// What became of one index of a campaign: a line of its journal.
struct CaseRecord {
    std::uint64_t index = 0;
    int draw = 0;  ///< of the generator, that was taken: drawn_case gives the case again
    std::int64_t gained =
        0;  ///< pairs of attributes new to its lane that it has more than the draw it was preferred to
    std::int64_t cost = 0;
    std::map<std::string, std::int64_t> resampled;  ///< draws that the gate refused, by reason
    std::vector<std::string> steered;              ///< clusters and known issues that draws were refused for; ascending
    std::map<std::string, std::int64_t> withheld;  ///< runs that were not made, by cluster or known issue
    std::map<std::uint64_t, Forecast> forecasts;   ///< by description of the lane: run_steering.hpp
    std::vector<std::vector<std::string>> features;  ///< case_features.hpp
    std::vector<std::string> judged_on;  ///< "onednn AVX2": rungs on which some run of the case was judged; ascending
    std::map<Verdict, std::int64_t> runs;
    std::map<PartitionKind, std::int64_t> partitions;  ///< those of failing runs only where they are suspected
    std::map<ElementsOf, ElementCount> elements;       ///< the index of largest errors is the record's
    std::map<Combination, std::int64_t> combinations;  ///< of all partitions of the runs that were judged
    std::map<Refused, RunsByIsa> refusals;             ///< unsupported runs, by class of reason
    std::map<Refused, RunsByIsa> vacuous;              ///< runs, by class of reason
    std::map<Refused, RunsByIsa> out_of_contract;  ///< runs with elements that may be anything, by the oracle's note
    std::vector<FailureRecord> failures;
    std::vector<std::string> applicable_faults;  ///< ids, where some run passed: fault_coverage.hpp
    std::vector<std::string> harness_errors;
    friend bool operator==(const CaseRecord&, const CaseRecord&) = default;
};

/// One line without its end. The same record gives the same bytes.
std::string format_record(const CaseRecord& record);

/// The inverse of format_record. Throws std::invalid_argument with what is wrong.
CaseRecord parse_record(std::string_view line);

}  // namespace difftest::harness
