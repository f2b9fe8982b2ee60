#pragma once

#include "reference/graph/operations.hpp"

namespace difftest::graph {

/// True for the functions whose f32 result is only known up to an error: exp, log, tanh, logistic, elu, gelu_tanh,
/// gelu_erf, swish, mish, soft_relu, pow. All others are a few operations that IEEE 754 rounds correctly.
constexpr bool is_transcendental(EltwiseAlgorithm algorithm) {
    switch (algorithm) {
        case EltwiseAlgorithm::exp:
        case EltwiseAlgorithm::log:
        case EltwiseAlgorithm::tanh:
        case EltwiseAlgorithm::logistic:
        case EltwiseAlgorithm::elu:
        case EltwiseAlgorithm::gelu_tanh:
        case EltwiseAlgorithm::gelu_erf:
        case EltwiseAlgorithm::swish:
        case EltwiseAlgorithm::mish:
        case EltwiseAlgorithm::soft_relu:
        case EltwiseAlgorithm::pow: return true;
        default: return false;
    }
}

}  // namespace difftest::graph
