#pragma once

#include "backends/worker/protocol/arena_layout.hpp"

#include <cstddef>
#include <cstdint>
#include <unordered_map>

namespace difftest::backends {

/// The worker's view of the arena: the header, and each slot between two guards. A slot stays mapped from its first use
/// on, so that in the long run a case costs no system call.
class MappedArena {
public:
    /// Throws std::system_error when the header cannot be mapped.
    explicit MappedArena(int descriptor);
    MappedArena(const MappedArena&) = delete;
    MappedArena& operator=(const MappedArena&) = delete;
    ~MappedArena();

    /// Stays mapped until the process ends: a crash may be recorded in it at any time.
    protocol::ArenaHeader& header() { return *header_; }

    /// Address of the slot. Throws std::bad_alloc when the address space is exhausted, std::system_error otherwise.
    std::byte* address_of(const protocol::Slot& slot);

    /// Unmaps every slot when the generation is a new one.
    void enter_generation(std::uint64_t generation);

private:
    struct Mapping {
        std::byte* reservation = nullptr;  ///< guard, slot, guard
        std::size_t slot_bytes = 0;
    };

    Mapping map(const protocol::Slot& slot) const;
    void unmap_all();

    int descriptor_;
    protocol::ArenaHeader* header_;
    std::uint64_t generation_ = 0;
    std::unordered_map<std::uint64_t, Mapping> mappings_;  ///< by offset in the arena
};

}  // namespace difftest::backends
