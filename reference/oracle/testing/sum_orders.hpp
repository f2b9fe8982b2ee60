#pragma once

#include "reference/oracle/testing/draw.hpp"
#include "reference/oracle/testing/exact.hpp"

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstdint>
#include <cstdlib>
#include <set>
#include <vector>

/// Sums of floats in exact arithmetic, each addition rounded by the definition.
namespace difftest::oracle::testing {

namespace detail {

constexpr int kBits = 24;

/// A float as a whole number of units: value = number * 2^exponent.
struct Whole {
    std::int64_t number;
    int exponent;

    explicit Whole(float value) : number(0), exponent(0) {
        number = static_cast<std::int64_t>(std::ldexp(std::frexp(value, &exponent), kBits));
        exponent -= kBits;
    }
};

/// number * 2^exponent to 24 bits, ties to even. Precondition: the result is normal.
inline float rounded(std::int64_t number, int exponent) {
    auto magnitude = static_cast<std::uint64_t>(std::abs(number));
    const int excess = std::max(static_cast<int>(std::bit_width(magnitude)) - kBits, 0);
    if (excess > 0) {
        const std::uint64_t rest = magnitude & ((std::uint64_t{1} << excess) - 1);
        const std::uint64_t half = std::uint64_t{1} << (excess - 1);
        magnitude >>= excess;
        magnitude += rest > half || (rest == half && (magnitude & 1U) != 0) ? 1 : 0;
    }
    const float result = std::ldexp(static_cast<float>(magnitude), exponent + excess);  // exact
    return number < 0 ? -result : result;
}

inline bool is_moderate(float value) {
    return std::fabs(value) > 0x1p-60F && std::fabs(value) < 0x1p60F;
}

}  // namespace detail

/// a + b by the definition. Where the numbers lie within a few dozen binary places it is a sum of whole numbers of the
/// smaller unit, which is rounded to 24 bits; else a sum of rationals.
inline float rounded_sum(float a, float b) {
    constexpr int kMostShift = 62 - detail::kBits;
    if (detail::is_moderate(a) && detail::is_moderate(b)) {
        const detail::Whole n(a);
        const detail::Whole m(b);
        const int unit = std::min(n.exponent, m.exponent);
        if (std::abs(n.exponent - m.exponent) <= kMostShift) {
            return detail::rounded(n.number * (std::int64_t{1} << (n.exponent - unit)) +
                                       m.number * (std::int64_t{1} << (m.exponent - unit)),
                                   unit);
        }
    }
    return round_to_float(Rational(a) + Rational(b));
}

/// a * b by the definition: a product of whole numbers.
inline float rounded_product(float a, float b) {
    if (detail::is_moderate(a) && detail::is_moderate(b)) {
        const detail::Whole n(a);
        const detail::Whole m(b);
        return detail::rounded(n.number * m.number, n.exponent + m.exponent);
    }
    return round_to_float(Rational(a) * Rational(b));
}

/// The results of all orders: a sum is a term, or the sum of two sums that split the terms between them.
inline std::set<float> sums_of_every_order(const std::vector<float>& terms) {
    if (terms.size() == 1) {
        return {terms.front()};
    }
    std::set<float> sums;
    // The subsets that hold the first term, but not all terms.
    for (std::uint32_t mask = 0; mask + 1 < (1U << (terms.size() - 1)); ++mask) {
        std::vector<float> left{terms.front()};
        std::vector<float> right;
        for (std::size_t i = 1; i < terms.size(); ++i) {
            (((mask >> (i - 1)) & 1U) != 0 ? left : right).push_back(terms[i]);
        }
        for (const float a : sums_of_every_order(left)) {
            for (const float b : sums_of_every_order(right)) {
                sums.insert(rounded_sum(a, b));
            }
        }
    }
    return sums;
}

/// The result of one random order. `flush` turns subnormal terms and sums into 0 now and then.
inline float sum_in_random_order(std::vector<float> terms, Draw& draw, bool flush = false) {
    const auto stored = [&](float x) { return flush && std::fabs(x) < 0x1p-126F && draw(0, 1) == 0 ? 0.0F : x; };
    while (terms.size() > 1) {
        const auto last = static_cast<std::int64_t>(terms.size()) - 1;
        std::swap(terms[static_cast<std::size_t>(draw(0, last))], terms.back());
        const float a = stored(terms.back());
        terms.pop_back();
        float& b = terms[static_cast<std::size_t>(draw(0, last - 1))];
        b = stored(rounded_sum(a, stored(b)));
    }
    return terms.front();
}

}  // namespace difftest::oracle::testing
