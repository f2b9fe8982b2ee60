#pragma once

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>

/// The shared memory between the judge and a worker: one memfd that the judge creates, grows and writes the cases into.
/// It starts with an ArenaHeader; behind it lie slots, whole pages each. The judge maps the file as one piece; a worker
/// maps each slot on its own, with a guard on both sides that no access survives.
namespace difftest::backends::protocol {

inline constexpr int kProtocolVersion = 4;

/// The descriptors that a worker program finds open.
inline constexpr int kSocketDescriptor = 3;
inline constexpr int kArenaDescriptor = 4;
/// Nobody ever writes to it: it hangs up when the judge is gone, however it went.
inline constexpr int kLifelineDescriptor = 5;

inline constexpr std::size_t kPageBytes = 4096;
inline constexpr std::size_t kGuardBytes = 16 * kPageBytes;
inline constexpr std::size_t kHeaderBytes = 16 * kPageBytes;

/// Bytes that outputs and the rest of each slot hold before the first, and before the second and third execution.
/// Different in every bit, so that an element which keeps them in both was never written.
inline constexpr std::byte kFirstPattern{0xA5};
inline constexpr std::byte kSecondPattern{0x5A};

/// What the worker is about to do; written before each step, read by the judge when the worker is dead.
enum class Stage : std::uint32_t { idle, start, load, plan, create, execute, destroy };

inline constexpr const char* name_of(Stage stage) {
    switch (stage) {
        case Stage::idle: return "idle";
        case Stage::start: return "start";
        case Stage::load: return "load";
        case Stage::plan: return "plan";
        case Stage::create: return "create";
        case Stage::execute: return "execute";
        case Stage::destroy: return "destroy";
    }
    return "unknown";
}

inline constexpr std::size_t kMaximumFrames = 32;
inline constexpr std::size_t kFrameBytes = 1024;

/// First pages of the arena. Everything in it may be garbage after a crash: the judge trusts no length and no
/// terminator.
struct ArenaHeader {
    std::atomic<Stage> stage;
    std::atomic<std::int32_t> signal;   ///< fatal signal whose handler was entered; 0 when none was
    std::atomic<std::uint32_t> frames;  ///< how many of `frame` are filled
    std::array<std::array<char, kFrameBytes>, kMaximumFrames> frame;  ///< "module+0x1234 (mangled symbol)", ends with 0
};
static_assert(sizeof(ArenaHeader) <= kHeaderBytes);
static_assert(std::atomic<Stage>::is_always_lock_free);

/// A run of whole pages of the arena.
struct Slot {
    std::uint64_t offset = 0;  ///< from the start of the arena, in bytes
    std::uint64_t bytes = 0;
    friend bool operator==(const Slot&, const Slot&) = default;
};

/// Where a tensor lies inside its slot. What is left of the slot is filled with a pattern.
struct Placement {
    Slot slot;
    std::uint64_t begin = 0;  ///< from the start of the slot, in bytes
    std::uint64_t bytes = 0;
    friend bool operator==(const Placement&, const Placement&) = default;
};

}  // namespace difftest::backends::protocol
