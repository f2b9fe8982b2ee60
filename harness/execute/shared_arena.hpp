#pragma once

#include "backends/worker/protocol/arena_layout.hpp"
#include "harness/execute/file_descriptor.hpp"

#include <cstddef>
#include <cstdint>
#include <map>
#include <span>
#include <vector>

namespace difftest::harness {

/// The judge's side of the shared memory: an anonymous file that grows on demand, and who uses which pages of it.
/// Freed slots are used again for cases of similar size, so that the mappings of a worker stay valid.
class SharedArena {
public:
    /// Throws std::system_error.
    SharedArena();
    SharedArena(const SharedArena&) = delete;
    SharedArena& operator=(const SharedArena&) = delete;
    ~SharedArena();

    int descriptor() const { return file_.get(); }

    /// Changes when all slots were given back to the system; slots of an older generation are void.
    std::uint64_t generation() const { return generation_; }

    backends::protocol::ArenaHeader& header();

    /// At least `bytes` bytes, whole pages, with any contents. Throws std::system_error.
    backends::protocol::Slot allocate(std::uint64_t bytes);
    void release(const backends::protocol::Slot& slot);

    std::span<std::byte> bytes_of(const backends::protocol::Slot& slot);

private:
    void grow(std::uint64_t bytes);
    void give_back();

    FileDescriptor file_;
    std::byte* base_ = nullptr;
    std::uint64_t file_bytes_ = 0;
    std::uint64_t used_bytes_ = backends::protocol::kHeaderBytes;
    std::uint64_t generation_ = 1;
    std::size_t live_ = 0;
    std::map<std::uint64_t, std::vector<std::uint64_t>> free_;  ///< offsets by size in bytes
};

}  // namespace difftest::harness
