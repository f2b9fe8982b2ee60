#include "harness/generate/boundary_mode.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>

namespace difftest::harness {
namespace {

constexpr double kLargestWhole = 0x1p28;     // times a float it is exact in f64
constexpr double kLargestTie = 300;          // beyond that every byte is saturated
constexpr double kLeastDistance = 1.25e-4;   // more than is promised: the product rounds
constexpr double kSmallestFactor = 0x1p-60;  // what is behind it shall not become subnormal
constexpr int kMostTries = 32;

std::vector<double> whole_values(std::span<const double> values) {
    std::vector<double> whole;
    std::copy_if(values.begin(), values.end(), std::back_inserter(whole), [](double value) {
        return value != 0 && std::fabs(value) <= kLargestWhole && value == std::nearbyint(value);
    });
    return whole;
}

double drawn_value(ChoiceSource& choices, const std::vector<double>& values) {
    return values[static_cast<std::size_t>(choices.integer(0, std::ssize(values) - 1))];
}

/// The factor that takes `value` to `target`, which has its sign.
float factor_between(FactorUse use, double value, double target) {
    return static_cast<float>(use == FactorUse::multiply ? target / value : value / target);
}

float power_of_two_near(double magnitude) {
    return static_cast<float>(std::exp2(std::round(std::log2(std::clamp(magnitude, 0x1p-30, 0x1p30)))));
}

/// A whole number is an odd one times a power of two; halved once more than that power says, it is a tie.
std::optional<float> tie_factor(ChoiceSource& choices, FactorUse use, const std::vector<double>& whole) {
    std::vector<double> powers;
    for (const double value : whole) {
        double power = 2;
        double odd = std::fabs(value);
        for (; std::fmod(odd, 2) == 0; odd /= 2) {
            power *= 2;
        }
        if (odd / 2 <= kLargestTie) {
            powers.push_back(power);
        }
    }
    if (powers.empty()) {
        return std::nullopt;
    }
    const double power = drawn_value(choices, powers);
    return static_cast<float>(use == FactorUse::multiply ? 1 / power : power);
}

float near_tie_factor(ChoiceSource& choices, FactorUse use, double value) {
    const double target = static_cast<double>(choices.integer(0, 255)) + 0.5;
    const float factor = factor_between(use, std::fabs(value), target);
    const std::int64_t step = choices.integer(-1, 1);
    const float towards = step < 0 ? 0.0F : std::numeric_limits<float>::infinity();
    return step == 0 ? factor : std::nextafterf(factor, towards);
}

/// How near to half way between two integers the values come.
double least_distance(FactorUse use, float factor, const std::vector<double>& whole) {
    double least = 1;
    for (const double value : whole) {
        const double y =
            use == FactorUse::multiply ? value * static_cast<double>(factor) : value / static_cast<double>(factor);
        least = std::min(least, std::fabs(y - std::floor(y) - 0.5));
    }
    return least;
}

std::optional<float> off_boundary_factor(ChoiceSource& choices, FactorUse use, const std::vector<double>& whole,
                                         double magnitude) {
    const CounterRandom random(static_cast<std::uint64_t>(choices.integer(0, (std::int64_t{1} << 32) - 1)), 0);
    for (int attempt = 0; attempt < kMostTries; ++attempt) {
        const double jitter = 0.5 + static_cast<double>(random.at(static_cast<std::uint64_t>(attempt)) >> 40) * 0x1p-24;
        const auto factor = static_cast<float>(magnitude * jitter);
        if (least_distance(use, factor, whole) > kLeastDistance) {
            return factor;
        }
    }
    return std::nullopt;
}

float saturation_factor(ChoiceSource& choices, FactorUse use, double value) {
    constexpr std::array kAbove{126.5, 127.49, 127.5, 127.51, 254.5, 255.49, 255.5, 255.51, 0x1p24, 0x1p31, 1e10};
    constexpr std::array kBelow{-0.5, -0.51, -127.5, -128.49, -128.5, -128.51, -0x1p24, -0x1p31, -1e10};
    const double target = value > 0 ? kAbove[static_cast<std::size_t>(choices.integer(0, std::ssize(kAbove) - 1))]
                                    : kBelow[static_cast<std::size_t>(choices.integer(0, std::ssize(kBelow) - 1))];
    return factor_between(use, value, target);
}

/// The values of a channel of [N, C, ...]; of one factor for all, all of them.
std::vector<double> values_of_channel(const graph::TensorData& data, std::int64_t channel, std::int64_t count) {
    const graph::Shape& shape = data.shape();
    std::int64_t inner = 1;
    for (std::size_t d = 2; d < shape.size(); ++d) {
        inner *= shape[d];
    }
    std::vector<double> values;
    for (std::int64_t i = 0; i < data.size(); ++i) {
        if (count == 1 || i / inner % count == channel) {
            values.push_back(data.at(i));
        }
    }
    return values;
}

}  // namespace

std::string_view name_of(BoundaryMode mode) {
    switch (mode) {
        case BoundaryMode::anywhere: return "anywhere";
        case BoundaryMode::exact: return "exact";
        case BoundaryMode::tie: return "tie";
        case BoundaryMode::near_tie: return "near tie";
        case BoundaryMode::off_boundary: return "off boundary";
        case BoundaryMode::saturation: return "saturation";
    }
    return "?";
}

BoundaryMode draw_boundary_mode(ChoiceSource& choices) {
    return static_cast<BoundaryMode>(choices.weighted({12, 2, 2, 3, 2, 2}));
}

std::optional<float> factor_at_boundary(ChoiceSource& choices, BoundaryMode mode, FactorUse use,
                                        std::span<const double> values, double magnitude) {
    const std::vector<double> whole = whole_values(values);
    if (whole.empty()) {
        return std::nullopt;
    }
    std::optional<float> factor;
    switch (mode) {
        case BoundaryMode::anywhere: break;
        case BoundaryMode::exact: factor = power_of_two_near(magnitude); break;
        case BoundaryMode::tie: factor = tie_factor(choices, use, whole); break;
        case BoundaryMode::near_tie: factor = near_tie_factor(choices, use, drawn_value(choices, whole)); break;
        case BoundaryMode::off_boundary: factor = off_boundary_factor(choices, use, whole, magnitude); break;
        case BoundaryMode::saturation: factor = saturation_factor(choices, use, drawn_value(choices, whole)); break;
    }
    return factor && *factor >= kSmallestFactor ? factor : std::nullopt;
}

std::vector<float> drawn_factors(CaseGrower& grower, graph::TensorId data, FactorUse use, double magnitude,
                                 std::int64_t count) {
    ChoiceSource& choices = grower.choices();
    std::vector<float> factors = grower.factors(magnitude, count, false);
    const BoundaryMode mode = draw_boundary_mode(choices);
    for (std::int64_t channel = 0; mode != BoundaryMode::anywhere && channel < count; ++channel) {
        const std::vector<double> values = values_of_channel(grower.values(data), channel, count);
        float& factor = factors[static_cast<std::size_t>(channel)];
        factor = factor_at_boundary(choices, mode, use, values, magnitude).value_or(factor);
    }
    return factors;
}

}  // namespace difftest::harness
