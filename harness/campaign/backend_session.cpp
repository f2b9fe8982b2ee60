#include "harness/campaign/backend_session.hpp"

#include "harness/execute/checked_heap.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cstdlib>
#include <utility>

namespace difftest::harness {
namespace {

/// glibc fills what it gives out with the complement of this number, and what comes back with the number.
constexpr const char* kHeapPattern = "MALLOC_PERTURB_";

}  // namespace

BackendSession::BackendSession(BackendSelection selection, std::optional<int> threads, const WorkerLimits& limits)
    : selection_(std::move(selection)), threads_(threads), limits_(limits) {
    Worker uncapped(spec(""));
    description_ = uncapped.describe();
    ladder_ = description_.isa_ladder;
    if (ladder_.empty()) {
        ladder_ = {description_.isa};
    }
    workers_.emplace(description_.isa, std::move(uncapped));
}

WorkerSpec BackendSession::spec(std::string_view isa) const {
    WorkerSpec spec;
    spec.program = selection_.program;
    spec.arguments = selection_.arguments;
    spec.limits = limits_;
    if (selection_.kind->maps_freely) {
        spec.limits.memory_bytes = 0;
        spec.limits.mapping_bytes = 0;
    }
    // A limit that somebody chose holds: a hang is reduced with a short one.
    if (selection_.kind->answer_limit.count() > 0 && spec.limits.answer == WorkerLimits{}.answer) {
        spec.limits.answer = selection_.kind->answer_limit;
    }
    // Threads that spin while they wait take the processor from the judge and from the other workers.
    spec.environment.emplace_back("OMP_WAIT_POLICY", "passive");
    // What a library reads of memory that it never wrote is 0 in a young process and anything in an old one: with a
    // pattern there it is as wrong in the fresh worker that confirms a finding. Drivers of devices have their own
    // heaps.
    if (!selection_.kind->maps_freely && std::getenv(kHeapPattern) == nullptr) {
        spec.environment.emplace_back(kHeapPattern, "85");
    }
    // A heap that was destroyed must show in the case that did it.
    if (!selection_.kind->maps_freely) {
        const auto checked_heap = checked_heap_environment();
        spec.environment.insert(spec.environment.end(), checked_heap.begin(), checked_heap.end());
    }
    if (threads_) {
        spec.environment.emplace_back("OMP_NUM_THREADS", std::to_string(*threads_));
        spec.one_thread = *threads_ == 1 && !selection_.kind->maps_freely;
    }
    if (!isa.empty()) {
        for (const std::string_view variable : selection_.kind->isa_variables) {
            spec.environment.emplace_back(variable, isa);
        }
    }
    return spec;
}

BackendSession::Rung BackendSession::rung(const std::string& isa) {
    const auto started = workers_.find(isa);
    if (started != workers_.end()) {
        return {&started->second, ""};
    }
    const auto wanted = std::find(ladder_.begin(), ladder_.end(), isa);
    if (wanted == ladder_.end()) {
        return {nullptr, fmt::format("{} has no rung {}", selection_.name, isa)};
    }
    if (wanted < std::find(ladder_.begin(), ladder_.end(), description_.isa)) {
        return {nullptr, "not testable on this CPU"};
    }
    Worker worker(spec(isa));
    if (worker.describe().isa != isa) {
        return {nullptr, "not testable on this CPU"};
    }
    return {&workers_.emplace(isa, std::move(worker)).first->second, ""};
}

}  // namespace difftest::harness
