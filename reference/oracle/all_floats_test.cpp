// The cheap functions on all 2^32 floats against exact arithmetic. A quick run takes every millionth; scripts/prove
// --all-floats takes them all.
#include "reference/oracle/testing/proof.hpp"
#include "reference/oracle/testing/single_op.hpp"

#include <gtest/gtest.h>

#include <bit>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <limits>
#include <set>
#include <string>
#include <vector>

namespace difftest::oracle {
namespace {

using contract::Freedom;
using graph::DataType;
using graph::Eltwise;
using graph::EltwiseAlgorithm;
using testing::Chain;
using testing::ProofCount;

/// a + b rounded to odd in binary64, which makes a second rounding to binary32 harmless (Boldo and Melquiond, 2008).
double sum_to_odd(double a, double b) {
    const double sum = a + b;
    const double other = sum - a;
    const double error = (a - (sum - other)) + (b - other);
    const auto bits = std::bit_cast<std::uint64_t>(sum);
    if (error == 0 || !std::isfinite(sum) || (bits & 1U) != 0) {
        return sum;
    }
    const bool away = (error > 0) == (sum > 0);
    return std::bit_cast<double>(away ? bits + 1 : bits - 1);
}

/// One rounding of the exact value.
float product(float a, float b) {
    return static_cast<float>(static_cast<double>(a) * static_cast<double>(b));  // 48 bits: exact in binary64
}
float sum(float a, float b) {
    return static_cast<float>(sum_to_odd(static_cast<double>(a), static_cast<double>(b)));
}
float product_sum(float a, float b, float c) {
    return static_cast<float>(sum_to_odd(static_cast<double>(a) * static_cast<double>(b), static_cast<double>(c)));
}

float unit_clamp(float v) {
    return v < 0 ? 0.0F : v > 1 ? 1.0F : v;
}

/// The integer nearest to x, ties to even, on the bits: what lies below the point is cut off and counted.
float nearest_integer(float x) {
    const auto bits = std::bit_cast<std::uint32_t>(x);
    const int exponent = static_cast<int>((bits >> 23) & 255U) - 127;
    if (exponent >= 23) {
        return x;
    }
    const std::uint32_t sign = bits & 0x80000000U;
    if (exponent < -1) {
        return std::bit_cast<float>(sign);
    }
    const std::uint64_t significand = (bits & 0x7FFFFFU) | 0x800000U;
    const int cut = 23 - exponent;
    const std::uint64_t whole = significand >> cut;
    const std::uint64_t rest = significand & ((std::uint64_t{1} << cut) - 1);
    const std::uint64_t half = std::uint64_t{1} << (cut - 1);
    const std::uint64_t rounded = whole + (rest > half || (rest == half && whole % 2 == 1) ? 1 : 0);
    return std::copysign(static_cast<float>(rounded), x);
}

/// The float whose rounding interval contains the root: the midpoints have 25 bits, their squares are exact.
bool is_rounded_root(float y, float x) {
    if (x == 0 || std::isinf(x)) {
        return y == x;
    }
    constexpr float kInfinity = std::numeric_limits<float>::infinity();
    const double low = (static_cast<double>(y) + static_cast<double>(std::nextafterf(y, 0.0F))) / 2;
    const double high = (static_cast<double>(y) + static_cast<double>(std::nextafterf(y, kInfinity))) / 2;
    return low * low <= static_cast<double>(x) && static_cast<double>(x) <= high * high;
}

using Expected = std::function<std::set<double>(float)>;

struct CheapFunction {
    std::string name;
    Eltwise op;
    Expected expected;  ///< with fused multiply-add granted
};

std::vector<CheapFunction> cheap_functions() {
    using enum EltwiseAlgorithm;
    const auto one = [](float y) { return std::set<double>{y}; };
    return {
        {"relu", {relu, 0, 0}, [=](float x) { return one(x > 0 ? x : 0); }},
        {"leaky relu", {relu, 0.3F, 0}, [=](float x) { return one(x > 0 ? x : product(0.3F, x)); }},
        {"abs",
         {abs, 0, 0},
         [=](float x) { return one(std::bit_cast<float>(std::bit_cast<std::uint32_t>(x) & 0x7FFFFFFFU)); }},
        {"clip", {clip, -1.7F, 6.3F}, [=](float x) { return one(x < -1.7F  ? -1.7F
                                                                : x > 6.3F ? 6.3F
                                                                           : x); }},
        {"round", {round, 0, 0}, [=](float x) { return one(nearest_integer(x)); }},
        {"square", {square, 0, 0}, [=](float x) { return one(product(x, x)); }},
        {"linear",
         {linear, 0.7F, -3.1F},
         [](float x) {
             return std::set<double>{sum(product(0.7F, x), -3.1F), product_sum(0.7F, x, -3.1F)};
         }},
        {"hardsigmoid",
         {hardsigmoid, 0.2F, 0.5F},
         [](float x) {
             return std::set<double>{unit_clamp(sum(product(0.2F, x), 0.5F)), unit_clamp(product_sum(0.2F, x, 0.5F))};
         }},
        {"hardswish",
         {hardswish, 1.0F / 6, 0.5F},
         [](float x) {
             return std::set<double>{product(x, unit_clamp(sum(product(1.0F / 6, x), 0.5F))),
                                     product(x, unit_clamp(product_sum(1.0F / 6, x, 0.5F)))};
         }},
    };
}

/// All values of the set, when it is a list of points.
std::set<double> listed(const AllowedSet& set) {
    std::set<double> values;
    for (const Interval& part : set.intervals) {
        values.insert({part.lo, part.hi});
    }
    return values;
}

constexpr std::uint64_t kFloats = std::uint64_t{1} << 32;

/// Calls visit(x, set) for every float that the size of the proof selects.
template <typename Visit>
void for_all_floats(const Eltwise& op, const Visit& visit) {
    const std::uint64_t stride = testing::proof_size("DIFFTEST_PROOF_FLOAT_STRIDE", 1000003);
    constexpr std::size_t kBlock = std::size_t{1} << 18;
    std::vector<double> x;
    for (std::uint64_t bits = 0; bits < kFloats;) {
        x.clear();
        for (; bits < kFloats && x.size() < kBlock; bits += stride) {
            x.push_back(std::bit_cast<float>(static_cast<std::uint32_t>(bits)));
        }
        Chain chain(DataType::f32, x);
        chain.then(op);
        const AllowedTensor sets = chain.sets(testing::granting({Freedom::fused_multiply_add}));
        for (std::size_t i = 0; i < x.size(); ++i) {
            visit(static_cast<float>(x[i]), sets, static_cast<std::int64_t>(i));
        }
    }
}

TEST(AllFloats, CheapFunctionsAreCorrectlyRounded) {
    for (const CheapFunction& function : cheap_functions()) {
        ProofCount proof(function.name, "all floats");
        for_all_floats(function.op, [&](float x, const AllowedTensor& sets, std::int64_t index) {
            if (std::isnan(x)) {
                return;  // what maximum and minimum make of NaN is not specified
            }
            const std::set<double> expected = function.expected(x);
            const bool point = sets.is_point(index) && expected.size() == 1;
            const bool nan = std::isnan(*expected.begin());
            const bool holds = nan     ? sets.at(index).may_be_nan
                               : point ? sets.point(index) == *expected.begin()
                                       : listed(sets.at(index)) == expected;
            if (proof.failed(holds)) {
                ADD_FAILURE() << function.name << "(" << x << ") = " << sets.at(index).to_string();
            }
        });
    }
}

TEST(AllFloats, TheSquareRootIsCorrectlyRounded) {
    ProofCount proof("sqrt", "all floats");
    for_all_floats(Eltwise{EltwiseAlgorithm::sqrt}, [&](float x, const AllowedTensor& sets, std::int64_t index) {
        const bool holds = std::isnan(x) || x < 0 ? sets.at(index).may_be_nan
                                                  : is_rounded_root(static_cast<float>(sets.point(index)), x);
        if (proof.failed(holds)) {
            ADD_FAILURE() << "sqrt(" << x << ") = " << sets.at(index).to_string();
        }
    });
}

}  // namespace
}  // namespace difftest::oracle
