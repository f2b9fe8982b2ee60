#include "harness/campaign/campaign.hpp"

#include "harness/campaign/campaign_fold.hpp"
#include "harness/campaign/campaign_folder.hpp"
#include "harness/campaign/case_features.hpp"
#include "harness/campaign/failure_signature.hpp"
#include "harness/campaign/journal.hpp"
#include "harness/generate/choice_source.hpp"
#include "reference/graph/case_file.hpp"

#include <fmt/format.h>

#include <condition_variable>
#include <exception>
#include <mutex>
#include <thread>
#include <unordered_set>

namespace difftest::harness {
namespace {

using Clock = std::chrono::steady_clock;

std::string operation_of(const graph::Graph& graph, const backends::PartitionReport& partition) {
    const auto id = partition.nodes.empty() ? std::nullopt : graph.find_node(partition.nodes.front());
    return id ? std::string(graph::name_of(graph.node(*id).operation)) : "";
}

void add_run(CaseRecord& record, const graph::Case& value, const RunEntry& entry, const std::vector<RunEntry>& all) {
    const Verdict verdict = entry.judgement.verdict;
    ++record.runs[verdict];
    if (verdict == Verdict::unsupported) {
        ++record.refusals[{entry.backend, entry.judgement.reason}];
        return;
    }
    for (const auto& partition : is_failure(verdict) ? suspects(entry, all) : entry.partitions) {
        ++record.partitions[{entry.backend, entry.isa, operation_of(value.graph, partition), partition.implementation,
                             verdict}];
    }
    if (verdict == Verdict::harness_error) {
        record.harness_errors.push_back(fmt::format("{} {}: {}", entry.backend, entry.isa, entry.judgement.reason));
    } else if (is_failure(verdict)) {
        record.failures.push_back(
            {entry.isa, entry.plan, entry.judgement.reason, entry.known_issue, signature_of(value, entry, all)});
    }
}

CaseRecord judge_index(const CampaignConfiguration& configuration, CaseRunner& runner, std::uint64_t index) {
    CaseRecord record;
    record.index = index;
    try {
        const graph::Case value = campaign_case(configuration, index);
        record.cost = case_cost(value);
        record.features = case_features(value);
        const std::vector<RunEntry> entries = runner.run(value);
        for (const RunEntry& entry : entries) {
            add_run(record, value, entry, entries);
        }
    } catch (const std::exception& error) {
        record.harness_errors.push_back(error.what());
    }
    return record;
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
        std::vector<std::jthread> judges;
        for (int job = 0; job < request_.jobs; ++job) {
            judges.emplace_back([this] { work(); });
        }
        watch();
        judges.clear();
        if (failure_) {
            std::rethrow_exception(failure_);
        }
        CampaignReport report = fold_.report(request_.selection.known_issues);
        report.configuration = request_.configuration.name;
        report.first = request_.first;
        report.end = request_.end;
        report.backends = backends_;
        report.not_run = not_run_;
        report.complaints = journal_.complaints();
        return report;
    }

private:
    void recall(const CaseRecord& record) {
        if (record.index >= request_.first && record.index < request_.end && done_.insert(record.index).second) {
            fold_.add(record);
        }
    }

    void work() {
        try {
            CaseRunner runner(request_.selection);
            while (const auto index = take_index()) {
                keep(judge_index(request_.configuration, runner, *index));
            }
            const std::lock_guard lock(mutex_);
            backends_ = runner.backends();
            not_run_ = runner.not_run();
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
        while (next_ < request_.end && done_.contains(next_)) {
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
            graph::write_case(campaign_case(request_.configuration, record.index),
                              folder_.clusters() / cluster_file_name(identity));
        }
    }

    void watch() {
        std::unique_lock lock(mutex_);
        while (finished_ < request_.jobs) {
            changed_.wait_for(lock, std::chrono::seconds(1));
            if (request_.on_progress) {
                request_.on_progress({done_.size(), request_.end - request_.first, fold_.findings(), fold_.clusters(),
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
    std::vector<BackendUsed> backends_;
    std::vector<RungNotRun> not_run_;
};

}  // namespace

graph::Case campaign_case(const CampaignConfiguration& configuration, std::uint64_t index) {
    CounterChoices choices(configuration.seed, index);
    return random_case(choices, configuration.generator, fmt::format("{}_{}", configuration.name, index));
}

CampaignReport run_campaign(const CampaignRequest& request) {
    return Campaign(request).run();
}

}  // namespace difftest::harness
