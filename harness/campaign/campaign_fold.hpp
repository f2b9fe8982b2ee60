#pragma once

#include "harness/campaign/case_record.hpp"
#include "harness/campaign/coverage_map.hpp"
#include "harness/campaign/fault_coverage.hpp"
#include "harness/campaign/known_issues.hpp"
#include "harness/report/campaign_report.hpp"

#include <map>
#include <optional>
#include <set>
#include <string>
#include <tuple>
#include <vector>

namespace difftest::harness {

/// Adds up the records of a campaign, in any order: the same set of records gives the same report. Its memory depends
/// on how many clusters, implementations and reasons there are, not on how many records.
class CampaignFold {
public:
    /// Adds the record; the identities of the clusters whose smallest case it now is.
    std::vector<std::string> add(const CaseRecord& record);

    /// What there is so far. Texts of known issues come from `known`.
    CampaignReport report(const std::vector<KnownIssue>& known) const;

    const FaultCoverage& fault_coverage() const { return fault_coverage_; }

    std::size_t clusters() const { return clusters_.size(); }
    std::int64_t cases() const { return cases_; }
    std::int64_t findings() const { return findings_; }

private:
    struct Gathered {
        Cluster cluster;
        std::set<std::string> isas;
        std::set<std::string> plans;
    };
    struct Implementation {
        std::map<Verdict, std::int64_t> runs;
        std::set<std::string> isas;
        std::int64_t cases = 0;
        std::uint64_t smallest_index = 0;
        int smallest_draw = 0;
        std::int64_t smallest_cost = 0;
    };
    void add_partitions(const CaseRecord& record);
    void add_tolerance(const CaseRecord& record);
    bool add_failure(const CaseRecord& record, const FailureRecord& failure, std::set<std::string>& in_this_case);

    std::map<std::string, Gathered> clusters_;
    std::map<std::tuple<std::string, std::string, std::string>, Implementation> implementations_;
    std::map<ElementsOf, ToleranceCount> tolerance_;
    struct Operation {
        std::set<std::string> combinations;
        std::map<Verdict, std::int64_t> failing;  ///< runs
        std::int64_t known = 0;                   ///< of these
    };
    std::vector<OperationCount> operation_counts() const;

    std::map<std::pair<std::string, std::string>, Operation> operations_;  ///< by backend and operation
    std::map<Refused, RunsByIsa> refusals_;
    std::map<Refused, RunsByIsa> vacuous_;
    std::map<Refused, RunsByIsa> out_of_contract_;
    std::map<std::string, std::int64_t> known_issues_;
    std::map<std::string, std::int64_t> resampled_;
    std::map<std::string, std::int64_t> steered_;
    std::int64_t steered_cases_ = 0;
    std::map<std::string, std::int64_t> withheld_;
    std::int64_t guided_cases_ = 0;
    std::int64_t guided_pairs_ = 0;
    std::map<std::string, FeatureCount> features_;
    CoverageMap coverage_;
    FaultCoverage fault_coverage_;
    std::map<std::string, std::int64_t> harness_errors_;
    std::map<Verdict, std::int64_t> verdicts_;
    std::int64_t cases_ = 0;
    std::uint64_t first_ = 0;
    std::uint64_t last_ = 0;
    std::int64_t findings_ = 0;
};

/// The identity of a cluster as one text, and a file name made of it.
std::string identity_text(const FailureSignature& signature);
std::string cluster_file_name(const std::string& identity);

}  // namespace difftest::harness
