#include "harness/campaign/campaign.hpp"

#include "harness/campaign/campaign_environment.hpp"
#include "harness/campaign/campaign_fold.hpp"
#include "harness/campaign/campaign_folder.hpp"
#include "harness/campaign/campaign_session.hpp"
#include "harness/campaign/finished_campaign.hpp"
#include "harness/campaign/index_space.hpp"
#include "harness/campaign/journal.hpp"
#include "harness/campaign/judged_case.hpp"
#include "reference/graph/case_file.hpp"

#include <algorithm>
#include <condition_variable>
#include <exception>
#include <mutex>
#include <optional>
#include <thread>
#include <utility>

namespace difftest::harness {
namespace {

using Clock = std::chrono::steady_clock;

constexpr std::chrono::seconds kSessionEvery{10};

IndexSelection selection_of(const CampaignRequest& request) {
    const auto& steering = request.configuration.steering;
    return {request.first, request.end, steering ? steering->lanes : request.shards, request.shard, request.shards};
}

/// All judges of one campaign and what they share.
class Campaign {
public:
    explicit Campaign(const CampaignRequest& request)
        : request_(request),
          folder_(request.folder, request.configuration, request.selection, request.first),
          indices_(selection_of(request), request.configuration.steering),
          journal_(folder_.journal(), [this](const CaseRecord& record) { recall(record); }),
          session_(folder_.path(), request.jobs, selection_of(request)),
          started_(Clock::now()),
          use_{{}, folder_bytes(folder_.path()), 0} {}

    CampaignReport run() {
        {
            CaseRunner probe(request_.selection);
            probe.start();
            folder_.keep_backends(probe.backends(), probe.not_run());
            folder_.keep_environment(environment_text(environment_here()));
        }
        std::vector<std::jthread> judges;
        for (int job = 0; job < request_.jobs; ++job) {
            judges.emplace_back([this] { work(); });
        }
        watch();
        judges.clear();
        session_.keep(judged_here_, failure_ ? "" : stopped_.value_or("all is judged"));
        if (failure_) {
            std::rethrow_exception(failure_);
        }
        if (stopped_ && request_.on_stop) {
            request_.on_stop(*stopped_);
        }
        return finished_campaign(fold_, folder_, request_.selection.known_issues, journal_.complaints());
    }

private:
    void recall(const CaseRecord& record) {
        if (indices_.add(record)) {
            fold_.add(record);
        }
    }

    void work() {
        try {
            CaseRunner runner(request_.selection);
            const RunCase run = [&runner](const graph::Case& value, EvaluationCache& evaluations,
                                          const WithholdRun& withhold) {
                return runner.run(value, evaluations, withhold);
            };
            while (const auto index = take_index()) {
                keep(
                    judge_index(request_.configuration, runner.selection(), *index, indices_.guidance_of(*index), run));
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
        std::unique_lock lock(mutex_);
        while (true) {
            use_.time = Clock::now() - started_;
            stopped_ = stopped_ ? stopped_ : spent(request_.budget, use_);
            if (!stopped_ && request_.interrupted) {
                stopped_ = request_.interrupted();
            }
            if (stopped_ || failure_) {
                return std::nullopt;
            }
            const IndexSpace::Next next = indices_.next();
            if (!next.must_wait) {
                return next.index;
            }
            changed_.wait(lock);
        }
    }

    void keep(const CaseRecord& record) {
        const std::lock_guard lock(mutex_);
        const std::int64_t before = journal_.size();
        journal_.append(record);
        use_.disk_bytes += journal_.size() - before;
        ++judged_here_;
        indices_.add(record);
        const std::vector<std::string> improved = fold_.add(record);
        if (!improved.empty()) {
            const graph::Case value = recorded_case(request_.configuration, record.index, record.draw);
            for (const std::string& identity : improved) {
                graph::write_case(value, folder_.clusters() / cluster_file_name(identity));
            }
            use_.disk_bytes = folder_bytes(folder_.path());
        }
        changed_.notify_all();
    }

    void watch() {
        auto shown = std::chrono::seconds(-1);
        auto told = std::chrono::seconds(0);
        std::unique_lock lock(mutex_);
        while (finished_ < request_.jobs) {
            changed_.wait_for(lock, std::chrono::seconds(1));
            const auto elapsed = std::chrono::duration_cast<std::chrono::seconds>(Clock::now() - started_);
            if (elapsed == shown && finished_ < request_.jobs) {
                continue;
            }
            shown = elapsed;
            if (elapsed >= told + kSessionEvery) {
                told = elapsed;
                session_.keep(judged_here_, "");
            }
            use_.memory_bytes = request_.budget.memory_bytes ? resident_bytes_with_children() : 0;
            if (request_.on_progress) {
                request_.on_progress({indices_.done(), indices_.wanted(), fold_.findings(), fold_.clusters(), elapsed});
            }
        }
    }

    const CampaignRequest& request_;
    CampaignFolder folder_;
    CampaignFold fold_;
    IndexSpace indices_;
    Journal journal_;
    SessionFile session_;
    std::int64_t judged_here_ = 0;
    Clock::time_point started_;
    CampaignUse use_;
    std::mutex mutex_;
    std::condition_variable changed_;
    int finished_ = 0;
    std::optional<std::string> stopped_;
    std::exception_ptr failure_;
};

}  // namespace

CampaignReport run_campaign(const CampaignRequest& request) {
    return Campaign(request).run();
}

}  // namespace difftest::harness
