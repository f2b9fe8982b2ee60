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
    } catch (const BadInput& error) {
        failure = {FailureKind::bad_input, Stage::idle, error.what()};
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

void Session::bind(std::size_t id, const protocol::TensorMemory& tensor, Memory& memory) {
    if (tensor.first) {
        memory.first.tensors.at(id) = bytes_of(*tensor.first);
    }
    if (tensor.second) {
        memory.second.tensors.at(id) = bytes_of(*tensor.second);
    }
    if (tensor.first && tensor.snapshot) {
        if (tensor.snapshot->bytes != tensor.first->slot.bytes) {
            throw std::runtime_error("a snapshot is not as large as its slot of the arena");
        }
        memory.written.push_back(
            {arena_.address_of(tensor.first->slot), arena_.address_of(*tensor.snapshot), tensor.first->slot.bytes});
    }
}

void Session::load_tensor(std::size_t id, const protocol::TensorMemory& tensor) {
    bind(id, tensor, memory_);
    const graph::Tensor& described = case_.graph.tensors[id];
    if (tensor.first && described.role != graph::TensorRole::intermediate) {
        graph::TensorData& data = case_.data[id];
        data = graph::TensorData(described.type, described.shape);
        if (data.bytes().size() != tensor.first->bytes) {
            throw std::runtime_error("a tensor in the arena has the wrong size");
        }
        std::memcpy(data.bytes().data(), memory_.first.tensors[id].data(), data.bytes().size());
    }
}

Session::Memory Session::memory_for(const protocol::RunRequest& request) {
    Memory memory = memory_;
    for (const protocol::MaterializedTensor& each : request.materialized) {
        if (each.tensor < 0 || static_cast<std::size_t>(each.tensor) >= memory.first.tensors.size()) {
            throw std::runtime_error("the plan materializes a tensor that the graph does not have");
        }
        bind(static_cast<std::size_t>(each.tensor), each.memory, memory);
    }
    return memory;
}

void Session::load(const protocol::LoadRequest& request) {
    enter(Stage::load);
    memory_ = {};
    arena_.enter_generation(request.generation);
    case_ = protocol::decode_case(bytes_of(request.graph));
    if (request.tensors.size() != case_.graph.tensors.size()) {
        throw std::runtime_error("the arena does not hold as many tensors as the graph has");
    }
    memory_.first.tensors.resize(request.tensors.size());
    memory_.second.tensors.resize(request.tensors.size());
    for (std::size_t id = 0; id < request.tensors.size(); ++id) {
        load_tensor(id, request.tensors[id]);
    }
}

void Session::WrittenSlot::take_snapshot() const {
    std::memcpy(snapshot, slot, bytes);
    std::memset(slot, std::to_integer<int>(protocol::kSecondPattern), bytes);
}

protocol::RunAnswer Session::run(const protocol::RunRequest& request) {
    EnvironmentWatch watch;
    const bool had_children = has_children();
    protocol::RunAnswer answer;
    const Memory memory = memory_for(request);
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
        for (std::string& damage : executable->damage()) {
            if (std::find(answer.damage.begin(), answer.damage.end(), damage) == answer.damage.end()) {
                answer.damage.push_back(std::move(damage));
            }
        }
        enter(Stage::destroy);
        executable.reset();
        watch.check();
    };

    auto start = std::chrono::steady_clock::now();
    std::unique_ptr<Executable> executable = prepare(memory.first);
    answer.create_nanoseconds = nanoseconds_since(start);
    answer.partitions = executable->partitions();
    answer.contract = executable->contract();
    start = std::chrono::steady_clock::now();
    execute(*executable);
    answer.execute_nanoseconds = nanoseconds_since(start);
    if (request.second_execution) {
        for (const WrittenSlot& written : memory.written) {
            written.take_snapshot();
        }
        execute(*executable);
    }
    destroy(std::move(executable));
    if (request.fresh_executable) {
        executable = prepare(memory.second);
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
    std::unique_ptr<Executable> executable = backend_.prepare(case_, request.plan, memory_.first);
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
    const std::int64_t processor_destroy = used_processor_nanoseconds();
    enter(Stage::destroy);
    executable.reset();
    answer.destroy_nanoseconds = nanoseconds_since(start);
    answer.processor_nanoseconds += used_processor_nanoseconds() - processor_destroy;
    return answer;
}

}  // namespace difftest::backends
