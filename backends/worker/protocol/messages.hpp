#pragma once

#include "backends/backend.hpp"
#include "backends/worker/protocol/arena_layout.hpp"

#include <cstdint>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

/// The messages between the judge and a worker, packed into a few bytes (packing.hpp). Everything big lies in the
/// arena.
namespace difftest::backends::protocol {

/// Bytes that are no message of this protocol.
class ProtocolError : public std::runtime_error {
public:
    using std::runtime_error::runtime_error;
};

/// The first message: the backend is made in answer to it.
struct StartRequest {
    int version = kProtocolVersion;
    std::uint64_t memory_bytes = 0;   ///< limit of the worker's own data; 0 = none
    std::uint64_t mapping_bytes = 0;  ///< limit of its whole address space; 0 = none
    friend bool operator==(const StartRequest&, const StartRequest&) = default;
};

/// Where a tensor lies. Empty for intermediates, which have no memory.
struct TensorMemory {
    std::optional<Placement> first;   ///< of the first executable
    std::optional<Placement> second;  ///< of the fresh one
    /// Of a tensor that the graph writes: room for a copy of `first.slot` after the first execution.
    std::optional<Slot> snapshot;
    friend bool operator==(const TensorMemory&, const TensorMemory&) = default;
};

/// Memory for an intermediate that the plan materializes.
struct MaterializedTensor {
    graph::TensorId tensor = graph::kAbsent;
    TensorMemory memory;
    friend bool operator==(const MaterializedTensor&, const MaterializedTensor&) = default;
};

/// A case in the arena.
struct LoadRequest {
    std::uint64_t generation = 0;  ///< slots of an older generation are void: unmap them
    Placement graph;               ///< encode_case
    std::vector<TensorMemory> tensors;
    friend bool operator==(const LoadRequest&, const LoadRequest&) = default;
};

/// Asks for the plans of the case that was loaded last. `load` travels along to save a round trip.
struct PlansRequest {
    std::optional<LoadRequest> load;
};

/// Prepares and executes one plan of the case that was loaded last.
struct RunRequest {
    std::optional<LoadRequest> load;
    Plan plan;
    bool second_execution = true;
    bool fresh_executable = true;
    std::vector<MaterializedTensor> materialized{};  ///< besides the graph's outputs
};

/// Creates and executes a plan of the case that was loaded last without any check, as a program does that uses the
/// library: what the checks are measured against.
struct BareRequest {
    std::optional<LoadRequest> load;
    Plan plan;
    std::int64_t executions = 1;
};

/// Asks what the worker holds, and which floating-point environment loading the library has left.
struct ResourcesRequest {};

/// The worker ends itself in an orderly way and does not answer.
struct EndRequest {};

using Request = std::variant<StartRequest, PlansRequest, RunRequest, BareRequest, ResourcesRequest, EndRequest>;

enum class FailureKind : std::uint8_t {
    unsupported,    ///< the backend has no such plan
    library_error,  ///< the library reported an error
    out_of_memory,  ///< the limit was reached; the worker must not be used any more
    backend_error,  ///< the backend itself failed: an unexpected exception
    bad_input,      ///< what the user gave to the backend cannot be used
};

struct Failure {
    FailureKind kind = FailureKind::backend_error;
    Stage stage = Stage::idle;
    std::string message;
};

struct RunAnswer {
    std::vector<PartitionReport> partitions;
    contract::Contract contract;
    std::int64_t create_nanoseconds = 0;   ///< of the first executable
    std::int64_t execute_nanoseconds = 0;  ///< of the first execution
    bool floating_point_environment_changed = false;
    bool left_processes = false;        ///< a child process is there that was not there before
    std::vector<std::string> damage{};  ///< Executable::damage of both executables
};

struct BareAnswer {
    std::vector<PartitionReport> partitions;
    std::int64_t create_nanoseconds = 0;
    std::int64_t execute_nanoseconds = 0;       ///< of the first execution
    std::int64_t best_execute_nanoseconds = 0;  ///< of the fastest
    std::int64_t destroy_nanoseconds = 0;
    std::int64_t processor_nanoseconds = 0;  ///< of the whole process: creation, first execution, destruction
};

struct Resources {
    std::int64_t descriptors = 0;
    std::int64_t threads = 0;
    std::int64_t resident_bytes = 0;
    std::uint32_t vector_control = 0;  ///< MXCSR without sticky flags, when the backend had been made
    std::uint16_t x87_control = 0;
    std::int64_t processor_nanoseconds = 0;  ///< that the process has used
};

using Answer = std::variant<Description, std::vector<PlanOffer>, RunAnswer, BareAnswer, Resources, Failure>;

std::string encode(const Request& request);
std::string encode(const Answer& answer);

/// Throw ProtocolError naming what is wrong.
Request decode_request(std::string_view bytes);
Answer decode_answer(std::string_view bytes);

}  // namespace difftest::backends::protocol
