#include "backends/worker/protocol/messages.hpp"
#include "harness/execute/case_image.hpp"
#include "harness/execute/conversation.hpp"
#include "harness/execute/worker.hpp"

#include <algorithm>
#include <utility>
#include <variant>

namespace difftest::harness {
namespace {

using namespace backends::protocol;

RunOutcome wrong_answer() {
    RunOutcome outcome;
    outcome.message = "the worker answered another question";
    return outcome;
}

bool ended_the_worker(const RunOutcome& outcome) {
    return outcome.status == RunStatus::crashed || outcome.status == RunStatus::hung;
}

/// The process may have done more than was seen: nothing that it says later can be believed.
bool damaged_the_worker(const RunOutcome& outcome) {
    return !outcome.overrun.empty() || outcome.floating_point_environment_changed || outcome.left_processes;
}

bool has_several_threads(const backends::Plan& plan) {
    return std::find(plan.traits.begin(), plan.traits.end(), backends::kSeveralThreads) != plan.traits.end();
}

}  // namespace

LoadedCase::LoadedCase(Conversation& conversation, const graph::Case& value, const LoadOptions& options)
    : conversation_(&conversation),
      case_(&value),
      image_(std::make_unique<CaseImage>(conversation.arena(), value, options.alignment)),
      ends_seen_(conversation.ends()) {}

LoadedCase::LoadedCase(LoadedCase&&) noexcept = default;

LoadedCase::~LoadedCase() {
    if (image_) {
        conversation_->forget(image_.get());
    }
}

void LoadedCase::trust_arena() {
    if (const std::int64_t ends = conversation_->ends(); ends != ends_seen_) {
        image_->restore();
        ends_seen_ = ends;
    }
}

void LoadedCase::add_incident(const RunOutcome& outcome, const std::string& suspect) {
    conversation_->add_incident(
        {suspect.empty() ? case_->name : suspect, case_->name, outcome.status, outcome.message, *outcome.crash});
}

std::string LoadedCase::predecessor() const {
    return conversation_->ran_before(case_->name);
}

PlansOutcome LoadedCase::plans() {
    const std::string suspect = predecessor();
    PlansOutcome outcome = plans_once();
    if (!outcome.failure || !ended_the_worker(*outcome.failure)) {
        return outcome;
    }
    conversation_->retire();
    PlansOutcome again = plans_once();
    if (again.failure && ended_the_worker(*again.failure)) {
        again.failure->crash->confirmed = true;
    } else {
        add_incident(*outcome.failure, suspect);
    }
    return again;
}

PlansOutcome LoadedCase::plans_once() {
    trust_arena();
    PlansOutcome outcome;
    auto answer = conversation_->ask(PlansRequest{}, image_.get(), image_->request(), case_->name);
    if (RunOutcome* failure = std::get_if<RunOutcome>(&answer)) {
        outcome.failure = std::move(*failure);
    } else if (auto* offers = std::get_if<std::vector<backends::PlanOffer>>(&std::get<Answer>(answer))) {
        outcome.offers = std::move(*offers);
    } else {
        outcome.failure = wrong_answer();
    }
    return outcome;
}

RunOutcome LoadedCase::run_once(const backends::Plan& plan, const RunOptions& options) {
    trust_arena();
    image_->materialize(plan.materialized);
    image_->prefill();
    auto answer = conversation_->ask(
        RunRequest{{}, plan, options.second_execution, options.fresh_executable, image_->materialized()}, image_.get(),
        image_->request(), case_->name, has_several_threads(plan));
    if (RunOutcome* failure = std::get_if<RunOutcome>(&answer)) {
        return std::move(*failure);
    }
    RunAnswer* ran = std::get_if<RunAnswer>(&std::get<Answer>(answer));
    if (ran == nullptr) {
        return wrong_answer();
    }
    RunOutcome outcome;
    outcome.status = RunStatus::completed;
    outcome.partitions = std::move(ran->partitions);
    outcome.contract = std::move(ran->contract);
    outcome.create_time = std::chrono::nanoseconds(ran->create_nanoseconds);
    outcome.execute_time = std::chrono::nanoseconds(ran->execute_nanoseconds);
    outcome.floating_point_environment_changed = ran->floating_point_environment_changed;
    outcome.left_processes = ran->left_processes;
    image_->collect(options, outcome);
    outcome.overrun.insert(outcome.overrun.end(), ran->damage.begin(), ran->damage.end());
    if (damaged_the_worker(outcome)) {
        conversation_->retire();
    }
    return outcome;
}

RunOutcome LoadedCase::run_fresh(const backends::Plan& plan, const RunOptions& options) {
    conversation_->retire();
    return run(plan, options);
}

RunOutcome LoadedCase::run(const backends::Plan& plan, const RunOptions& options) {
    const std::string suspect = predecessor();
    RunOutcome outcome = run_once(plan, options);
    if (!ended_the_worker(outcome)) {
        return outcome;
    }
    // Also after an error that was only reported: oneDNN 3.7 keeps one, and fails in whatever it is asked next.
    conversation_->retire();
    if (!options.confirm) {
        return outcome;
    }
    // A fresh worker has seen no other case: whatever happens again is the work of this one.
    RunOutcome again = run_once(plan, options);
    if (ended_the_worker(again)) {
        again.crash->confirmed = true;
        conversation_->retire();
    } else {
        add_incident(outcome, suspect);
    }
    return again;
}

std::variant<BareRun, RunOutcome> LoadedCase::run_bare(const backends::Plan& plan, std::int64_t executions) {
    trust_arena();
    auto answer = conversation_->ask(BareRequest{{}, plan, executions}, image_.get(), image_->request(), case_->name,
                                     has_several_threads(plan));
    if (RunOutcome* failure = std::get_if<RunOutcome>(&answer)) {
        return std::move(*failure);
    }
    BareAnswer* bare = std::get_if<BareAnswer>(&std::get<Answer>(answer));
    if (bare == nullptr) {
        return wrong_answer();
    }
    using std::chrono::nanoseconds;
    return BareRun{std::move(bare->partitions),
                   nanoseconds(bare->create_nanoseconds),
                   nanoseconds(bare->execute_nanoseconds),
                   nanoseconds(bare->best_execute_nanoseconds),
                   nanoseconds(bare->destroy_nanoseconds),
                   nanoseconds(bare->processor_nanoseconds)};
}

}  // namespace difftest::harness
