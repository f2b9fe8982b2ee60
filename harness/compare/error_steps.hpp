#pragma once

#include "reference/graph/data_type.hpp"
#include "reference/oracle/allowed_set.hpp"

#include <string>
#include <string_view>

/// How far a value lies outside its allowed set, in steps of its own type, so that errors of different sizes and types
/// can be put into one table.
namespace difftest::harness {

/// Integer types: the distance to the nearest allowed value in LSB. Floating types: in ulp of the nearest allowed
/// value, the spacing of the type's numbers in that value's binade, and never less than the spacing of subnormals.
/// 0 inside; infinite where either of the two is not finite.
double error_steps(const oracle::AllowedSet& allowed, double got, graph::DataType type);

/// Distances are counted by powers of two: the smallest b >= 0 with steps <= 2^b, so that 0 holds (0, 1], 1 holds (1,
/// 2], 2 holds (2, 4]; kNotFinite for an infinite distance. Precondition: steps > 0.
int bucket_of(double steps);

inline constexpr int kNotFinite = 4096;  ///< beyond every exponent of a double

/// What a bucket holds: "up to 1 LSB", "up to 4 LSB", "up to 2^20 ulp", "not finite".
std::string bucket_text(int bucket, std::string_view unit);

}  // namespace difftest::harness
