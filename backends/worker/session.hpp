#pragma once

#include "backends/backend.hpp"
#include "backends/worker/mapped_arena.hpp"
#include "backends/worker/protocol/messages.hpp"
#include "reference/graph/case.hpp"

#include <vector>

namespace difftest::backends {

/// Answers the requests about cases with one backend and one arena.
class Session {
public:
    /// Both outlive the session.
    Session(Backend& backend, MappedArena& arena) : backend_(backend), arena_(arena) {}

    protocol::Answer answer(const protocol::PlansRequest& request);
    protocol::Answer answer(const protocol::RunRequest& request);
    protocol::Answer answer(const protocol::BareRequest& request);

private:
    struct WrittenSlot {
        std::byte* slot;
        std::byte* snapshot;
        std::size_t bytes;
    };

    template <typename Work>
    protocol::Answer guarded(Work work);
    void enter(protocol::Stage stage) { arena_.header().stage = stage; }
    void load(const protocol::LoadRequest& request);
    void load_tensor(const graph::Tensor& tensor, const protocol::TensorMemory& memory, graph::TensorData& data);
    std::span<std::byte> bytes_of(const protocol::Placement& placement);
    protocol::RunAnswer run(const protocol::RunRequest& request);
    protocol::BareAnswer run_bare(const protocol::BareRequest& request);
    void take_snapshots();

    Backend& backend_;
    MappedArena& arena_;
    graph::Case case_;
    Buffers first_;
    Buffers second_;
    std::vector<WrittenSlot> written_;
};

}  // namespace difftest::backends
