#include "harness/campaign/campaign_fold.hpp"

#include "harness/campaign/case_features.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cctype>
#include <iterator>
#include <string_view>
#include <tuple>

namespace difftest::harness {
namespace {

constexpr std::size_t kLongestFileName = 120;

std::vector<std::string> common(const std::vector<std::string>& a, const std::vector<std::string>& b) {
    std::vector<std::string> result;
    std::set_intersection(a.begin(), a.end(), b.begin(), b.end(), std::back_inserter(result));
    return result;
}

/// FNV-1a: tells apart the names of two clusters that differ in no letter or digit.
std::uint32_t short_hash(const std::string& text) {
    std::uint32_t hash = 2166136261U;
    for (const char c : text) {
        hash = (hash ^ static_cast<unsigned char>(c)) * 16777619U;
    }
    return hash;
}

/// The implementations of a partition that is more than one primitive: "ref:any, jit:avx2"; none where it did not come
/// to a choice.
std::vector<std::string> single_names(const std::string& implementation) {
    constexpr std::string_view kBetween = ", ";
    std::vector<std::string> names;
    for (std::size_t begin = 0; begin < implementation.size();) {
        const std::size_t end = std::min(implementation.find(kBetween, begin), implementation.size());
        names.push_back(implementation.substr(begin, end - begin));
        begin = end + kBetween.size();
    }
    return names;
}

template <typename Counts>
void add_all(Counts& to, const Counts& from) {
    for (const auto& [key, count] : from) {
        to[key] += count;
    }
}

void add_all(std::map<Refused, RunsByIsa>& to, const std::map<Refused, RunsByIsa>& from) {
    for (const auto& [refused, runs] : from) {
        add_all(to[refused], runs);
    }
}

/// The most frequent first.
std::vector<ReasonCount> reason_counts(const std::map<Refused, RunsByIsa>& reasons) {
    std::vector<ReasonCount> result;
    for (const auto& [refused, by_isa] : reasons) {
        ReasonCount count{refused.backend, refused.reason, 0, by_isa};
        for (const auto& [isa, runs] : by_isa) {
            count.runs += runs;
        }
        result.push_back(std::move(count));
    }
    std::stable_sort(result.begin(), result.end(),
                     [](const ReasonCount& a, const ReasonCount& b) { return a.runs > b.runs; });
    return result;
}

}  // namespace

std::string identity_text(const FailureSignature& signature) {
    return fmt::format("{}|{}|{}|{}|{}|{}", name_of(signature.verdict), signature.backend, signature.operation,
                       signature.grouping, signature.implementation, signature.pattern);
}

std::string cluster_file_name(const std::string& identity) {
    std::string name;
    for (const char c : identity) {
        const bool kept = std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '_';
        if (kept || (!name.empty() && name.back() != '-')) {
            name += kept ? c : '-';
        }
    }
    name.resize(std::min(name.size(), kLongestFileName));
    return fmt::format("{}-{:08x}.json", name, short_hash(identity));
}

std::vector<std::string> CampaignFold::add(const CaseRecord& record) {
    first_ = cases_ == 0 ? record.index : std::min(first_, record.index);
    last_ = std::max(last_, record.index);
    ++cases_;
    add_all(verdicts_, record.runs);
    add_partitions(record);
    coverage_.add(record);
    fault_coverage_.add(record);
    add_tolerance(record);
    for (const auto& [combination, count] : record.combinations) {
        operations_[{combination.backend, combination.operation}].combinations.insert(combination.text);
    }
    add_all(refusals_, record.refusals);
    add_all(vacuous_, record.vacuous);
    add_all(out_of_contract_, record.out_of_contract);
    add_all(resampled_, record.resampled);
    for (const std::string& identity : record.steered) {
        ++steered_[identity];
    }
    add_all(withheld_, record.withheld);
    steered_cases_ += record.steered.empty() ? 0 : 1;
    guided_cases_ += record.gained > 0 ? 1 : 0;
    guided_pairs_ += std::max<std::int64_t>(record.gained, 0);
    for (const std::string& feature : flat_features(record.features)) {
        FeatureCount& count = features_[feature];
        ++count.cases;
        for (const std::string& rung : record.judged_on) {
            ++count.judged_on[rung];
        }
    }
    for (const std::string& error : record.harness_errors) {
        ++harness_errors_[error];
    }
    std::set<std::string> in_this_case;
    std::set<std::string> improved;
    for (const FailureRecord& failure : record.failures) {
        Operation& operation = operations_[{failure.signature.backend, failure.signature.operation}];
        ++operation.failing[failure.signature.verdict];
        operation.known += failure.known_issue ? 1 : 0;
        if (failure.known_issue) {
            ++known_issues_[*failure.known_issue];
        } else if (add_failure(record, failure, in_this_case)) {
            improved.insert(identity_text(failure.signature));
        }
    }
    return {improved.begin(), improved.end()};
}

void CampaignFold::add_partitions(const CaseRecord& record) {
    std::set<Implementation*> in_this_case;
    for (const auto& [kind, count] : record.partitions) {
        Implementation& implementation = implementations_[{kind.backend, kind.operation, kind.implementation}];
        implementation.runs[kind.verdict] += count;
        implementation.isas.insert(kind.isa);
        in_this_case.insert(&implementation);
    }
    for (Implementation* each : in_this_case) {
        if (each->cases == 0 ||
            std::tie(record.cost, record.index) < std::tie(each->smallest_cost, each->smallest_index)) {
            each->smallest_cost = record.cost;
            each->smallest_index = record.index;
            each->smallest_draw = record.draw;
        }
        ++each->cases;
    }
}

void CampaignFold::add_tolerance(const CaseRecord& record) {
    std::set<ToleranceCount*> in_this_case;
    const auto row = [&](const ElementsOf& of) -> ToleranceCount& {
        ToleranceCount& count = tolerance_[of];
        in_this_case.insert(&count);
        return count;
    };
    for (const auto& [kind, partitions] : record.partitions) {
        row({kind.backend, kind.isa, kind.operation, kind.implementation}).runs[kind.verdict] += partitions;
    }
    for (const auto& [of, elements] : record.elements) {
        row(of).elements += elements;
    }
    for (ToleranceCount* each : in_this_case) {
        ++each->cases;
    }
}

bool CampaignFold::add_failure(const CaseRecord& record, const FailureRecord& failure,
                               std::set<std::string>& in_this_case) {
    ++findings_;
    const std::string identity = identity_text(failure.signature);
    const auto [found, is_new] = clusters_.try_emplace(identity);
    Gathered& gathered = found->second;
    Cluster& cluster = gathered.cluster;
    if (is_new) {
        cluster.signature = failure.signature;
        cluster.first_index = cluster.last_index = record.index;
        cluster.smallest_file = "clusters/" + cluster_file_name(identity);
    }
    ++cluster.runs;
    cluster.cases += in_this_case.insert(identity).second ? 1 : 0;
    cluster.first_index = std::min(cluster.first_index, record.index);
    cluster.last_index = std::max(cluster.last_index, record.index);
    cluster.signature.attributes = common(cluster.signature.attributes, failure.signature.attributes);
    if (failure.regressed && (cluster.regressed.empty() || *failure.regressed < cluster.regressed)) {
        cluster.regressed = *failure.regressed;
    }
    gathered.isas.insert(failure.isa);
    gathered.plans.insert(failure.plan);
    const bool smaller =
        is_new || std::tie(record.cost, record.index) < std::tie(cluster.smallest_cost, cluster.smallest_index);
    if (smaller) {
        cluster.smallest_cost = record.cost;
        cluster.smallest_index = record.index;
        cluster.smallest_draw = record.draw;
        cluster.smallest_isa = failure.isa;
        cluster.smallest_plan = failure.plan;
        cluster.reason = failure.reason;
    }
    return smaller;
}

std::vector<OperationCount> CampaignFold::operation_counts() const {
    std::map<std::pair<std::string, std::string>, OperationCount> rows;
    std::map<std::pair<std::string, std::string>, std::set<std::string>> names;
    for (const auto& [key, operation] : operations_) {
        OperationCount& row = rows[key];
        row.combinations = {operation.combinations.begin(), operation.combinations.end()};
        row.failing = operation.failing;
        row.known = operation.known;
    }
    for (const auto& [key, counts] : implementations_) {
        OperationCount& row = rows[{std::get<0>(key), std::get<1>(key)}];
        for (const std::string& name : single_names(std::get<2>(key))) {
            names[{std::get<0>(key), std::get<1>(key)}].insert(name);
        }
        for (const auto& [verdict, partitions] : counts.runs) {
            row.passed += is_pass(verdict) ? partitions : 0;
            row.vacuous += verdict == Verdict::vacuous ? partitions : 0;
        }
    }
    for (const auto& [identity, gathered] : clusters_) {
        ++rows[{gathered.cluster.signature.backend, gathered.cluster.signature.operation}].problems;
    }
    std::vector<OperationCount> result;
    for (auto& [key, row] : rows) {
        row.implementations = std::ssize(names[key]);
        std::tie(row.backend, row.operation) = key;
        result.push_back(std::move(row));
    }
    return result;
}

CampaignReport CampaignFold::report(const std::vector<KnownIssue>& known) const {
    CampaignReport report;
    report.cases = cases_;
    report.first = first_;
    report.end = cases_ == 0 ? 0 : last_ + 1;
    report.verdicts = verdicts_;
    report.findings = findings_;
    for (const auto& [identity, gathered] : clusters_) {
        Cluster cluster = gathered.cluster;
        cluster.isas.assign(gathered.isas.begin(), gathered.isas.end());
        cluster.plans.assign(gathered.plans.begin(), gathered.plans.end());
        report.clusters.push_back(std::move(cluster));
    }
    std::stable_sort(report.clusters.begin(), report.clusters.end(),
                     [](const Cluster& a, const Cluster& b) { return a.runs > b.runs; });
    for (const auto& [key, counts] : implementations_) {
        report.implementations.push_back({std::get<0>(key),
                                          std::get<1>(key),
                                          std::get<2>(key),
                                          counts.runs,
                                          {counts.isas.begin(), counts.isas.end()},
                                          counts.cases,
                                          counts.smallest_index,
                                          counts.smallest_draw,
                                          counts.smallest_cost});
    }
    for (const auto& [of, count] : tolerance_) {
        report.tolerance.push_back(count);
        report.tolerance.back().of = of;
    }
    report.operations = operation_counts();
    report.refusals = reason_counts(refusals_);
    report.vacuous = reason_counts(vacuous_);
    report.out_of_contract = reason_counts(out_of_contract_);
    for (const auto& [id, count] : known_issues_) {
        const auto issue =
            std::find_if(known.begin(), known.end(), [&id = id](const KnownIssue& each) { return each.id == id; });
        report.known_issues.push_back(
            {id, issue == known.end() ? "" : issue->title, issue == known.end() ? "" : issue->upstream, count});
    }
    report.resampled = resampled_;
    report.steered = steered_;
    report.withheld = withheld_;
    report.steered_cases = steered_cases_;
    report.guided_cases = guided_cases_;
    report.guided_pairs = guided_pairs_;
    report.features = features_;
    report.coverage = coverage_.result();
    report.harness_errors = harness_errors_;
    return report;
}

}  // namespace difftest::harness
