#pragma once

#include "reference/graph/operations.hpp"

namespace difftest::oracle {

/// How far a result may lie from the exact f(x) = `f`, both finite, when the functions of the oneDNN injectors compute
/// it (freedom F8). The numbers are measured (semantics, section 1.3.2) and the committed margin is a quarter; what
/// alpha adds is derived in the source. Infinite when an intermediate result overflows. To first order: the caller adds
/// the products of errors.
double onednn_error(const graph::Eltwise& op, double x, double f);

/// The same when the C library computes it (freedom F8c), with the same margin; negative where F8c grants nothing.
double library_error(const graph::Eltwise& op, double f);

/// The same for what oneDNN 3 computes in another way on AVX-512: gelu_erf, by a table of minimax polynomials. Negative
/// for every other function.
double onednn3_error(const graph::Eltwise& op, double f);

/// onednn_error jumps where |f| passes this level; 0 when it does not.
double onednn_error_jump(const graph::Eltwise& op);

/// The greater of the errors on both sides of the jump, at most; that of onednn3_error, too, where it is asked for.
double onednn_error_at_jump(const graph::Eltwise& op, bool also_onednn3 = false);

/// The same for OpenCL C in the full profile (freedom F6), for these forms of the functions, with or without fused
/// multiply-add: the built-in exp, log, tanh and pow; logistic 1 / (1 + exp(-x)); swish and gelu_tanh as a product with
/// the logistic function or x / (1 + exp(-g)); elu alpha * expm1(x); gelu_erf 0.5 x (1 + erf) or 0.5 x erfc; mish
/// x * tanh(log1p(exp(x))); soft_relu log1p(exp(alpha x)) / alpha. `flush`: intermediate results may be flushed (F7).
double opencl_error(const graph::Eltwise& op, double x, double f, bool flush);

}  // namespace difftest::oracle
