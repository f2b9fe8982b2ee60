#pragma once

#include "backends/backend.hpp"
#include "harness/execute/outcome.hpp"
#include "reference/graph/case.hpp"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

/// Running cases in a worker process: nothing that a library does there can hurt the judge or hide from it.
namespace difftest::harness {

struct WorkerLimits {
    std::chrono::milliseconds start{60'000};  ///< until the library is loaded and described
    /// For one request. A worker that still computes is granted up to eight times as much when it did not get
    /// this much processor time, so that a busy machine does not look like a hang.
    std::chrono::milliseconds answer{20'000};
    std::uint64_t memory_bytes = std::uint64_t{4} << 30;    ///< private memory (RLIMIT_DATA); 0 = no limit
    std::uint64_t mapping_bytes = std::uint64_t{40} << 30;  ///< address space (RLIMIT_AS), arena included; 0 = no limit
};

/// How to start a worker.
struct WorkerSpec {
    std::filesystem::path program;
    std::vector<std::string> arguments;
    /// Set in addition to, or instead of, the judge's own variables; such as DNNL_MAX_CPU_ISA.
    std::vector<std::pair<std::string, std::string>> environment;
    /// It has one thread that works, so that it may stay on the judge's processor while the judge waits (OneProcessor);
    /// but for plans with backends::kSeveralThreads.
    bool one_thread = false;
    WorkerLimits limits;
};

/// The program "difftest-worker-NAME" that was built and is installed with this program: in the same folder, in ../bin
/// or in
/// ../libexec/difftest. When there is none, the path where it would be expected first.
std::filesystem::path worker_program(std::string_view name);

/// The worker cannot be started: no such program, a library that cannot be loaded, a crash while it is loaded. The
/// message is one line.
class WorkerUnavailable : public std::runtime_error {
public:
    using std::runtime_error::runtime_error;
};

struct LoadOptions {
    /// Every buffer's address is a multiple of it. 0: only of its element size, so that every buffer ends at a guard.
    std::uint64_t alignment = 0;
};

struct RunOptions {
    bool second_execution = true;  ///< of the same primitive, with other bytes in its outputs before
    bool fresh_executable = true;  ///< once more with a new primitive and buffers at the other end of their pages
    /// Repeat a crash or hang in a fresh worker. What does not happen again becomes an Incident, and the outcome is
    /// that of the fresh worker.
    bool confirm = true;
};

struct PlansOutcome {
    std::vector<backends::PlanOffer> offers;
    /// When the worker crashed, hung or failed instead of answering.
    std::optional<RunOutcome> failure;
};

struct WorkerResources {
    std::int64_t descriptors = 0;
    std::int64_t threads = 0;
    std::int64_t resident_bytes = 0;
    /// The floating-point environment that loading the library has left: MXCSR without sticky flags (elsewhere the
    /// rounding mode of <cfenv>), and the x87 control word (0 where there is none).
    std::uint32_t vector_control = 0;
    std::uint16_t x87_control = 0;
    std::chrono::nanoseconds processor_time{0};  ///< that the process has used
};

/// What a plan takes without any check, measured inside the worker.
struct BareRun {
    std::vector<backends::PartitionReport> partitions;
    std::chrono::nanoseconds create{0};
    std::chrono::nanoseconds execute{0};       ///< the first execution
    std::chrono::nanoseconds best_execute{0};  ///< the fastest execution
    std::chrono::nanoseconds destroy{0};
    std::chrono::nanoseconds processor_time{0};  ///< of the worker, for creation and the first execution
};

/// The death of a worker that no case repeats alone in a fresh worker: the after-effect of an earlier case, or
/// something that happens only sometimes. It must not be lost.
struct Incident {
    std::string after_case;                 ///< the case that ran before in that process: the first suspect
    std::string during_case;                ///< what ran when it died; empty for a death between two cases
    RunStatus status = RunStatus::crashed;  ///< crashed or hung
    std::string message;                    ///< as RunOutcome::message
    Crash crash;
};

class Conversation;
class CaseImage;

/// A case that lies in a worker's memory. Loaded once, it runs any number of plans; after a crash it is loaded again
/// by itself. Must not outlive the Worker nor the Case.
class LoadedCase {
public:
    LoadedCase(Conversation& conversation, const graph::Case& value, const LoadOptions& options);
    LoadedCase(LoadedCase&&) noexcept;
    LoadedCase& operator=(LoadedCase&&) = delete;
    ~LoadedCase();

    /// The plans that the backend offers for the case, and why it does not offer others.
    PlansOutcome plans();

    /// Runs one plan with every check. Never throws because of what the worker does. A worker that has damaged what was
    /// not its own (overrun, changed environment, left processes) runs nothing else.
    RunOutcome run(const backends::Plan& plan, const RunOptions& options = {});

    /// Creates the plan's primitives and executes them as often, without any check. For measuring only. The RunOutcome
    /// says why there is nothing to measure: the backend refuses, or the worker died.
    std::variant<BareRun, RunOutcome> run_bare(const backends::Plan& plan, std::int64_t executions = 1);

    /// The other case that ran last in the same process, whose after-effect a failure of this one may be; empty when
    /// there is none.
    std::string predecessor() const;

    /// run() in a process that has run nothing before.
    RunOutcome run_fresh(const backends::Plan& plan, const RunOptions& options = {});

private:
    RunOutcome run_once(const backends::Plan& plan, const RunOptions& options);
    PlansOutcome plans_once();
    void add_incident(const RunOutcome& outcome, const std::string& suspect);
    void trust_arena();

    Conversation* conversation_;
    const graph::Case* case_;
    std::unique_ptr<CaseImage> image_;
    std::int64_t ends_seen_;  ///< processes that had ended when the image was last written
};

/// One backend on one ISA, in a process of its own that is started on demand and started again after a crash. The
/// process never outlives this object nor the judge, however the judge ends. For one thread at a time.
class Worker {
public:
    /// Starts nothing yet.
    explicit Worker(WorkerSpec spec);
    Worker(Worker&&) noexcept;
    Worker& operator=(Worker&&) noexcept;
    ~Worker();

    const WorkerSpec& spec() const;

    /// Starts the worker when it does not run. Throws WorkerUnavailable.
    const backends::Description& describe();

    /// Throws std::runtime_error when the judge itself has no memory for the case.
    LoadedCase load(const graph::Case& value, const LoadOptions& options = {});

    /// load(value).plans()
    PlansOutcome plans(const graph::Case& value);

    /// load(value).run(plan, options); to run several plans, keep the LoadedCase.
    RunOutcome run(const graph::Case& value, const backends::Plan& plan, const RunOptions& options = {});

    /// What the process holds now. Throws WorkerUnavailable.
    WorkerResources resources();

    /// The process that runs now; 0 when there is none.
    std::int64_t process() const;

    /// How many processes were started so far.
    std::int64_t starts() const;

    /// Deaths since the last call that no case repeats alone.
    std::vector<Incident> take_incidents();

private:
    std::unique_ptr<Conversation> conversation_;
};

}  // namespace difftest::harness
