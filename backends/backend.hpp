#pragma once

#include "reference/contract/contract.hpp"
#include "reference/graph/case.hpp"

#include <cstddef>
#include <memory>
#include <span>
#include <stdexcept>
#include <string>
#include <variant>
#include <vector>

/// The one interface between the harness and anything that runs a graph. An implementation lives in a worker process of
/// its own (backends/worker); the judge never links one.
namespace difftest::backends {

/// A part of a graph that the backend runs as one primitive or kernel.
struct Partition {
    std::vector<std::string> nodes;  ///< names, in graph order
    std::string kind;                ///< what it becomes, such as "deconvolution + 9 post-ops"
};

/// The trait of a plan whose runs have more threads than the worker was started with.
constexpr const char* kSeveralThreads = "several_threads";

/// One way to run a graph.
struct Plan {
    std::string name;  ///< "fused", "split", ...
    std::vector<Partition> partitions;
    /// Facts about the plan that a known issue can be triggered by, such as "repeated_eltwise_algorithm".
    std::vector<std::string> traits;
    contract::Contract contract;  ///< the freedoms that the backend claims for this plan
    /// Names of the tensors that a partition writes to memory and later ones read from there, in the order of the
    /// graph. The judge hands out a buffer for each, holds its values against the oracle, and judges what was made of
    /// it by what was really read.
    std::vector<std::string> materialized{};
    /// The name of the plan that differs from this one only in that no compiler has optimized its kernels; empty where
    /// there is none. When that one computes what the graph says and this one does not, the compiler is at fault.
    std::string unoptimized{};
};

/// Why there is no such plan, in the library's or the backend's words.
struct Refusal {
    std::string plan;
    std::string reason;
};

using PlanOffer = std::variant<Plan, Refusal>;

/// What a partition turned into once the library has chosen.
struct PartitionReport {
    std::vector<std::string> nodes;
    std::string implementation;  ///< the library's own name for it, such as "jit:avx512_core_vnni"
};

struct Description {
    std::string name;             ///< "onednn"
    std::string library;          ///< "oneDNN 2.6.3 (N/A)"
    std::string library_version;  ///< "2.6.3"; empty for backends without a library
    std::string library_path;
    std::string isa;                      ///< the ISA that the library really uses
    std::string runtime;                  ///< "OpenMP, 2 threads"
    std::vector<std::string> isa_ladder;  ///< rung names that this backend knows, highest first
    contract::Contract contract;
};

/// Memory of the judge, one buffer for each tensor of the graph in row-major order of its logical dimensions: inputs
/// and constants are read, graph outputs and what the plan materializes are written. The spans of other intermediates
/// are empty.
struct Buffers {
    std::vector<std::span<std::byte>> tensors;
};

/// A plan for which the library has created everything that it needs. Executing it twice must give the same result.
class Executable {
public:
    Executable() = default;
    Executable(const Executable&) = delete;
    Executable& operator=(const Executable&) = delete;
    virtual ~Executable() = default;

    virtual std::vector<PartitionReport> partitions() const = 0;

    /// The contract after the library's choice: the implementation may add or remove freedoms.
    virtual contract::Contract contract() const = 0;

    /// Runs everything once and waits for it. Throws BackendError.
    virtual void execute() = 0;

    /// What the library has done so far to memory of this executable's own that it must leave alone or zero (padding of
    /// layouts, bytes behind a scratchpad), in words; empty when nothing.
    virtual std::vector<std::string> damage() const { return {}; }
};

/// The library refused or failed in a way that it reports itself.
class BackendError : public std::runtime_error {
public:
    using std::runtime_error::runtime_error;
};

/// The library does not offer what the plan needs; the verdict is `unsupported` with this reason.
class Unsupported : public BackendError {
public:
    using BackendError::BackendError;
};

/// What the user gave to the backend besides the case (a kernel of their own, its manifest) cannot be used.
class BadInput : public std::runtime_error {
public:
    using std::runtime_error::runtime_error;
};

class Backend {
public:
    Backend() = default;
    Backend(const Backend&) = delete;
    Backend& operator=(const Backend&) = delete;
    virtual ~Backend() = default;

    virtual Description describe() = 0;

    /// Every way this backend knows to run the case's graph, and the reasons for those it cannot. The values of
    /// constants may decide (a fake_quantize whose output scale is 1 needs no second multiplication); those of inputs
    /// may not.
    virtual std::vector<PlanOffer> plans(const graph::Case& value) = 0;

    /// Creates the primitives of a plan. `value` holds the constants, `buffers` the memory; both outlive the result.
    /// Throws Unsupported, BackendError or BadInput.
    virtual std::unique_ptr<Executable> prepare(const graph::Case& value, const Plan& plan, const Buffers& buffers) = 0;
};

}  // namespace difftest::backends
