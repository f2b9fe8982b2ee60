#include "harness/execute/shared_arena.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <system_error>

namespace difftest::harness {
namespace {

using backends::protocol::kHeaderBytes;
using backends::protocol::kPageBytes;
using backends::protocol::Slot;

TEST(SharedArena, GivesWholePagesBehindTheHeader) {
    SharedArena arena;
    const Slot one = arena.allocate(1);
    const Slot two = arena.allocate(kPageBytes + 1);
    EXPECT_EQ(one.bytes, kPageBytes);
    EXPECT_EQ(two.bytes, 2 * kPageBytes);
    EXPECT_GE(one.offset, kHeaderBytes);
    EXPECT_EQ(one.offset % kPageBytes, 0U);
    EXPECT_GE(two.offset, one.offset + one.bytes);
}

TEST(SharedArena, GivesAPageEvenForNothing) {
    SharedArena arena;
    EXPECT_EQ(arena.allocate(0).bytes, kPageBytes);
}

TEST(SharedArena, UsesReleasedSlotsAgain) {
    SharedArena arena;
    const Slot kept = arena.allocate(1);
    const Slot released = arena.allocate(3 * kPageBytes);
    arena.release(released);
    EXPECT_EQ(arena.allocate(3 * kPageBytes), released);
    EXPECT_NE(arena.allocate(1), kept);
}

TEST(SharedArena, GrowsWithoutMoving) {
    SharedArena arena;
    const Slot small = arena.allocate(100);
    std::byte* const before = arena.bytes_of(small).data();
    std::fill_n(before, 100, std::byte{7});
    const Slot large = arena.allocate(std::uint64_t{64} << 20);
    EXPECT_EQ(arena.bytes_of(small).data(), before);
    EXPECT_EQ(arena.bytes_of(large).back(), std::byte{0});
    EXPECT_EQ(arena.bytes_of(small)[99], std::byte{7});
}

TEST(SharedArena, GivesMemoryBackWhenNothingLargeIsInUse) {
    SharedArena arena;
    const std::uint64_t generation = arena.generation();
    const Slot large = arena.allocate(std::uint64_t{300} << 20);
    arena.bytes_of(large)[0] = std::byte{1};
    arena.release(large);
    EXPECT_NE(arena.generation(), generation);
    const Slot again = arena.allocate(std::uint64_t{300} << 20);
    EXPECT_EQ(arena.bytes_of(again)[0], std::byte{0});
}

TEST(SharedArena, RefusesWhatIsTooLarge) {
    SharedArena arena;
    EXPECT_THROW(arena.allocate(std::uint64_t{1} << 40), std::system_error);
    EXPECT_THROW(arena.allocate(~std::uint64_t{0}), std::system_error);
}

}  // namespace
}  // namespace difftest::harness
