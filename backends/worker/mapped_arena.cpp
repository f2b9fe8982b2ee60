#include "backends/worker/mapped_arena.hpp"

#include <sys/mman.h>

#include <cerrno>
#include <new>
#include <system_error>

namespace difftest::backends {
namespace {

using protocol::kGuardBytes;

void* checked(void* address, const char* what) {
    if (address != MAP_FAILED) {
        return address;
    }
    if (errno == ENOMEM) {
        throw std::bad_alloc();
    }
    throw std::system_error(errno, std::generic_category(), what);
}

}  // namespace

MappedArena::MappedArena(int descriptor)
    : descriptor_(descriptor),
      header_(static_cast<protocol::ArenaHeader*>(
          checked(::mmap(nullptr, protocol::kHeaderBytes, PROT_READ | PROT_WRITE, MAP_SHARED, descriptor, 0),
                  "cannot map the arena's header"))) {}

MappedArena::~MappedArena() {
    unmap_all();
}

MappedArena::Mapping MappedArena::map(const protocol::Slot& slot) const {
    const std::size_t whole = slot.bytes + 2 * kGuardBytes;
    auto* const reservation = static_cast<std::byte*>(
        checked(::mmap(nullptr, whole, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0),
                "cannot reserve the addresses of a slot"));
    void* const placed = ::mmap(reservation + kGuardBytes, slot.bytes, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_FIXED,
                                descriptor_, static_cast<off_t>(slot.offset));
    if (placed == MAP_FAILED) {
        const int error = errno;
        ::munmap(reservation, whole);
        errno = error;
        checked(MAP_FAILED, "cannot map a slot of the arena");
    }
    return {reservation, slot.bytes};
}

std::byte* MappedArena::address_of(const protocol::Slot& slot) {
    auto entry = mappings_.find(slot.offset);
    if (entry != mappings_.end() && entry->second.slot_bytes != slot.bytes) {
        throw std::system_error(EINVAL, std::generic_category(), "a slot of the arena changed its size");
    }
    if (entry == mappings_.end()) {
        entry = mappings_.emplace(slot.offset, map(slot)).first;
    }
    return entry->second.reservation + kGuardBytes;
}

void MappedArena::enter_generation(std::uint64_t generation) {
    if (generation != generation_) {
        unmap_all();
        generation_ = generation;
    }
}

void MappedArena::unmap_all() {
    for (const auto& [offset, mapping] : mappings_) {
        ::munmap(mapping.reservation, mapping.slot_bytes + 2 * kGuardBytes);
    }
    mappings_.clear();
}

}  // namespace difftest::backends
