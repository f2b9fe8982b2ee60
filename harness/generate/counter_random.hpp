#pragma once

#include <cstdint>

namespace difftest::harness {

/// A counter-based generator: the n-th number of a stream is a function of (seed, stream, n) alone, so that every value
/// can be computed by itself. The mixing function is the finalizer of SplitMix64 (Steele, Lea, Flood: "Fast splittable
/// pseudorandom number generators", OOPSLA 2014).
class CounterRandom {
public:
    CounterRandom(std::uint64_t seed, std::uint64_t stream) : key_(mix(seed) ^ mix(mix(stream) + kGolden)) {}

    std::uint64_t at(std::uint64_t counter) const { return mix(key_ + (counter + 1) * kGolden); }

    /// Uniform in [lo, hi]. The bias of the multiplication method is below 2^-32 for ranges up to 2^32.
    std::int64_t integer_at(std::uint64_t counter, std::int64_t lo, std::int64_t hi) const {
        const std::uint64_t span = static_cast<std::uint64_t>(hi - lo) + 1;
        const std::uint64_t high = at(counter) >> 32;
        return lo + static_cast<std::int64_t>((high * span) >> 32);
    }

private:
    static constexpr std::uint64_t kGolden = 0x9E3779B97F4A7C15U;

    static constexpr std::uint64_t mix(std::uint64_t z) {
        z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9U;
        z = (z ^ (z >> 27)) * 0x94D049BB133111EBU;
        return z ^ (z >> 31);
    }

    std::uint64_t key_;
};

}  // namespace difftest::harness
