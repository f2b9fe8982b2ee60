#pragma once

#include "harness/campaign/backend_selection.hpp"
#include "harness/execute/worker.hpp"

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace difftest::harness {

/// A backend that was started, with one worker for each rung of its ISA ladder, started when first needed.
class BackendSession {
public:
    /// Starts the backend without a cap and asks what it is. `threads`: how many its library may use; all by default.
    /// Throws WorkerUnavailable.
    BackendSession(BackendSelection selection, std::optional<int> threads, const WorkerLimits& limits = {});

    const BackendSelection& selection() const { return selection_; }

    /// Of the library without a cap: its ISA is the highest that this machine runs.
    const backends::Description& description() const { return description_; }

    /// The rungs, highest first; a single one, the library's only one, where the backend has no ladder.
    const std::vector<std::string>& ladder() const { return ladder_; }

    /// The worker that runs on that rung, or why there is none. Throws WorkerUnavailable.
    struct Rung {
        Worker* worker = nullptr;
        std::string reason;
    };
    Rung rung(const std::string& isa);

private:
    WorkerSpec spec(std::string_view isa) const;

    BackendSelection selection_;
    std::optional<int> threads_;
    WorkerLimits limits_;
    backends::Description description_;
    std::vector<std::string> ladder_;
    std::map<std::string, Worker> workers_;
};

}  // namespace difftest::harness
