#pragma once

#include "reference/oracle/allowed_tensor.hpp"

#include <string>
#include <vector>

namespace difftest::harness {

/// What each element may be, in row-major order, as literals of C, C++ and (but for the suffix f) Python.
struct ExpectedRanges {
    std::vector<std::string> lowest;
    std::vector<std::string> highest;
};

/// Where an element may lie in several ranges, the least one that holds them all. Throws NotExpressible where a
/// comparison with numbers cannot say what is allowed: NaN, and floats that may be anything.
ExpectedRanges expected_ranges(const oracle::AllowedTensor& allowed);

}  // namespace difftest::harness
