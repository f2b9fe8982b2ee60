#pragma once

#include "harness/report/screen_style.hpp"

#include <chrono>
#include <cstdint>
#include <map>
#include <string>
#include <vector>

/// What `difftest bench` has to say, as values. Everything that it claims is a ratio within one run.
namespace difftest::harness {

/// The fixed list of small convolutions, once without and once with every check, each in fresh workers.
struct BenchRound {
    std::chrono::nanoseconds bare{0};               ///< create + execute + destroy, inside the worker
    std::chrono::nanoseconds checked{0};            ///< from the case to its verdict
    std::chrono::nanoseconds bare_processor{0};     ///< processor time of the worker for `bare`
    std::chrono::nanoseconds checked_processor{0};  ///< processor time of judge and worker for `checked`
    /// Parts of `checked`, as the judge sees them.
    std::chrono::nanoseconds load{0};     ///< the case into the arena
    std::chrono::nanoseconds plan{0};     ///< asking for the plans
    std::chrono::nanoseconds run{0};      ///< two executables, three executions, and what they left
    std::chrono::nanoseconds oracle{0};   ///< the allowed sets
    std::chrono::nanoseconds compare{0};  ///< outputs against the allowed sets, the verdict
};

/// One shape: the oracle against the library.
struct BenchShape {
    std::string name;
    std::int64_t multiplications = 0;     ///< multiply-accumulates of the convolution
    std::chrono::nanoseconds oracle{0};   ///< the fastest of several evaluations
    std::chrono::nanoseconds library{0};  ///< the fastest of several executions
    std::string implementation;           ///< of the library's convolution
    bool is_reference = false;            ///< a reference implementation, not an optimized one

    double oracle_per_second() const;
    double library_per_second() const;
    /// How many times as fast as the library the oracle is.
    double speedup() const { return oracle_per_second() / library_per_second(); }
};

/// What one worker held after so many cases.
struct BenchHolding {
    std::int64_t cases = 0;
    std::int64_t descriptors = 0;
    std::int64_t threads = 0;
    std::int64_t resident_bytes = 0;
};

/// A plan on an OpenCL device: what difftest adds to bare launches of its kernels.
struct BenchDevicePlan {
    std::string plan;
    double build_ms = 0;             ///< of its kernels, when no cache knows them
    double first_execution_ms = 0;   ///< some drivers compile then
    double launch_us = 0;            ///< a launch of every kernel and the wait for it
    double execute_us = 0;           ///< the same with transfers, poison and the look at the guards
    double run_us = 0;               ///< create, execute twice, create, execute: what every plan of a case gets
    double launch_processor_us = 0;  ///< of all threads: what other programs take does not count
    double run_processor_us = 0;
};

/// Generated cases with every check, on workers whose kernels no cache knew, or all.
struct BenchRandom {
    std::string configuration;
    std::string caches;  ///< "cold" or "warm"
    std::int64_t cases = 0;
    std::int64_t runs = 0;                         ///< all plans of these cases
    std::chrono::nanoseconds clock{0};             ///< generation, oracle, execution, comparison
    std::chrono::nanoseconds judge_processor{0};   ///< processor time
    std::chrono::nanoseconds worker_processor{0};  ///< processor time, what its compilers take included
};

struct BenchReport {
    std::string backend;
    std::string library;
    std::string isa;
    std::string runtime;
    std::int64_t cases = 0;
    std::map<std::string, std::int64_t> verdicts;  ///< of the checked runs of the first round
    std::vector<BenchRound> rounds;
    std::vector<BenchShape> shapes;
    std::vector<BenchHolding> endurance;  ///< of one worker, in the order of the cases; empty when it was not asked for
    std::vector<BenchDevicePlan> device_plans;  ///< of OpenCL devices only
    std::vector<BenchRandom> random;            ///< empty when it was not asked for
    std::int64_t epilogue_elements = 0;
    std::chrono::nanoseconds epilogue{0};  ///< that the oracle takes for all of them

    /// checked / bare of the median round; by the clock, and by processor time, which other programs disturb less.
    double clock_ratio() const;
    double processor_ratio() const;
    /// The geometric mean over the shapes on which the library ran a reference implementation; 0 without any.
    double speedup_over_reference() const;
    double nanoseconds_per_epilogue_element() const;
};

/// The ratio that issue 5 wants to stay below.
inline constexpr double kBenchGoal = 1.5;

std::string bench_screen(const BenchReport& report, const ScreenStyle& style);

/// The JSON document of `difftest bench --json` (reports/schema/bench.schema.json).
std::string bench_document(const BenchReport& report);

}  // namespace difftest::harness
