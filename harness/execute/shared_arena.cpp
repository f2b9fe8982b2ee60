#include "harness/execute/shared_arena.hpp"

#include <fcntl.h>
#include <sys/mman.h>

#include <algorithm>
#include <bit>
#include <cerrno>
#include <new>
#include <system_error>

namespace difftest::harness {
namespace {

using backends::protocol::ArenaHeader;
using backends::protocol::kHeaderBytes;
using backends::protocol::kPageBytes;
using backends::protocol::Slot;

/// Addresses only: a file may be mapped beyond its end, so that growing it never moves it.
constexpr std::uint64_t kReservedBytes = std::uint64_t{32} << 30;
constexpr std::uint64_t kGrowBytes = std::uint64_t{1} << 20;
/// Beyond this the memory of finished cases is given back to the system.
constexpr std::uint64_t kKeptBytes = std::uint64_t{256} << 20;
/// Up to this size slots come in four sizes per power of two, so that they fit the next case.
constexpr std::uint64_t kLargestShared = std::uint64_t{4} << 20;

[[noreturn]] void fail(const char* what) {
    throw std::system_error(errno, std::generic_category(), what);
}

std::uint64_t rounded_up(std::uint64_t bytes, std::uint64_t step) {
    return (bytes + step - 1) / step * step;
}

std::uint64_t slot_size(std::uint64_t bytes) {
    const std::uint64_t whole = std::max(kPageBytes, rounded_up(bytes, kPageBytes));
    return whole > kLargestShared ? whole
                                  : rounded_up(whole, std::max<std::uint64_t>(kPageBytes, std::bit_floor(whole) / 4));
}

}  // namespace

SharedArena::SharedArena() : file_(::memfd_create("difftest-arena", MFD_CLOEXEC | MFD_ALLOW_SEALING)) {
    if (file_.get() < 0) {
        fail("cannot create the shared arena");
    }
    grow(kHeaderBytes);
    // A worker must not be able to take the pages away under the judge.
    ::fcntl(file_.get(), F_ADD_SEALS, F_SEAL_SHRINK);
    void* const address =
        ::mmap(nullptr, kReservedBytes, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_NORESERVE, file_.get(), 0);
    if (address == MAP_FAILED) {
        fail("cannot map the shared arena");
    }
    base_ = static_cast<std::byte*>(address);
    new (base_) ArenaHeader();
}

SharedArena::~SharedArena() {
    ::munmap(base_, kReservedBytes);
}

ArenaHeader& SharedArena::header() {
    return *std::launder(reinterpret_cast<ArenaHeader*>(base_));
}

void SharedArena::grow(std::uint64_t bytes) {
    if (bytes <= file_bytes_) {
        return;
    }
    if (bytes > kReservedBytes) {
        throw std::system_error(ENOMEM, std::generic_category(), "a case is too large for the shared arena");
    }
    const std::uint64_t target = std::min(kReservedBytes, rounded_up(bytes, kGrowBytes));
    if (::ftruncate(file_.get(), static_cast<off_t>(target)) != 0) {
        fail("cannot grow the shared arena");
    }
    file_bytes_ = target;
}

Slot SharedArena::allocate(std::uint64_t bytes) {
    if (bytes > kReservedBytes) {
        throw std::system_error(ENOMEM, std::generic_category(), "a case is too large for the shared arena");
    }
    Slot slot{0, slot_size(bytes)};
    std::vector<std::uint64_t>& candidates = free_[slot.bytes];
    if (candidates.empty()) {
        grow(used_bytes_ + slot.bytes);
        slot.offset = used_bytes_;
        used_bytes_ += slot.bytes;
    } else {
        slot.offset = candidates.back();
        candidates.pop_back();
    }
    ++live_;
    return slot;
}

void SharedArena::release(const Slot& slot) {
    free_[slot.bytes].push_back(slot.offset);
    if (--live_ == 0 && used_bytes_ > kKeptBytes) {
        give_back();
    }
}

void SharedArena::give_back() {
    ::fallocate(file_.get(), FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE, kHeaderBytes,
                static_cast<off_t>(file_bytes_ - kHeaderBytes));
    free_.clear();
    used_bytes_ = kHeaderBytes;
    ++generation_;
}

std::span<std::byte> SharedArena::bytes_of(const Slot& slot) {
    return {base_ + slot.offset, slot.bytes};
}

}  // namespace difftest::harness
