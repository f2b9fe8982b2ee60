#include "harness/campaign/throughput.hpp"

#include "harness/campaign/campaign_budget.hpp"
#include "harness/campaign/campaign_fold.hpp"
#include "harness/campaign/index_ranges.hpp"
#include "harness/campaign/journal.hpp"
#include "harness/campaign/judged_case.hpp"

#include <fmt/format.h>

#include <unistd.h>
#include <algorithm>
#include <atomic>
#include <ctime>
#include <exception>
#include <filesystem>
#include <limits>
#include <mutex>
#include <stdexcept>
#include <thread>

namespace difftest::harness {
namespace {

using std::chrono::nanoseconds;
using std::chrono::steady_clock;

constexpr std::uint64_t kSamples = 10;

nanoseconds processor_time() {
    timespec time{};
    ::clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time);
    return std::chrono::seconds(time.tv_sec) + nanoseconds(time.tv_nsec);
}

/// One allowed value for each element.
graph::TensorData allowed_values(const oracle::AllowedTensor& allowed) {
    graph::TensorData data(allowed.type(), allowed.shape());
    for (std::int64_t i = 0; i < data.size(); ++i) {
        if (allowed.is_point(i)) {
            data.set(i, allowed.point(i));
            continue;
        }
        const oracle::AllowedSet set = allowed.at(i);
        const bool integer = graph::is_integer(allowed.type());
        const double none = integer ? 0 : std::numeric_limits<double>::quiet_NaN();
        data.set(i, set.intervals.empty() ? none : set.intervals.front().lo);
    }
    return data;
}

/// Answers every case in no time and always right.
class NullBackend {
public:
    explicit NullBackend(const contract::Contract& contract) { description_.contract = contract; }

    std::vector<RunEntry> run(const graph::Case& value, EvaluationCache& evaluations) const {
        const oracle::Evaluation& evaluation = evaluations.under(description_.contract);
        RunOutcome outcome;
        outcome.status = RunStatus::completed;
        outcome.contract = description_.contract;
        backends::Plan plan;
        plan.name = "fused";
        plan.contract = description_.contract;
        plan.partitions.emplace_back();
        for (const graph::Node& node : value.graph.nodes) {
            plan.partitions.front().nodes.push_back(node.name);
        }
        outcome.partitions.push_back({plan.partitions.front().nodes, "null"});
        for (const graph::TensorId output : value.graph.outputs) {
            outcome.outputs.push_back(allowed_values(evaluation.of(output)));
        }
        outcome.unwritten.assign(outcome.outputs.size(), 0);
        outcome.nondeterministic.assign(outcome.outputs.size(), 0);
        const JudgingContext context{value, name_,       kind_,      description_,
                                     isa_,  evaluations, no_issues_, JudgingDepth::verdict};
        return {judged_run(context, plan, outcome)};
    }

private:
    const std::string name_ = "null";
    const std::string isa_;
    const BackendKind& kind_ = backend_kinds().front();  // only named where an issue is looked for, and there is none
    backends::Description description_;
    const std::vector<KnownIssue> no_issues_;
};

/// Judges side by side on the same indices, as a campaign does it.
class ThroughputRun {
public:
    ThroughputRun(const ThroughputRequest& request, int jobs, std::vector<ThroughputHolding>* holdings)
        : request_(request),
          holdings_(holdings),
          file_(std::filesystem::temp_directory_path() / fmt::format("difftest-throughput-{}.jsonl", ::getpid())),
          journal_(file_, [](const CaseRecord&) {}) {
        row_.jobs = jobs;
    }
    ThroughputRun(const ThroughputRun&) = delete;
    ThroughputRun& operator=(const ThroughputRun&) = delete;
    ~ThroughputRun() {
        std::error_code ignored;
        std::filesystem::remove(file_, ignored);
    }

    ThroughputRow run() {
        const nanoseconds processor = processor_time();
        const steady_clock::time_point start = steady_clock::now();
        {
            std::vector<std::jthread> judges;
            for (int job = 0; job < row_.jobs; ++job) {
                judges.emplace_back([this] { work(); });
            }
        }
        if (failure_) {
            std::rethrow_exception(failure_);
        }
        row_.clock = steady_clock::now() - start;
        row_.processor = processor_time() - processor;
        return row_;
    }

private:
    void work() {
        try {
            const NullBackend backend(request_.configuration.generator.contract);
            const RunSelection selection;
            for (std::uint64_t index = next_++; index < request_.cases; index = next_++) {
                const steady_clock::time_point start = steady_clock::now();
                const CaseRecord record =
                    judge_index(request_.configuration, selection, index, {},
                                [&backend](const graph::Case& value, EvaluationCache& evaluations, const WithholdRun&) {
                                    return backend.run(value, evaluations);
                                });
                const nanoseconds judge = steady_clock::now() - start;
                check(record);
                keep(record, judge);
            }
        } catch (...) {
            const std::lock_guard lock(mutex_);
            failure_ = failure_ ? failure_ : std::current_exception();
        }
    }

    static void check(const CaseRecord& record) {
        if (!record.harness_errors.empty() || !record.failures.empty()) {
            throw std::runtime_error(fmt::format(
                "index {}: the null backend did not pass: {}", record.index,
                record.harness_errors.empty() ? record.failures.front().reason : record.harness_errors.front()));
        }
    }

    void keep(const CaseRecord& record, nanoseconds judge) {
        const std::lock_guard lock(mutex_);
        const steady_clock::time_point start = steady_clock::now();
        journal_.append(record);
        const steady_clock::time_point written = steady_clock::now();
        fold_.add(record);
        done_.insert(record.index);
        row_.judge += judge;
        row_.journal += written - start;
        row_.fold += steady_clock::now() - written;
        ++row_.cases;
        const auto step = static_cast<std::int64_t>(std::max<std::uint64_t>(1, request_.cases / kSamples));
        if (holdings_ != nullptr && row_.cases % step == 0) {
            holdings_->push_back({row_.cases, resident_bytes_with_children()});
        }
    }

    const ThroughputRequest& request_;
    std::vector<ThroughputHolding>* holdings_;
    std::filesystem::path file_;
    Journal journal_;
    CampaignFold fold_;
    IndexRanges done_;
    ThroughputRow row_;
    std::atomic<std::uint64_t> next_ = 0;
    std::mutex mutex_;
    std::exception_ptr failure_;
};

}  // namespace

ThroughputReport measure_throughput(const ThroughputRequest& request) {
    ThroughputReport report;
    report.configuration = request.configuration.name;
    for (const int jobs : request.jobs) {
        report.rows.push_back(ThroughputRun(request, jobs, report.rows.empty() ? &report.holdings : nullptr).run());
    }
    return report;
}

}  // namespace difftest::harness
