// The exact search against a scan that visits every accumulator: around zero and at both ends in every run of the
// tests, all 2^32 of them with DIFFTEST_FULL_SCAN=1 (some 15 minutes of one core).
#include "reference/quantize/requantize_steps.hpp"

#include <gtest/gtest.h>

#include <cstdlib>
#include <optional>
#include <string>
#include <vector>

namespace difftest::quantize {
namespace {

constexpr std::int32_t kLowest = std::numeric_limits<std::int32_t>::min();
constexpr std::int32_t kHighest = std::numeric_limits<std::int32_t>::max();

std::optional<Requantizer> made(RequantizeRule rule, double multiplier, const RequantizeTarget& target) {
    try {
        return Requantizer(rule, multiplier, target);
    } catch (const std::invalid_argument&) {
        return std::nullopt;
    }
}

/// The number of accumulators at which the staircase is not what the rule says, or the rule decreases.
std::int64_t wrong_in_scan(const Requantizer& rule, const AccumulatorRange& range) {
    std::int64_t wrong = 0;
    std::int64_t next = range.first;
    std::int32_t before = kLowest;
    for (const Step& step : steps_of(rule, range)) {
        wrong += step.range.first == next ? 0 : 1;
        for (std::int64_t x = step.range.first; x <= step.range.last; ++x) {
            const std::optional<std::int32_t> level = rule.level(static_cast<std::int32_t>(x));
            const bool same = level ? step.stored == rule.stored(*level) : !step.stored;
            wrong += same && (!level || *level >= before) ? 0 : 1;
            before = level.value_or(before);
        }
        next = std::int64_t{step.range.last} + 1;
    }
    return wrong + (next == std::int64_t{range.last} + 1 ? 0 : 1);
}

TEST(RequantizeSteps, AreWhatAScanFinds) {
    const double multipliers[] = {0.25, 0x1p-7, 0.0018843, 0.0340026, 0.007247427341846, 0x1.FFFFFEp-1, 1, 1.7, 100.3};
    std::int64_t scanned = 0;
    for (const RequantizeRuleEntry& entry : requantize_rules()) {
        for (const double multiplier : multipliers) {
            for (const RequantizeTarget& target : {RequantizeTarget{-128, 127, 3}, RequantizeTarget{0, 255, 100}}) {
                if (const auto rule = made(entry.rule, multiplier, target)) {
                    for (const AccumulatorRange& range :
                         {AccumulatorRange{-4000, 4000}, AccumulatorRange{kLowest, kLowest + 2000},
                          AccumulatorRange{kHighest - 2000, kHighest}}) {
                        EXPECT_EQ(wrong_in_scan(*rule, range), 0) << entry.name << " " << multiplier;
                        ++scanned;
                    }
                }
            }
        }
    }
    EXPECT_GT(scanned, 16 * 5 * 2 * 3);
}

TEST(RequantizeSteps, AreWhatAScanOfEveryAccumulatorFinds) {
    if (std::getenv("DIFFTEST_FULL_SCAN") == nullptr) {
        GTEST_SKIP() << "DIFFTEST_FULL_SCAN is not set";
    }
    for (const RequantizeRuleEntry& entry : requantize_rules()) {
        const bool cast = entry.rule == RequantizeRule::shift_cast;
        const Requantizer rule(entry.rule, cast ? 0x1p-7 : 0.0018843, {0, 255, cast ? 0 : 77});
        const std::int64_t wrong = wrong_in_scan(rule, {});
        EXPECT_EQ(wrong, 0) << entry.name;
        std::printf("full scan|%s|4294967296 accumulators|%lld wrong\n", std::string(entry.name).c_str(),
                    static_cast<long long>(wrong));
        std::fflush(stdout);
    }
}

TEST(RequantizeSteps, ADifferenceIsCountedByHand) {
    // x / 4, ties up or to even, over -8..8: they differ at -6 (-1 against -2), 2 (1 against 0); -2, 6 and 10/4 agree.
    const RequantizeTarget target{-128, 127, 0};
    const AccumulatorRange range{-8, 8};
    const Requantizer up(RequantizeRule::tvm_upward, 0.25, target);
    const Requantizer even(RequantizeRule::floating, 0.25, target);
    const RequantizeDifference difference = difference_of(steps_of(up, range), steps_of(even, range), target);
    EXPECT_EQ(difference.accumulators, 17);
    EXPECT_EQ(difference.differing, 2);
    EXPECT_EQ(difference.moving, 17);
    EXPECT_EQ(difference.undefined, 0);
    EXPECT_EQ(difference.largest_distance, 1);
    EXPECT_EQ(difference.largest_at, 2);
    EXPECT_EQ(difference.smallest, 2);
    ASSERT_EQ(difference.runs.size(), 2U);
    EXPECT_EQ(difference.runs[0].range.first, -6);
    EXPECT_EQ(difference.runs[0].range.last, -6);
    EXPECT_EQ(difference.runs[0].a, -1);
    EXPECT_EQ(difference.runs[0].b, -2);
    EXPECT_EQ(difference.runs[1].range.first, 2);
}

TEST(RequantizeSteps, TheUnsignedCastOfTheFoundingDocument) {
    // Every negative level differs: a < -64 in the form (a + 64) >> 7. Saturated to -127, the cast stores 129, the
    // saturating store 0; at the first negative level, -1, it is 255 against 0. Above 127 the clip holds: 127 against
    // up to 255.
    const RequantizeTarget target{0, 255, 0};
    const Requantizer cast(RequantizeRule::shift_cast, 0x1p-7, target);
    const Requantizer saturating(RequantizeRule::shift, 0x1p-7, target);
    const RequantizeDifference difference = difference_of(steps_of(cast, {}), steps_of(saturating, {}), target);
    EXPECT_EQ(difference.undefined, 64);  // a + 64 overflows
    EXPECT_EQ(difference.smallest, -65);
    EXPECT_EQ(difference.largest_distance, 255);
    EXPECT_EQ(difference.largest_at, -65);
    // All below -64, and from 127 * 128 + 64 on up to the overflow.
    EXPECT_EQ(difference.differing, (std::int64_t{1} << 31) - 64 + ((std::int64_t{1} << 31) - 64 - (127 * 128 + 64)));
}

}  // namespace
}  // namespace difftest::quantize
