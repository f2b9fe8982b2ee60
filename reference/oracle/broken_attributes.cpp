#include "reference/oracle/broken_node.hpp"
#include "reference/oracle/broken_values.hpp"
#include "reference/quantize/rounding.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

// Faults in the attributes of a node as the kernel gets them.

namespace difftest::oracle {
namespace {

/// The 8-bit type in which the result of a clip ends, when its reader or the clip's own input is of one.
graph::DataType narrow_type(BrokenNode& node) {
    const Context& context = node.context();
    for (const graph::NodeId reader : context.graph().consumers_of(context.node(node.id()).output)) {
        const graph::DataType type = context.tensor(context.node(reader).output).type;
        if (type == graph::DataType::u8 || type == graph::DataType::s8) {
            return type;
        }
    }
    return node.tensor(0).type;
}

void break_eltwise(BrokenNode& node, graph::Eltwise& eltwise) {
    if (node.broken(Deviation::clip_bounds_wrapped)) {
        const graph::DataType type = narrow_type(node);
        const auto wrapped = [type](float bound) {
            return std::fabs(bound) < 0x1p62F && graph::is_integer(type)
                       ? static_cast<float>(quantize::wrap(std::trunc(bound), type))
                       : bound;
        };
        eltwise.alpha = wrapped(eltwise.alpha);
        eltwise.beta = wrapped(eltwise.beta);
    }
    if (node.broken(Deviation::infinite_bound_loses_sign)) {
        eltwise.alpha = std::isinf(eltwise.alpha) ? std::fabs(eltwise.alpha) : eltwise.alpha;
        eltwise.beta = std::isinf(eltwise.beta) ? std::fabs(eltwise.beta) : eltwise.beta;
    }
    if (node.broken(Deviation::constants_with_six_decimals)) {
        eltwise.alpha = with_six_decimals(eltwise.alpha);
        eltwise.beta = with_six_decimals(eltwise.beta);
    }
}

graph::BinaryAlgorithm with_other_boundary(graph::BinaryAlgorithm algorithm) {
    using graph::BinaryAlgorithm;
    switch (algorithm) {
        case BinaryAlgorithm::greater: return BinaryAlgorithm::greater_equal;
        case BinaryAlgorithm::greater_equal: return BinaryAlgorithm::greater;
        case BinaryAlgorithm::less: return BinaryAlgorithm::less_equal;
        case BinaryAlgorithm::less_equal: return BinaryAlgorithm::less;
        default: return algorithm;
    }
}

template <class Op>
void exchange_site(Op& op) {
    op.zero_point_site = op.zero_point_site == graph::ZeroPointSite::after_rounding
                             ? graph::ZeroPointSite::before_rounding
                             : graph::ZeroPointSite::after_rounding;
}

/// The data of a pooling with its padding as elements of the value 0.
AllowedTensor padded_with_zero(const AllowedTensor& data, const graph::Pooling& pooling) {
    graph::Shape shape = data.shape();
    for (std::size_t d = 0; d < pooling.kernel.size(); ++d) {
        shape[2 + d] += pooling.pads_begin[d] + pooling.pads_end[d];
    }
    const std::vector<std::int64_t> strides = graph::row_major_strides(data.shape());
    AllowedTensor result(data.type(), shape);
    for (std::int64_t i = 0; i < result.size(); ++i) {
        const std::vector<std::int64_t> at = graph::coordinates_of(i, shape);
        std::int64_t source = at[0] * strides[0] + at[1] * strides[1];
        bool inside = true;
        for (std::size_t d = 0; d < pooling.kernel.size(); ++d) {
            const std::int64_t position = at[2 + d] - pooling.pads_begin[d];
            inside = inside && position >= 0 && position < data.shape()[2 + d];
            source += position * strides[2 + d];
        }
        if (inside) {
            result.set(i, data.at(source));
        }
    }
    return result;
}

void break_pooling(BrokenNode& node, graph::Pooling& pooling) {
    using graph::PoolingAlgorithm;
    if (node.broken(Deviation::average_divisor_exchanged)) {
        pooling.algorithm = pooling.algorithm == PoolingAlgorithm::average_include_padding
                                ? PoolingAlgorithm::average_exclude_padding
                                : PoolingAlgorithm::average_include_padding;
    }
    if (node.broken(Deviation::maximum_padded_with_zero)) {
        node.replace(0, padded_with_zero(node.operand(0), pooling));
        std::fill(pooling.pads_begin.begin(), pooling.pads_begin.end(), 0);
        std::fill(pooling.pads_end.begin(), pooling.pads_end.end(), 0);
    }
}

}  // namespace

void break_attributes(BrokenNode& node) {
    if (auto* convert = node.is<graph::Convert>();
        convert != nullptr && node.broken(Deviation::saturated_instead_of_wrapped)) {
        convert->overflow = graph::Overflow::saturate;
    }
    if (auto* eltwise = node.is<graph::Eltwise>()) {
        break_eltwise(node, *eltwise);
    }
    if (auto* binary = node.is<graph::Binary>();
        binary != nullptr && node.broken(Deviation::comparison_boundary_exchanged)) {
        binary->algorithm = with_other_boundary(binary->algorithm);
    }
    if (node.broken(Deviation::zero_point_site_exchanged)) {
        if (auto* quantize = node.is<graph::Quantize>()) {
            exchange_site(*quantize);
        } else if (auto* requantize = node.is<graph::Requantize>()) {
            exchange_site(*requantize);
        }
    }
    if (auto* sum = node.is<graph::Sum>()) {
        sum->zero_point = node.broken(Deviation::addend_zero_point_ignored) ? 0 : sum->zero_point;
        sum->scale = node.broken(Deviation::addend_scale_ignored) ? 1 : sum->scale;
    }
    if (auto* matmul = node.is<graph::Matmul>(); matmul != nullptr && node.broken(Deviation::transposition_exchanged)) {
        matmul->transpose_b = !matmul->transpose_b;
    }
    if (auto* pooling = node.is<graph::Pooling>()) {
        break_pooling(node, *pooling);
    }
}

}  // namespace difftest::oracle
