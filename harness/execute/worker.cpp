#include "harness/execute/worker.hpp"

#include "harness/execute/conversation.hpp"

#include <utility>

namespace difftest::harness {

Worker::Worker(WorkerSpec spec) : conversation_(std::make_unique<Conversation>(std::move(spec))) {}
Worker::Worker(Worker&&) noexcept = default;
Worker& Worker::operator=(Worker&&) noexcept = default;
Worker::~Worker() = default;

const WorkerSpec& Worker::spec() const {
    return conversation_->spec();
}

const backends::Description& Worker::describe() {
    return conversation_->started();
}

LoadedCase Worker::load(const graph::Case& value, const LoadOptions& options) {
    return LoadedCase(*conversation_, value, options);
}

PlansOutcome Worker::plans(const graph::Case& value) {
    return load(value).plans();
}

RunOutcome Worker::run(const graph::Case& value, const backends::Plan& plan, const RunOptions& options) {
    return load(value).run(plan, options);
}

WorkerResources Worker::resources() {
    return conversation_->resources();
}

std::int64_t Worker::process() const {
    return conversation_->process();
}

std::int64_t Worker::starts() const {
    return conversation_->starts();
}

std::vector<Incident> Worker::take_incidents() {
    return conversation_->take_incidents();
}

}  // namespace difftest::harness
