#pragma once

#include "reference/oracle/context.hpp"

#include <functional>

namespace difftest::oracle {

/// Freedom F10: adds what a quantize node may yield when it, the convolution, deconvolution, inner product or matmul
/// before it (read by nothing else) and the dequantize nodes of its operands are computed in integers:
///
///   acc = sum (x - zx) * (w - zw) + bias
///   quantize(acc * M),  M = sx * sw / sy                                rounded to f32 after each operation
///   quantize((acc * S + b) / sy),  S = sx * sw                          b: a bias that is no integer of the scale S
///
/// F1 lets the products associate, F3 divides by multiplication. Scales and zero points must be constants; x has one
/// scale, w one or one for each output channel.
void add_integer_rewriting(const Context& context, graph::NodeId id, AllowedTensor& result,
                           const std::function<AllowedTensor(const Context&, graph::NodeId)>& evaluate_node);

}  // namespace difftest::oracle
