#pragma once

#include "reference/graph/operations.hpp"

#include <cstddef>
#include <string>
#include <vector>

/// The transcendental functions in 640-bit arithmetic (MPFR), written from their definitions (semantics, section
/// 1.3.1) and sharing nothing with the oracle.
namespace difftest::oracle::testing {

struct ExactValue {
    float nearest = 0;           ///< the correctly rounded result
    double value = 0;            ///< rounded to binary64
    bool near_midpoint = false;  ///< within 2^-39, relative, of where the rounding to f32 changes
};

ExactValue exact_value(const graph::Eltwise& op, float x);

/// A function with the parameters that the proofs use.
struct Subject {
    std::string name;
    graph::Eltwise op;
};

std::vector<Subject> transcendental_subjects();

/// Arguments over all exponents and over the range where the functions live, the tails, and the neighbours of zero, of
/// the overflow limits and of `special`.
std::vector<double> proof_arguments(const std::vector<double>& special, std::size_t count, unsigned seed);

}  // namespace difftest::oracle::testing
