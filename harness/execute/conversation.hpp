#pragma once

#include "backends/worker/protocol/messages.hpp"
#include "harness/execute/outcome.hpp"
#include "harness/execute/shared_arena.hpp"
#include "harness/execute/worker.hpp"
#include "harness/execute/worker_process.hpp"

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <variant>
#include <vector>

namespace difftest::harness {

/// Asking the worker process of a WorkerSpec: starts it when there is none, and turns everything but an answer into a
/// RunOutcome. Also remembers which case the process has loaded.
class Conversation {
public:
    explicit Conversation(WorkerSpec spec) : spec_(std::move(spec)) {}

    const WorkerSpec& spec() const { return spec_; }
    SharedArena& arena() { return arena_; }

    /// Throws WorkerUnavailable.
    const backends::Description& started();

    /// A request about the case `owner`; `load` says how to load it. Failures of the backend and the death of the
    /// worker come back as a RunOutcome whose status is not `completed`. Call ends() before writing what is loaded.
    /// `several_threads`: as kSeveralThreads.
    template <typename RequestAboutCase>
    std::variant<backends::protocol::Answer, RunOutcome> ask(RequestAboutCase request, const void* owner,
                                                             const backends::protocol::LoadRequest& load,
                                                             const std::string& case_name,
                                                             bool several_threads = false) {
        if (std::optional<RunOutcome> failure = start()) {
            return std::move(*failure);
        }
        if (loaded_ != owner) {
            request.load = load;
        }
        loaded_ = owner;
        if (case_name != last_case_) {
            previous_case_ = std::exchange(last_case_, case_name);
        }
        return converse(std::move(request), spec_.one_thread && !several_threads);
    }

    /// The case behind `owner` is no longer there.
    void forget(const void* owner);

    /// How many processes have ended so far. What was written into the arena before an end cannot be trusted.
    std::int64_t ends();

    /// Ends the process when there is one, so that the next request goes to a fresh one.
    void retire();

    /// The case that ran last in the present process, or the one before when that is `case_name`; empty when there is
    /// none.
    std::string ran_before(const std::string& case_name);

    void add_incident(Incident incident) { incidents_.push_back(std::move(incident)); }

    WorkerResources resources();
    std::int64_t process() const { return process_ ? process_->id() : 0; }
    std::int64_t starts() const { return starts_; }
    std::vector<Incident> take_incidents() { return std::exchange(incidents_, {}); }

private:
    std::optional<RunOutcome> start();
    std::variant<backends::protocol::Answer, RunOutcome> converse(const backends::protocol::Request& request,
                                                                  bool beside = false);
    RunOutcome outcome_of_silence(Reply::Kind kind, std::chrono::milliseconds limit);
    /// What the worker says before it is buried.
    RunOutcome out_of_memory(backends::protocol::Stage stage);
    std::variant<backends::protocol::Answer, RunOutcome> judged(backends::protocol::Answer answer);
    Crash bury(bool interrupt);
    void bury_if_dead();

    WorkerSpec spec_;
    SharedArena arena_;
    std::unique_ptr<WorkerProcess> process_;
    std::optional<backends::Description> description_;
    const void* loaded_ = nullptr;
    std::string last_case_;      ///< of the present or the last process
    std::string previous_case_;  ///< before it in the same process; empty when there was none
    std::int64_t ends_ = 0;
    std::int64_t starts_ = 0;
    std::vector<Incident> incidents_;
};

}  // namespace difftest::harness
