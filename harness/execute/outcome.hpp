#pragma once

#include "backends/backend.hpp"
#include "reference/contract/contract.hpp"
#include "reference/graph/graph.hpp"
#include "reference/graph/tensor_data.hpp"

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace difftest::harness {

/// What became of one execution of one plan in a worker. Judging the values is compare's business.
enum class RunStatus : std::uint8_t {
    completed,      ///< outputs are there
    unsupported,    ///< the backend or library refused; `message` is its reason
    crashed,        ///< the worker died, or the library reported an error on what it had accepted; `crash` says how
    hung,           ///< the worker did not answer within the limit and was killed
    harness_error,  ///< the harness itself failed (no worker program, protocol broken, no memory, ...)
};

/// How a worker ended, by itself or because it hung; or where the library reported an error.
struct Crash {
    int signal = 0;                   ///< 0 when the worker exited by itself
    int exit_code = 0;                ///< when signal is 0
    std::string stage;                ///< "create", "execute", ... the last stage that the worker announced
    std::vector<std::string> frames;  ///< innermost first: "libdnnl.so.2+0x1234 (nearest symbol)"
    std::string log;                  ///< the end of what the worker wrote to stdout and stderr
    bool confirmed = false;           ///< happened again in a fresh worker
};

/// A tensor that the plan wrote to memory between two of its partitions.
struct MaterializedValues {
    graph::TensorId tensor = graph::kAbsent;
    graph::TensorData values;           ///< of the first execution: what the later partitions read there
    std::int64_t unwritten = 0;         ///< as RunOutcome::unwritten
    std::int64_t nondeterministic = 0;  ///< as RunOutcome::nondeterministic
};

struct RunOutcome {
    RunStatus status = RunStatus::harness_error;
    bool bad_input = false;  ///< of a harness_error: the user gave the backend something that it cannot use
    std::string message;     ///< one line; "killed by SIGSEGV during execute in libdnnl.so.2+0x1234" for a crash
    std::vector<backends::PartitionReport> partitions;
    contract::Contract contract;
    /// The graph's outputs, in the order of Graph::outputs, of the first execution.
    std::vector<graph::TensorData> outputs;
    /// What the plan materializes besides outputs of the graph, in the order of Plan::materialized.
    std::vector<MaterializedValues> materialized;
    std::optional<Crash> crash;                ///< present when the status is crashed or hung
    std::chrono::nanoseconds create_time{0};   ///< of the first primitive
    std::chrono::nanoseconds execute_time{0};  ///< of its first execution

    /// Per output the number of elements that held the pre-fill pattern after both executions.
    std::vector<std::int64_t> unwritten;
    /// Per output the number of elements that differed between executions of the same primitive.
    std::vector<std::int64_t> nondeterministic;
    /// Names of inputs and constants that changed, of buffers with bytes written around them, and what the backend
    /// tells about memory of its own (backends::Executable::damage).
    std::vector<std::string> overrun;
    bool floating_point_environment_changed = false;
    bool left_processes = false;  ///< the library started a process and left it behind
};

}  // namespace difftest::harness
