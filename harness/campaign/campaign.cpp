#include "harness/campaign/campaign.hpp"

#include "harness/campaign/campaign_fold.hpp"
#include "harness/campaign/campaign_folder.hpp"
#include "harness/campaign/case_features.hpp"
#include "harness/campaign/combinations.hpp"
#include "harness/campaign/failure_signature.hpp"
#include "harness/campaign/input_error.hpp"
#include "harness/campaign/journal.hpp"
#include "harness/campaign/json_object_reader.hpp"
#include "reference/graph/case_file.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <condition_variable>
#include <exception>
#include <map>
#include <mutex>
#include <set>
#include <thread>
#include <unordered_set>

namespace difftest::harness {
namespace {

using Clock = std::chrono::steady_clock;

std::string operation_of(const graph::Graph& graph, const backends::PartitionReport& partition) {
    const auto id = partition.nodes.empty() ? std::nullopt : graph.find_node(partition.nodes.front());
    return id ? std::string(graph::name_of(graph.node(*id).operation)) : "";
}

/// Whether the issue that explains the run as a whole also explains the partitions that are to blame: runs of the same
/// case that passed have cleared the others.
bool is_still_known(const RunSelection& selection, const graph::Case& value, const RunEntry& failing,
                    const std::vector<backends::PartitionReport>& suspected) {
    const auto issue = std::find_if(selection.known_issues.begin(), selection.known_issues.end(),
                                    [&failing](const KnownIssue& each) { return each.id == failing.known_issue; });
    return !issue->trigger.is_about_a_node() || is_about_one_of(issue->trigger, value, failing.partitions, suspected);
}

/// Counts what a run compared, for its backend and for each implementation that took part.
void add_elements(CaseRecord& record, const RunEntry& entry) {
    ElementCount count{entry.judged(), entry.ambiguous(), entry.outside(), entry.unconstrained(), 0};
    if (entry.judgement.verdict == Verdict::vacuous) {
        count = {0, 0, 0, 0, entry.elements()};
    }
    std::set<std::string> implementations{""};
    for (const backends::PartitionReport& partition : entry.partitions) {
        implementations.insert(partition.implementation);
    }
    for (const std::string& implementation : implementations) {
        record.elements[{entry.backend, implementation}] += count;
    }
}

void add_run(CaseRecord& record, const RunSelection& selection, const graph::Case& value, const RunEntry& entry,
             const std::vector<RunEntry>& all) {
    const Verdict verdict = entry.judgement.verdict;
    ++record.runs[verdict];
    if (verdict == Verdict::unsupported) {
        ++record.refusals[{entry.backend, refusal_class(entry.judgement.reason)}];
        return;
    }
    if (verdict == Verdict::harness_error) {
        record.harness_errors.push_back(fmt::format("{} {}: {}", entry.backend, entry.isa, entry.judgement.reason));
    }
    if (entry.elements() > 0) {
        add_elements(record, entry);
    }
    for (const auto& partition : entry.partitions) {
        ++record.combinations[{entry.backend, operation_of(value.graph, partition),
                               combination_of(value.graph, partition.nodes)}];
    }
    std::vector<backends::PartitionReport> partitions = entry.partitions;
    if (is_failure(verdict)) {
        partitions = suspects(value.graph, entry, all);
        FailureSignature signature = signature_of(value, entry, partitions);
        const bool known = entry.known_issue && is_still_known(selection, value, entry, partitions);
        record.failures.push_back({entry.isa, entry.plan, entry.judgement.reason,
                                   known ? entry.known_issue : std::nullopt, std::move(signature)});
    }
    for (const auto& partition : partitions) {
        ++record.partitions[{entry.backend, entry.isa, operation_of(value.graph, partition), partition.implementation,
                             verdict}];
    }
}

CaseRecord judge_index(const CampaignConfiguration& configuration, CaseRunner& runner, std::uint64_t index) {
    CaseRecord record;
    record.index = index;
    try {
        GatedCase drawn = campaign_case(configuration, index);
        const graph::Case& value = drawn.value;
        record.resampled = drawn.refused;
        record.cost = case_cost(value);
        record.features = case_features(value);
        EvaluationCache evaluations(value, configuration.generator.contract, std::move(drawn.evaluation));
        const std::vector<RunEntry> entries = runner.run(value, evaluations);
        std::set<std::string> judged_on;
        for (const RunEntry& entry : entries) {
            if (!entry.outputs.empty()) {
                judged_on.insert(fmt::format("{} {}", entry.backend, entry.isa));
            }
            add_run(record, runner.selection(), value, entry, entries);
        }
        record.judged_on.assign(judged_on.begin(), judged_on.end());
    } catch (const std::exception& error) {
        record.harness_errors.push_back(error.what());
    }
    return record;
}

CampaignReport finished_report(const CampaignFold& fold, const CampaignFolder& folder,
                               const std::vector<KnownIssue>& known_issues, std::vector<std::string> complaints) {
    CampaignReport report = fold.report(known_issues);
    report.configuration = folder.configuration().name;
    report.complaints = std::move(complaints);
    folder.read_backends(report.backends, report.not_run);
    return report;
}

/// All judges of one campaign and what they share.
class Campaign {
public:
    explicit Campaign(const CampaignRequest& request)
        : request_(request),
          folder_(request.folder, request.configuration, request.selection),
          journal_(folder_.journal(), [this](const CaseRecord& record) { recall(record); }),
          next_(request.first),
          started_(Clock::now()) {}

    CampaignReport run() {
        {
            CaseRunner probe(request_.selection);
            probe.start();
            folder_.keep_backends(probe.backends(), probe.not_run());
        }
        std::vector<std::jthread> judges;
        for (int job = 0; job < request_.jobs; ++job) {
            judges.emplace_back([this] { work(); });
        }
        watch();
        judges.clear();
        if (failure_) {
            std::rethrow_exception(failure_);
        }
        return finished_report(fold_, folder_, request_.selection.known_issues, journal_.complaints());
    }

private:
    void recall(const CaseRecord& record) {
        if (is_wanted(record.index) && done_.insert(record.index).second) {
            fold_.add(record);
        }
    }

    bool is_wanted(std::uint64_t index) const {
        return index >= request_.first && index < request_.end && index % request_.shards == request_.shard;
    }

    void work() {
        try {
            CaseRunner runner(request_.selection);
            while (const auto index = take_index()) {
                keep(judge_index(request_.configuration, runner, *index));
            }
        } catch (...) {
            const std::lock_guard lock(mutex_);
            failure_ = failure_ ? failure_ : std::current_exception();
        }
        const std::lock_guard lock(mutex_);
        ++finished_;
        changed_.notify_all();
    }

    std::optional<std::uint64_t> take_index() {
        const std::lock_guard lock(mutex_);
        const bool late = request_.time && Clock::now() - started_ >= *request_.time;
        while (next_ < request_.end && (!is_wanted(next_) || done_.contains(next_))) {
            ++next_;
        }
        if (late || failure_ || next_ >= request_.end) {
            return std::nullopt;
        }
        return next_++;
    }

    void keep(const CaseRecord& record) {
        const std::lock_guard lock(mutex_);
        journal_.append(record);
        done_.insert(record.index);
        for (const std::string& identity : fold_.add(record)) {
            graph::write_case(campaign_case(request_.configuration, record.index).value,
                              folder_.clusters() / cluster_file_name(identity));
        }
    }

    void watch() {
        std::unique_lock lock(mutex_);
        while (finished_ < request_.jobs) {
            changed_.wait_for(lock, std::chrono::seconds(1));
            if (request_.on_progress) {
                request_.on_progress({done_.size(), (request_.end - request_.first) / request_.shards, fold_.findings(),
                                      fold_.clusters(),
                                      std::chrono::duration_cast<std::chrono::seconds>(Clock::now() - started_)});
            }
        }
    }

    const CampaignRequest& request_;
    CampaignFolder folder_;
    CampaignFold fold_;
    std::unordered_set<std::uint64_t> done_;
    Journal journal_;
    std::uint64_t next_;
    Clock::time_point started_;
    std::mutex mutex_;
    std::condition_variable changed_;
    int finished_ = 0;
    std::exception_ptr failure_;
};

}  // namespace

GatedCase campaign_case(const CampaignConfiguration& configuration, std::uint64_t index) {
    return gated_case(configuration.generator, index, fmt::format("{}_{}", configuration.name, index));
}

CampaignReport run_campaign(const CampaignRequest& request) {
    return Campaign(request).run();
}

CampaignReport merge_campaigns(const std::vector<std::filesystem::path>& shards, const std::filesystem::path& folder,
                               const std::vector<KnownIssue>& known_issues) {
    if (shards.empty()) {
        throw InputError("merge: no folder is given");
    }
    const CampaignFolder first = CampaignFolder::existing(shards.front());
    std::map<std::uint64_t, CaseRecord> records;
    std::vector<std::string> complaints;
    for (const std::filesystem::path& shard : shards) {
        const CampaignFolder source = CampaignFolder::existing(shard);
        for (const auto& [a, b] :
             {std::pair{first.identity(), source.identity()}, {first.backends(), source.backends()}}) {
            if (parse_json_file(a) != parse_json_file(b)) {
                throw InputError(fmt::format("{}: is of another campaign than {} ({} differs)", shard.string(),
                                             shards.front().string(), a.filename().string()));
            }
        }
        const Journal journal(source.journal(),
                              [&records](const CaseRecord& record) { records.try_emplace(record.index, record); });
        complaints.insert(complaints.end(), journal.complaints().begin(), journal.complaints().end());
    }
    const CampaignFolder merged = CampaignFolder::like(folder, first);
    std::error_code error;
    if (std::filesystem::exists(merged.journal(), error)) {
        throw InputError(fmt::format("--out {}: holds a journal already", folder.string()));
    }
    std::vector<BackendUsed> backends;
    std::vector<RungNotRun> not_run;
    first.read_backends(backends, not_run);
    merged.keep_backends(backends, not_run);
    const CampaignConfiguration configuration = merged.configuration();
    CampaignFold fold;
    Journal journal(merged.journal(), [](const CaseRecord&) {});
    for (const auto& [index, record] : records) {
        journal.append(record);
        fold.add(record);
    }
    CampaignReport report = finished_report(fold, merged, known_issues, std::move(complaints));
    for (const Cluster& cluster : report.clusters) {
        graph::write_case(campaign_case(configuration, cluster.smallest_index).value, folder / cluster.smallest_file);
    }
    return report;
}

}  // namespace difftest::harness
