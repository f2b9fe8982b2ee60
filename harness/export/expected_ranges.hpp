#pragma once

#include "reference/oracle/allowed_tensor.hpp"

#include <string>
#include <vector>

namespace difftest::harness {

/// What each element may be, in row-major order, as literals of C and C++.
struct ExpectedRanges {
    std::vector<std::string> lowest;
    std::vector<std::string> highest;
};

/// Where an element may lie in several ranges, the least one that holds them all. Throws NotExpressible where a
/// comparison with numbers cannot say what is allowed: NaN, and floats that may be anything.
ExpectedRanges expected_ranges(const oracle::AllowedTensor& allowed);

/// "[0.5, inf]", from literals of C.
std::string python_list(const std::vector<std::string>& literals);

}  // namespace difftest::harness
