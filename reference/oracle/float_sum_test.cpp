// Sums of floats in any order against exact rational arithmetic.
#include "reference/oracle/aggregate.hpp"
#include "reference/oracle/testing/proof.hpp"
#include "reference/oracle/testing/sum_orders.hpp"

#include <gtest/gtest.h>

namespace difftest::oracle {
namespace {

using testing::Draw;
using testing::elements_to_check;
using testing::power_of_two;
using testing::Rational;
using testing::sum_in_random_order;
using testing::sums_of_every_order;

std::vector<Interval> points(const std::vector<float>& terms) {
    std::vector<Interval> result;
    for (const float term : terms) {
        result.push_back({term, term});
    }
    return result;
}

std::vector<float> random_terms(Draw& draw, std::int64_t count, int least_exponent, int greatest_exponent) {
    std::vector<float> terms;
    for (std::int64_t i = 0; i < count; ++i) {
        terms.push_back(draw.real(least_exponent, greatest_exponent));
    }
    return terms;
}

std::set<float> values_of(const AllowedSet& set) {
    std::set<float> values;
    for (const Interval& part : set.intervals) {
        EXPECT_EQ(part.lo, part.hi);
        values.insert(static_cast<float>(part.lo));
    }
    return values;
}

TEST(FloatSum, UpToFourTermsHaveExactlyTheResultsOfEveryOrder) {
    Draw draw(1);
    testing::ProofCount proof("f32 sums of up to four terms, every order", "any order");
    for (std::size_t n = 0; n < elements_to_check(3000); ++n, proof.add(1)) {
        const std::vector<float> terms = random_terms(draw, draw(1, 4), -4, 8);
        EXPECT_EQ(values_of(sums_in_any_order(points(terms), false)), sums_of_every_order(terms));
    }
}

TEST(FloatSum, LongerSumsHoldEveryOrderAndEndAtTheBound) {
    Draw draw(2);
    testing::ProofCount proof("f32 sums of up to 60 terms, random orders", "any order");
    for (std::size_t n = 0; n < elements_to_check(1000); ++n, proof.add(1)) {
        const std::vector<float> terms = random_terms(draw, draw(5, 60), -6, 10);
        const AllowedSet set = sums_in_any_order(points(terms), false);
        Rational sum = 0;
        Rational magnitude = 0;
        for (const float term : terms) {
            sum += Rational(term);
            magnitude += abs(Rational(term));
        }
        for (int order = 0; order < 5; ++order) {
            EXPECT_TRUE(set.contains(sum_in_random_order(terms, draw)));
        }
        // To add zero is exact: such terms do not count.
        const auto zeros = std::count(terms.begin(), terms.end(), 0.0F);
        const Rational bound = magnitude * power_of_two(-24) * Rational(static_cast<long>(terms.size()) - zeros - 1);
        const auto lo = static_cast<float>(set.intervals.front().lo);
        const auto hi = static_cast<float>(set.intervals.front().hi);
        // No end lies beyond the bound by more than the slack of the oracle's double arithmetic.
        const Rational slack = magnitude * power_of_two(-40);
        EXPECT_GE(Rational(lo), sum - bound - slack);
        EXPECT_LE(Rational(hi), sum + bound + slack);
        if (lo != hi) {  // a point where no order rounds
            EXPECT_LT(Rational(std::nextafterf(lo, -INFINITY)), sum - bound);
            EXPECT_GT(Rational(std::nextafterf(hi, INFINITY)), sum + bound);
        }
    }
}

TEST(FloatSum, MultiplesOfAPowerOfTwoAreExactInAnyOrder) {
    Draw draw(3);
    testing::ProofCount proof("f32 sums of multiples", "any order");
    for (std::size_t n = 0; n < elements_to_check(1000); ++n, proof.add(1)) {
        std::vector<float> terms;
        double sum = 0;
        for (std::int64_t i = draw(1, 100); i > 0; --i) {
            terms.push_back(static_cast<float>(draw(-1000000, 1000000)) / 8 / 8);  // at most 1.6e6 grid steps of 1/64
            sum += terms.back();
        }
        if (terms.size() <= 16) {  // 16 * 1e6 < 2^24
            EXPECT_EQ(values_of(sums_in_any_order(points(terms), false)), (std::set<float>{static_cast<float>(sum)}));
        } else {
            EXPECT_TRUE(sums_in_any_order(points(terms), false).contains(sum_in_random_order(terms, draw)));
        }
    }
}

TEST(FloatSum, IntervalsHoldTheSumsOfTheirMembers) {
    Draw draw(4);
    testing::ProofCount proof("f32 sums of intervals", "any order");
    for (std::size_t n = 0; n < elements_to_check(2000); ++n, proof.add(1)) {
        std::vector<Interval> terms;
        for (std::int64_t i = draw(1, 12); i > 0; --i) {
            const float a = draw.real(-3, 6);
            const float b = draw(0, 2) == 0 ? draw.real(-3, 6) : a;
            terms.push_back({std::min(a, b), std::max(a, b)});
        }
        const AllowedSet set = sums_in_any_order(terms, false);
        for (int choice = 0; choice < 5; ++choice) {
            std::vector<float> members;
            for (const Interval& term : terms) {
                const auto lo = static_cast<float>(term.lo);
                const auto hi = static_cast<float>(term.hi);
                const float inside = lo + (hi - lo) * 0.25F;
                const std::int64_t which = draw(0, 2);
                members.push_back(which == 0 ? lo : which == 1 ? hi : std::min(std::max(inside, lo), hi));
            }
            EXPECT_TRUE(set.contains(sum_in_random_order(members, draw)));
        }
    }
}

TEST(FloatSum, SubnormalNumbersMayBecomeZero) {
    Draw draw(5);
    testing::ProofCount proof("f32 sums of subnormals", "F7");
    for (std::size_t n = 0; n < elements_to_check(1000); ++n, proof.add(1)) {
        const std::vector<float> terms = random_terms(draw, draw(1, 8), -140, -122);
        const AllowedSet set = sums_in_any_order(points(terms), true);
        for (int order = 0; order < 5; ++order) {
            EXPECT_TRUE(set.contains(sum_in_random_order(terms, draw, true)));
        }
    }
}

TEST(FloatSum, InfinitiesAndOverflow) {
    constexpr float kInfinity = std::numeric_limits<float>::infinity();
    constexpr float kLargest = std::numeric_limits<float>::max();
    EXPECT_EQ(sums_in_any_order(points({1, kInfinity, kInfinity}), false).to_string(), "{inf}");
    EXPECT_EQ(sums_in_any_order(points({1, -kInfinity}), false).to_string(), "{-inf}");
    EXPECT_EQ(sums_in_any_order(points({kInfinity, -kInfinity}), false).to_string(), "{nan}");
    EXPECT_TRUE(sums_in_any_order(points({kLargest, kLargest, -kLargest}), false).unconstrained);
}

}  // namespace
}  // namespace difftest::oracle
