// Fixed-point requantization against gemmlowp's own functions, another opinion on the same definitions.
#include "reference/oracle/testing/proof.hpp"
#include "reference/oracle/testing/single_op.hpp"
#include "reference/quantize/fixed_point.hpp"

#include <gemmlowp/fixedpoint/fixedpoint.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <random>
#include <vector>

namespace difftest::oracle {
namespace {

using graph::DataType;
using graph::FixedPointRounding;
using testing::Chain;
using testing::ProofCount;

constexpr std::int32_t kLeast = std::numeric_limits<std::int32_t>::min();
constexpr std::int32_t kGreatest = std::numeric_limits<std::int32_t>::max();

/// All magnitudes, and one in four at the ends of the range or at a power of two.
std::vector<std::int32_t> random_integers(std::size_t count, unsigned seed) {
    std::mt19937 engine(seed);
    std::vector<std::int32_t> values{0, 1, -1, kLeast, kGreatest, kLeast + 1, kGreatest - 1, 1 << 30, -(1 << 30)};
    while (values.size() < count) {
        const auto value = static_cast<std::int32_t>(engine()) >> (engine() % 32);
        values.push_back(value);
        if (engine() % 4 == 0) {
            const auto near = static_cast<std::int32_t>(engine() % 5) - 2;
            values.push_back(static_cast<std::int32_t>((1U << (engine() % 31)) + static_cast<std::uint32_t>(near)));
        }
    }
    return values;
}

std::size_t values_to_check() {
    return testing::proof_size("DIFFTEST_PROOF_ELEMENTS", 20000);
}

TEST(Gemmlowp, SaturatingRoundingDoublingHighMul) {
    const auto a = random_integers(values_to_check(), 1);
    const auto b = random_integers(values_to_check(), 2);
    ProofCount proof("SaturatingRoundingDoublingHighMul", "gemmlowp");
    for (std::size_t i = 0; i < std::min(a.size(), b.size()); ++i) {
        const std::int32_t expected = gemmlowp::SaturatingRoundingDoublingHighMul(a[i], b[i]);
        if (proof.failed(quantize::saturating_rounding_doubling_high_mul(a[i], b[i]) == expected)) {
            ADD_FAILURE() << a[i] << " " << b[i];
        }
    }
    EXPECT_EQ(quantize::saturating_rounding_doubling_high_mul(kLeast, kLeast),
              gemmlowp::SaturatingRoundingDoublingHighMul(kLeast, kLeast));
}

TEST(Gemmlowp, RoundingDivideByPowerOfTwo) {
    ProofCount proof("RoundingDivideByPOT", "gemmlowp");
    for (const std::int32_t x : random_integers(values_to_check() / 16, 3)) {
        for (int exponent = 0; exponent < 32; ++exponent) {
            if (proof.failed(quantize::rounding_divide_by_power_of_two(x, exponent) ==
                             gemmlowp::RoundingDivideByPOT(x, exponent))) {
                ADD_FAILURE() << x << " " << exponent;
            }
        }
    }
}

/// TFLite's MultiplyByQuantizedMultiplier of two gemmlowp functions, through the operation of a graph.
TEST(Gemmlowp, MultiplyByQuantizedMultiplier) {
    std::mt19937 engine(4);
    ProofCount proof("requantize_fixed_point double_rounding", "gemmlowp");
    for (int shift = -31; shift <= 8; ++shift) {
        const auto multiplier = static_cast<std::int32_t>((1U << 30) + engine() % (1U << 30));
        std::vector<double> x;
        for (const std::int32_t value : random_integers(values_to_check() / 40, static_cast<unsigned>(shift + 100))) {
            x.push_back(shift > 0 ? value / (1 << shift) : value);  // the left shift may not overflow
        }
        Chain chain(DataType::s32, x);
        chain.then(graph::RequantizeFixedPoint{FixedPointRounding::double_rounding, kLeast, kGreatest},
                   {chain.integer(multiplier), chain.integer(shift)}, DataType::s32);
        const AllowedTensor sets = chain.sets();
        for (std::size_t i = 0; i < x.size(); ++i) {
            const auto shifted = static_cast<std::int32_t>(x[i]) * (1 << std::max(shift, 0));
            const std::int32_t expected = gemmlowp::RoundingDivideByPOT(
                gemmlowp::SaturatingRoundingDoublingHighMul(shifted, multiplier), std::max(-shift, 0));
            const auto index = static_cast<std::int64_t>(i);
            if (proof.failed(sets.is_point(index) && sets.point(index) == expected)) {
                ADD_FAILURE() << x[i] << " * " << multiplier << " * 2^" << shift - 31;
            }
        }
    }
}

}  // namespace
}  // namespace difftest::oracle
