#pragma once

#include "reference/graph/data_type.hpp"
#include "reference/oracle/allowed_set.hpp"

#include <cstdint>
#include <string>
#include <vector>

namespace difftest::harness {

/// A value of the type as the shortest text that reads back to it: "28", "0.11111111", "inf", "nan".
std::string value_text(double value, graph::DataType type);

/// An allowed set of that type: "28", "27..28", "1.5..1.5000001", "27 or 30", "anything"; "or nan" where NaN is
/// allowed.
std::string set_text(const oracle::AllowedSet& set, graph::DataType type);

/// "[0,3,1,2]"
std::string coordinates_text(const std::vector<std::int64_t>& coordinates);

}  // namespace difftest::harness
