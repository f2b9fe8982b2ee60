#pragma once

#include "backends/worker/protocol/messages.hpp"
#include "harness/execute/outcome.hpp"
#include "harness/execute/shared_arena.hpp"
#include "harness/execute/worker.hpp"
#include "reference/graph/case.hpp"

#include <cstdint>
#include <map>
#include <string>
#include <vector>

namespace difftest::harness {

/// A case as it lies in the arena: each tensor twice (once ending at the end of its pages, once starting at their
/// start), everything around them filled with patterns; and the judgement of what an execution left there.
class CaseImage {
public:
    /// Both outlive the image. Throws std::system_error when the arena cannot grow.
    CaseImage(SharedArena& arena, const graph::Case& value, std::uint64_t alignment);
    CaseImage(const CaseImage&) = delete;
    CaseImage& operator=(const CaseImage&) = delete;
    ~CaseImage();

    const backends::protocol::LoadRequest& request() const { return request_; }

    /// Writes everything anew: after a crash nothing in the arena can be trusted.
    void restore();

    /// Says which intermediates the next execution materializes, by name; gives memory to those that have none yet.
    /// Names of other tensors are ignored: outputs have memory anyway. Throws std::system_error when the arena cannot
    /// grow.
    void materialize(const std::vector<std::string>& names);

    /// What the next execution materializes.
    const std::vector<backends::protocol::MaterializedTensor>& materialized() const { return materialized_; }

    /// Fills everything that is written with the patterns that it holds before an execution.
    void prefill();

    /// Reads the outputs and everything that must not have changed; repairs what did.
    void collect(const RunOptions& options, RunOutcome& outcome);

private:
    /// What one execution left of a tensor that the graph writes.
    struct Execution {
        std::span<const std::byte> slot;
        std::uint64_t begin;
        std::byte pattern;
    };

    backends::protocol::TensorMemory place(graph::TensorId id);
    const backends::protocol::TensorMemory& memory_of(graph::TensorId id) const;
    void write_input(graph::TensorId id);
    bool input_is_intact(graph::TensorId id);
    std::vector<Execution> executions_of(graph::TensorId id, const RunOptions& options);
    MaterializedValues collect_written(graph::TensorId id, const RunOptions& options, RunOutcome& outcome);
    void collect_output(graph::TensorId id, const RunOptions& options, RunOutcome& outcome);
    bool is_read(graph::TensorId id) const;
    bool is_written(graph::TensorId id) const;

    SharedArena& arena_;
    const graph::Case& case_;
    std::vector<std::uint8_t> encoded_;
    std::uint64_t alignment_;
    backends::protocol::LoadRequest request_;
    std::map<graph::TensorId, backends::protocol::TensorMemory> intermediates_;  ///< that some plan materialized
    std::vector<backends::protocol::MaterializedTensor> materialized_;           ///< by the next execution
    std::vector<backends::protocol::Slot> slots_;
};

}  // namespace difftest::harness
