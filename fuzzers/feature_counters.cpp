#include "fuzzers/feature_counters.hpp"

#include <array>
#include <cstdint>

namespace difftest::fuzzers {
namespace {

constexpr std::size_t kCounters = std::size_t{1} << 16;

// libFuzzer finds its extra counters by the name of their section, clears them before each input and reads them after
// it: they can be nothing but a variable of the program, which nobody else reads.
// NOLINTNEXTLINE(cppcoreguidelines-avoid-non-const-global-variables)
__attribute__((used, section("__libfuzzer_extra_counters"))) std::array<std::uint8_t, kCounters> counters;

/// FNV-1a: the same in every run, as corpora outlive runs.
std::uint64_t hash(std::uint64_t state, std::string_view text) {
    for (const char each : text) {
        state = (state ^ static_cast<unsigned char>(each)) * 0x100000001B3ULL;
    }
    return state;
}

}  // namespace

void note_feature(std::string_view kind, std::string_view what) {
    const std::uint64_t state = hash(hash(0xCBF29CE484222325ULL, kind) ^ 0xFF, what);
    counters[(state ^ (state >> 32)) % kCounters] = 1;
}

}  // namespace difftest::fuzzers
