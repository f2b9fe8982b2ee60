#include "reference/oracle/accumulator_freedoms.hpp"
#include "reference/oracle/broken_accumulators.hpp"
#include "reference/oracle/float_contraction.hpp"
#include "reference/oracle/sloppy_products.hpp"
#include "reference/oracle/wide_operands.hpp"

#include <fmt/format.h>

#include <cstdlib>
#include <utility>

// Convolution, deconvolution, inner product and matmul (semantics, section 2.2) of integers with zero points zx, zw and
// an s32 bias b:
//
//   convolution     acc[n, o, p] = b[o] + sum_{i, k} (x[n, i, p*s - pad + k*d] - zx[i]) * (w[o, i, k] - zw[o])
//   deconvolution   acc[n, o, p] = b[o] + sum_{i, k : p + pad - k*d = q*s} (x[n, i, q] - zx[i]) * (w[o, i, k] - zw[o])
//   inner product   acc[n, o] = b[o] + sum_{i, q} (x[n, i, q] - zx[i]) * (w[o, i, q] - zw[o])
//   matmul          acc[..., m, n] = b[n] + sum_k (a[..., m, k] - za) * (b[..., k, n] - zb[n])
//
// Taps outside the input, and the holes between the strides of a deconvolution, contribute real zero: they are left
// out. The accumulator is an exact integer. What may differ is how a backend brings it to f32 (freedoms F5, F9, F14).

namespace difftest::oracle {
namespace {

AllowedTensor points_of(const IntegerOperands& operands, const std::vector<std::int64_t>& acc) {
    const graph::Tensor& output = operands.context.tensor(operands.node.output);
    const std::vector<std::int64_t> magnitudes = operands.magnitudes();
    const std::vector<std::int64_t> biases = operands.biases();
    std::vector<double> points(acc.size());
    std::vector<std::int64_t> overflowing;
    operands.contraction.for_each_result([&](std::int64_t index, std::int64_t channel) {
        const auto i = static_cast<std::size_t>(index);
        const std::int64_t bias = biases[static_cast<std::size_t>(channel)];
        points[i] = static_cast<double>(acc[i] + bias);
        if (std::abs(acc[i]) > kLargestS32 || std::abs(acc[i] + bias) > kLargestS32) {
            overflowing.push_back(index);
        } else if (!magnitudes.empty() && magnitudes[i] + std::abs(bias) > kLargestS32) {
            ++operands.context.metrics.overflow_sensitive;
        }
    });
    AllowedTensor result(output.type, output.shape, std::move(points));
    for (const std::int64_t index : overflowing) {
        operands.context.note(fmt::format("node {}: the s32 accumulator overflows", operands.node.name));
        result.set(index, {{}, false, true});
    }
    return result;
}

}  // namespace

AllowedTensor evaluate_contraction(const Context& context, graph::NodeId id, RealView& real_view) {
    if (!graph::is_integer(context.tensor(context.node(id).output).type)) {
        return evaluate_float_contraction(context, id);
    }
    const IntegerOperands operands(context, id);
    std::vector<std::int64_t> acc = operands.accumulate();
    if (context.rules.any_broken_at(id)) {
        break_accumulators(operands, acc);
    }
    AllowedTensor result = points_of(operands, acc);
    widen_by_operands(operands, result);
    exclude_sloppy_elements(operands, result);
    fill_real_view(operands, acc, result, real_view);
    allow_rounded_results(operands, real_view, result);
    return result;
}

}  // namespace difftest::oracle
