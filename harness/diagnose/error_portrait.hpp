#pragma once

#include "reference/graph/case.hpp"
#include "reference/oracle/oracle.hpp"

#include <string>
#include <vector>

namespace difftest::harness {

/// What wrong elements have in common, for a reader whom no rule of the dictionary helps. Each line is true of every
/// wrong element of the tensor; where nothing is, there is no line.
struct ErrorPortrait {
    std::string tensor;
    /// Where: "3 of 24 elements are wrong", "all of them in channel 16 and behind (the tail of a block of 16)", "only
    /// at the border", "only where x mod 2 is 1", "only in image 1".
    std::vector<std::string> places;
    /// What stands there: "each 128 too large", "each is what belongs one position further in dimension 3", "each is
    /// 0", "each difference is a multiple of 7, the zero point", "what wrapping to s8 gives".
    std::vector<std::string> values;
};

/// One for each output with wrong elements. `outputs` follows Graph::outputs.
std::vector<ErrorPortrait> portraits(const graph::Case& value, const oracle::Evaluation& allowed,
                                     const std::vector<graph::TensorData>& outputs);

}  // namespace difftest::harness
