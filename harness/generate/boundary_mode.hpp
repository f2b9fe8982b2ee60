#pragma once

#include "harness/generate/case_grower.hpp"

#include <cstdint>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

namespace difftest::harness {

/// Where a factor takes the values of a tensor, seen from the borders between integers (semantics, section 3.6).
enum class BoundaryMode : std::uint8_t {
    anywhere,
    exact,         ///< a power of two: no product is rounded
    tie,           ///< a power of two that takes a value exactly half way between two integers
    near_tie,      ///< takes a value as near to half way as f32 can say, or exactly there
    off_boundary,  ///< takes no value nearer than 1e-4 to half way
    saturation,    ///< takes a value to an end of an integer type, just inside or outside, or far beyond
};
inline constexpr int kBoundaryModes = static_cast<int>(BoundaryMode::saturation) + 1;

std::string_view name_of(BoundaryMode mode);

BoundaryMode draw_boundary_mode(ChoiceSource& choices);

/// Whether values are multiplied by a factor or divided by it.
enum class FactorUse : std::uint8_t { multiply, divide };

/// A positive factor for these values, of about `magnitude` where the mode leaves it open. Nothing where the mode
/// cannot be had: no value is a whole number other than 0, or none has so few bits that a tie stays small.
std::optional<float> factor_at_boundary(ChoiceSource& choices, BoundaryMode mode, FactorUse use,
                                        std::span<const double> values, double magnitude);

/// Factors for a tensor, one or one for each channel, all in one mode that is drawn; those that the mode cannot give
/// are anywhere near the magnitude.
std::vector<float> drawn_factors(CaseGrower& grower, graph::TensorId data, FactorUse use, double magnitude,
                                 std::int64_t count);

}  // namespace difftest::harness
