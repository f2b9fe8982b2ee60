// What each mode promises, with exact arithmetic: a whole number below 2^28 times a float fits in the 53 bits of a
// double, and so does a float times a half number below 2^9.
#include "harness/generate/boundary_mode.hpp"

#include "harness/generate/random_case.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <map>
#include <set>

namespace difftest::harness {
namespace {

constexpr std::array kUses{FactorUse::multiply, FactorUse::divide};

/// Sums of products as they come: small and large ones of both signs, 0 and one that is no whole number.
std::vector<double> some_values(std::uint64_t seed) {
    const CounterRandom random(seed, 0);
    std::vector<double> values{0, 0.25};
    for (std::uint64_t i = 0; i < 40; ++i) {
        values.push_back(static_cast<double>(random.integer_at(i, -20000, 20000)));
    }
    return values;
}

/// Calls check(values, factor) for many draws in which the mode gives a factor; returns how many there were.
template <class Check>
int for_each_factor(BoundaryMode mode, FactorUse use, const Check& check) {
    int given = 0;
    for (std::uint64_t index = 0; index < 200; ++index) {
        CounterChoices choices(5, index);
        const std::vector<double> values = some_values(index);
        const double magnitude = use == FactorUse::multiply ? 0.01 : 100;
        if (const auto factor = factor_at_boundary(choices, mode, use, values, magnitude)) {
            EXPECT_GT(*factor, 0);
            check(values, static_cast<double>(*factor));
            ++given;
        }
    }
    return given;
}

/// |value / factor - target| * factor or |value * factor - target|, without rounding.
double distance(FactorUse use, double value, double factor, double target) {
    return std::fabs(use == FactorUse::multiply ? value * factor - target : value - factor * target);
}

bool is_power_of_two(double value) {
    int exponent = 0;
    return std::frexp(value, &exponent) == 0.5;
}

TEST(BoundaryMode, ExactFactorsArePowersOfTwo) {
    for (const FactorUse use : kUses) {
        EXPECT_EQ(for_each_factor(BoundaryMode::exact, use,
                                  [](const auto&, double factor) { EXPECT_TRUE(is_power_of_two(factor)); }),
                  200);
    }
}

TEST(BoundaryMode, ATieIsExactlyHalfWay) {
    for (const FactorUse use : kUses) {
        const int given = for_each_factor(BoundaryMode::tie, use, [&](const auto& values, double factor) {
            EXPECT_TRUE(is_power_of_two(factor));
            const auto is_tie = [&](double value) {
                const double y = use == FactorUse::multiply ? value * factor : value / factor;
                return value != 0.25 && y - std::floor(y) == 0.5 && std::fabs(y) <= 300;
            };
            EXPECT_TRUE(std::any_of(values.begin(), values.end(), is_tie)) << factor;
        });
        EXPECT_GT(given, 150);
    }
}

/// n + 1/2 up to a relative 2^-22: half a unit in the last place of the factor, and one more.
TEST(BoundaryMode, ANearTieIsAsNearAsFloatsCanSay) {
    std::map<bool, int> exactly;
    for (const FactorUse use : kUses) {
        const int given = for_each_factor(BoundaryMode::near_tie, use, [&](const auto& values, double factor) {
            double least = 1;
            for (const double value : values) {
                const double y = std::fabs(use == FactorUse::multiply ? value * factor : value / factor);
                const double target = std::floor(y) + 0.5;
                const double unit = use == FactorUse::multiply ? target : target * factor;
                least = value == 0 || value == 0.25 || y > 300
                            ? least
                            : std::min(least, distance(use, std::fabs(value), factor, target) / unit);
            }
            EXPECT_LE(least, 0x1p-22);
            ++exactly[least == 0];
        });
        EXPECT_EQ(given, 200);
    }
    EXPECT_GT(exactly[false], 300) << "most are beside the tie";
}

TEST(BoundaryMode, OffTheBoundaryNothingIsNearATie) {
    for (const FactorUse use : kUses) {
        const int given = for_each_factor(BoundaryMode::off_boundary, use, [&](const auto& values, double factor) {
            for (const double value : values) {
                const double y = use == FactorUse::multiply ? value * factor : value / factor;
                const double target = std::floor(y) + 0.5;
                const double unit = use == FactorUse::multiply ? 1 : factor;
                EXPECT_TRUE(value == 0.25 || distance(use, value, factor, target) >= 1e-4 * unit) << value;
            }
        });
        EXPECT_GT(given, 150);
    }
}

TEST(BoundaryMode, SaturationMeetsAnEndOfAType) {
    std::set<double> met;
    for (const FactorUse use : kUses) {
        EXPECT_EQ(for_each_factor(
                      BoundaryMode::saturation, use,
                      [&](const auto& values, double factor) {
                          bool found = false;
                          for (const double target :
                               {126.5, 127.49, 127.5, 127.51, 254.5,   255.49, 255.5,   255.51,  0x1p24,  0x1p31,
                                1e10,  -0.5,   -0.51, -127.5, -128.49, -128.5, -128.51, -0x1p24, -0x1p31, -1e10}) {
                              const double unit = use == FactorUse::multiply ? 1 : factor;
                              for (const double value : values) {
                                  // Half a unit in the last place of the factor, which is 2^-24 of it.
                                  if (distance(use, value, factor, target) <= std::fabs(target) * unit * 0x1p-24) {
                                      found = true;
                                      met.insert(target);
                                  }
                              }
                          }
                          EXPECT_TRUE(found) << factor;
                      }),
                  200);
    }
    EXPECT_GT(met.size(), 15U);
}

TEST(BoundaryMode, WithoutWholeNumbersThereIsNone) {
    CounterChoices choices(1, 1);
    const std::vector<double> values{0, 0.5, -3.25, std::nan(""), HUGE_VAL};
    for (int mode = 0; mode < kBoundaryModes; ++mode) {
        EXPECT_FALSE(factor_at_boundary(choices, static_cast<BoundaryMode>(mode), FactorUse::multiply, values, 1));
    }
}

TEST(BoundaryMode, EveryModeIsDrawn) {
    std::set<std::string_view> names;
    for (std::uint64_t index = 0; index < 300; ++index) {
        CounterChoices choices(2, index);
        names.insert(name_of(draw_boundary_mode(choices)));
    }
    EXPECT_EQ(std::ssize(names), kBoundaryModes);
}

}  // namespace
}  // namespace difftest::harness
