#pragma once

#include "reference/oracle/testing/draw.hpp"
#include "reference/oracle/testing/exact.hpp"

#include <set>
#include <vector>

/// Sums of floats in exact arithmetic, each addition rounded by the definition.
namespace difftest::oracle::testing {

inline float rounded_sum(float a, float b) {
    return round_to_float(Rational(a) + Rational(b));
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
