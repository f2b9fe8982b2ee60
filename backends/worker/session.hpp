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

        void take_snapshot() const;
    };

    /// What the executables of one request read and write.
    struct Memory {
        Buffers first;
        Buffers second;
        std::vector<WrittenSlot> written;
    };

    template <typename Work>
    protocol::Answer guarded(Work work);
    void enter(protocol::Stage stage) { arena_.header().stage = stage; }
    void load(const protocol::LoadRequest& request);
    void load_tensor(std::size_t id, const protocol::TensorMemory& tensor);
    void bind(std::size_t id, const protocol::TensorMemory& tensor, Memory& memory);
    Memory memory_for(const protocol::RunRequest& request);
    std::span<std::byte> bytes_of(const protocol::Placement& placement);
    protocol::RunAnswer run(const protocol::RunRequest& request);
    protocol::BareAnswer run_bare(const protocol::BareRequest& request);

    Backend& backend_;
    MappedArena& arena_;
    graph::Case case_;
    Memory memory_;  ///< without what single plans materialize
};

}  // namespace difftest::backends
