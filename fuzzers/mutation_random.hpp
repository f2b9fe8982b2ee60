#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <random>

namespace difftest::fuzzers {

/// Random numbers of one mutation: a function of the seed that libFuzzer gives.
class MutationRandom {
public:
    explicit MutationRandom(std::uint32_t seed) : engine_(seed) {}

    /// In [0, count - 1]; 0 for a count of 0.
    std::uint64_t below(std::uint64_t count) {
        const std::uint64_t value = (std::uint64_t{engine_()} << 32) | engine_();
        return count == 0 ? 0 : value % count;
    }
    bool one_in(std::uint64_t count) { return below(count) == 0; }
    /// Mostly small: a magnitude is drawn first.
    std::size_t length(std::size_t most) {
        return static_cast<std::size_t>(below(std::min<std::uint64_t>(most, std::uint64_t{1} << below(8)))) + 1;
    }

private:
    std::mt19937 engine_;
};

}  // namespace difftest::fuzzers
