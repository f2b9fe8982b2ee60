#include "backends/worker/session.hpp"

#include "backends/worker/child_processes.hpp"
#include "backends/worker/floating_point_environment.hpp"
#include "backends/worker/process_limits.hpp"
#include "backends/worker/protocol/graph_codec.hpp"

#include <algorithm>
#include <chrono>
#include <cstring>
#include <memory>
#include <new>
#include <stdexcept>
#include <utility>

namespace difftest::backends {
namespace {

using protocol::Failure;
using protocol::FailureKind;
using protocol::Stage;

/// Notices and undoes what a library does to the floating-point environment of this thread.
class EnvironmentWatch {
public:
    void check() {
        if (FloatingPointEnvironment::current() != before_) {
            changed_ = true;
            before_.restore();
        }
    }
    bool changed() const { return changed_; }

private:
    FloatingPointEnvironment before_ = FloatingPointEnvironment::current();
    bool changed_ = false;
};

std::int64_t nanoseconds_since(std::chrono::steady_clock::time_point start) {
    return std::chrono::duration_cast<std::chrono::nanoseconds>(std::chrono::steady_clock::now() - start).count();
}

}  // namespace

template <typename Work>
protocol::Answer Session::guarded(Work work) {
    const FloatingPointEnvironment environment = FloatingPointEnvironment::current();
    Failure failure;
    try {
        return work();
    } catch (const Unsupported& error) {
        failure = {FailureKind::unsupported, Stage::idle, error.what()};
    } catch (const BackendError& error) {
        failure = {FailureKind::library_error, Stage::idle, error.what()};
    } catch (const std::bad_alloc&) {
        lift_memory_limits();
        failure = {FailureKind::out_of_memory, Stage::idle, "out of memory"};
    } catch (const std::exception& error) {
        failure = {FailureKind::backend_error, Stage::idle, error.what()};
    } catch (...) {
        failure = {FailureKind::backend_error, Stage::idle, "an exception that is no std::exception"};
    }
    failure.stage = arena_.header().stage;
    environment.restore();
    return failure;
}

protocol::Answer Session::answer(const protocol::PlansRequest& request) {
    return guarded([&]() -> protocol::Answer {
        if (request.load) {
            load(*request.load);
        }
        enter(Stage::plan);
        return backend_.plans(case_);
    });
}

protocol::Answer Session::answer(const protocol::RunRequest& request) {
    return guarded([&]() -> protocol::Answer {
        if (request.load) {
            load(*request.load);
        }
        return run(request);
    });
}

protocol::Answer Session::answer(const protocol::BareRequest& request) {
    return guarded([&]() -> protocol::Answer {
        if (request.load) {
            load(*request.load);
        }
        return run_bare(request);
    });
}

std::span<std::byte> Session::bytes_of(const protocol::Placement& placement) {
    if (placement.begin > placement.slot.bytes || placement.bytes > placement.slot.bytes - placement.begin) {
        throw std::runtime_error("a tensor does not lie inside its slot of the arena");
    }
    return {arena_.address_of(placement.slot) + placement.begin, placement.bytes};
}

void Session::load_tensor(const graph::Tensor& tensor, const protocol::TensorMemory& memory, graph::TensorData& data) {
    if (memory.first) {
        first_.tensors.back() = bytes_of(*memory.first);
    }
    if (memory.second) {
        second_.tensors.back() = bytes_of(*memory.second);
    }
    if (memory.first && memory.snapshot) {
        if (memory.snapshot->bytes != memory.first->slot.bytes) {
            throw std::runtime_error("a snapshot is not as large as its slot of the arena");
        }
        written_.push_back(
            {arena_.address_of(memory.first->slot), arena_.address_of(*memory.snapshot), memory.first->slot.bytes});
    }
    if (memory.first && tensor.role != graph::TensorRole::intermediate) {
        data = graph::TensorData(tensor.type, tensor.shape);
        if (data.bytes().size() != memory.first->bytes) {
            throw std::runtime_error("a tensor in the arena has the wrong size");
        }
        std::memcpy(data.bytes().data(), first_.tensors.back().data(), data.bytes().size());
    }
}

void Session::load(const protocol::LoadRequest& request) {
    enter(Stage::load);
    first_.tensors.clear();
    second_.tensors.clear();
    written_.clear();
    arena_.enter_generation(request.generation);
    case_ = protocol::decode_case(bytes_of(request.graph));
    if (request.tensors.size() != case_.graph.tensors.size()) {
        throw std::runtime_error("the arena does not hold as many tensors as the graph has");
    }
    for (std::size_t id = 0; id < request.tensors.size(); ++id) {
        first_.tensors.emplace_back();
        second_.tensors.emplace_back();
        load_tensor(case_.graph.tensors[id], request.tensors[id], case_.data[id]);
    }
}

void Session::take_snapshots() {
    for (const WrittenSlot& written : written_) {
        std::memcpy(written.snapshot, written.slot, written.bytes);
        std::memset(written.slot, std::to_integer<int>(protocol::kSecondPattern), written.bytes);
    }
}

protocol::RunAnswer Session::run(const protocol::RunRequest& request) {
    EnvironmentWatch watch;
    const bool had_children = has_children();
    protocol::RunAnswer answer;
    const auto prepare = [&](const Buffers& buffers) {
        enter(Stage::create);
        std::unique_ptr<Executable> executable = backend_.prepare(case_, request.plan, buffers);
        watch.check();
        return executable;
    };
    const auto execute = [&](Executable& executable) {
        enter(Stage::execute);
        executable.execute();
        watch.check();
    };
    const auto destroy = [&](std::unique_ptr<Executable> executable) {
        enter(Stage::destroy);
        executable.reset();
        watch.check();
    };

    auto start = std::chrono::steady_clock::now();
    std::unique_ptr<Executable> executable = prepare(first_);
    answer.create_nanoseconds = nanoseconds_since(start);
    answer.partitions = executable->partitions();
    answer.contract = executable->contract();
    start = std::chrono::steady_clock::now();
    execute(*executable);
    answer.execute_nanoseconds = nanoseconds_since(start);
    if (request.second_execution) {
        take_snapshots();
        execute(*executable);
    }
    destroy(std::move(executable));
    if (request.fresh_executable) {
        executable = prepare(second_);
        execute(*executable);
        destroy(std::move(executable));
    }
    answer.floating_point_environment_changed = watch.changed();
    answer.left_processes = !had_children && has_children();
    return answer;
}

protocol::BareAnswer Session::run_bare(const protocol::BareRequest& request) {
    protocol::BareAnswer answer;
    const std::int64_t processor_start = used_processor_nanoseconds();
    auto start = std::chrono::steady_clock::now();
    enter(Stage::create);
    std::unique_ptr<Executable> executable = backend_.prepare(case_, request.plan, first_);
    answer.create_nanoseconds = nanoseconds_since(start);
    enter(Stage::execute);
    for (std::int64_t turn = 0; turn < request.executions; ++turn) {
        start = std::chrono::steady_clock::now();
        executable->execute();
        const std::int64_t took = nanoseconds_since(start);
        if (turn == 0) {
            answer.execute_nanoseconds = took;
            answer.best_execute_nanoseconds = took;
            answer.processor_nanoseconds = used_processor_nanoseconds() - processor_start;
        }
        answer.best_execute_nanoseconds = std::min(answer.best_execute_nanoseconds, took);
    }
    answer.partitions = executable->partitions();
    start = std::chrono::steady_clock::now();
    enter(Stage::destroy);
    executable.reset();
    answer.destroy_nanoseconds = nanoseconds_since(start);
    return answer;
}

}  // namespace difftest::backends
