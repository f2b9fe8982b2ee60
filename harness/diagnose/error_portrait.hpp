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
    /// Where: "3 of 24 judged elements are wrong", "only channel 16 and behind: the tail of a block of 16", "only
    /// image 1 of 2", "only where the position in dimension 2 modulo 2 is 1", "only at the border: ...".
    std::vector<std::string> places;
    /// What stands there: "each is 128 too large", "each is what belongs 1 further in dimension 3", "each is 0", "each
    /// difference is a multiple of 7, a zero point".
    std::vector<std::string> values;
};

/// One for each output with wrong elements. `outputs` follows Graph::outputs.
std::vector<ErrorPortrait> portraits(const graph::Case& value, const oracle::Evaluation& allowed,
                                     const std::vector<graph::TensorData>& outputs);

}  // namespace difftest::harness
