#pragma once

#include "reference/graph/shape.hpp"

#include <cmath>
#include <cstdint>
#include <cstdlib>
#include <random>

namespace difftest::oracle::testing {

/// Random numbers of a test, the same in every run.
class Draw {
public:
    explicit Draw(std::uint32_t seed) : engine_(seed) {}

    std::int64_t operator()(std::int64_t lo, std::int64_t hi) {
        return lo + static_cast<std::int64_t>(engine_() % static_cast<std::uint64_t>(hi - lo + 1));
    }

    /// A float with a full mantissa and an exponent in the given range, or now and then a multiple of 1/8.
    float real(int least_exponent, int greatest_exponent) {
        if ((*this)(0, 7) == 0) {
            return static_cast<float>((*this)(-2048, 2047)) / 8;
        }
        const auto mantissa = 1.0F + static_cast<float>(engine_() >> 9U) * 0x1p-23F;
        const auto exponent = static_cast<int>((*this)(least_exponent, greatest_exponent));
        return ((*this)(0, 1) == 0 ? 1.0F : -1.0F) * std::ldexp(mantissa, exponent);
    }

    graph::Shape shape(std::int64_t least_rank, std::int64_t greatest_rank, std::int64_t greatest_size) {
        graph::Shape shape(static_cast<std::size_t>((*this)(least_rank, greatest_rank)));
        for (std::int64_t& dimension : shape) {
            dimension = (*this)(1, greatest_size);
        }
        return shape;
    }

private:
    std::mt19937 engine_;
};

/// Elements of a comparison: a quick look in every run of the tests, DIFFTEST_PROOF_ELEMENTS for a proof.
inline std::size_t elements_to_check(std::size_t quick) {
    const char* wanted = std::getenv("DIFFTEST_PROOF_ELEMENTS");
    return wanted == nullptr ? quick : std::strtoull(wanted, nullptr, 10);
}

}  // namespace difftest::oracle::testing
