#pragma once

#include "reference/graph/operations.hpp"

#include <concepts>
#include <type_traits>

/// One visitor over the attributes of each operation: reading, writing, comparing and reducing a graph all walk the
/// same list, so that an attribute cannot be forgotten in one of them. `visit` is called as visit("name", member).
namespace difftest::graph {

template <typename Op, typename Expected>
concept Is = std::same_as<std::remove_const_t<Op>, Expected>;

template <typename Op, typename Visit>
requires requires(Op op) {
    op.groups;
}
void visit_attributes(Op& op, Visit&& visit) {
    visit("strides", op.strides);
    visit("dilations", op.dilations);
    visit("pads_begin", op.pads_begin);
    visit("pads_end", op.pads_end);
    if constexpr (requires { op.output_padding; }) {
        visit("output_padding", op.output_padding);
    }
    visit("groups", op.groups);
}

template <typename Op, typename Visit>
requires requires(Op op) {
    op.alpha;
}
void visit_attributes(Op& op, Visit&& visit) {
    visit("algorithm", op.algorithm);
    visit("alpha", op.alpha);
    visit("beta", op.beta);
}

template <typename Visit>
void visit_attributes(Binary& op, Visit&& visit) {
    visit("algorithm", op.algorithm);
}

template <typename Visit>
void visit_attributes(const Binary& op, Visit&& visit) {
    visit("algorithm", op.algorithm);
}

template <typename Op, typename Visit>
requires requires(Op op) {
    op.levels;
}
void visit_attributes(Op& op, Visit&& visit) {
    visit("levels", op.levels);
    visit("form", op.form);
}

template <typename Op, typename Visit>
requires requires(Op op) {
    op.zero_point_site;
}
void visit_attributes(Op& op, Visit&& visit) {
    visit("rounding", op.rounding);
    visit("zero_point_site", op.zero_point_site);
}

template <typename Op, typename Visit>
requires requires(Op op) {
    op.overflow;
}
void visit_attributes(Op& op, Visit&& visit) {
    visit("rounding", op.rounding);
    visit("overflow", op.overflow);
}

template <Is<RequantizeFixedPoint> Op, typename Visit>
void visit_attributes(Op& op, Visit&& visit) {
    visit("rounding", op.rounding);
    visit("lowest", op.lowest);
    visit("highest", op.highest);
}

template <Is<ShiftRound> Op, typename Visit>
void visit_attributes(Op& op, Visit&& visit) {
    visit("shift", op.shift);
}

template <Is<Permute> Op, typename Visit>
void visit_attributes(Op& op, Visit&& visit) {
    visit("order", op.order);
}

template <Is<Reshape> Op, typename Visit>
void visit_attributes(Op& op, Visit&& visit) {
    visit("shape", op.shape);
}

template <Is<Slice> Op, typename Visit>
void visit_attributes(Op& op, Visit&& visit) {
    visit("begin", op.begin);
    visit("end", op.end);
    visit("step", op.step);
}

template <Is<Concat> Op, typename Visit>
void visit_attributes(Op& op, Visit&& visit) {
    visit("axis", op.axis);
}

template <Is<Reorder> Op, typename Visit>
void visit_attributes(Op& op, Visit&& visit) {
    visit("layout", op.layout);
}

template <Is<Pooling> Op, typename Visit>
void visit_attributes(Op& op, Visit&& visit) {
    visit("algorithm", op.algorithm);
    visit("kernel", op.kernel);
    visit("strides", op.strides);
    visit("dilations", op.dilations);
    visit("pads_begin", op.pads_begin);
    visit("pads_end", op.pads_end);
}

template <Is<Resampling> Op, typename Visit>
void visit_attributes(Op& op, Visit&& visit) {
    visit("algorithm", op.algorithm);
    visit("sizes", op.sizes);
}

template <Is<Reduction> Op, typename Visit>
void visit_attributes(Op& op, Visit&& visit) {
    visit("algorithm", op.algorithm);
    visit("axes", op.axes);
}
template <Is<Softmax> Op, typename Visit>
void visit_attributes(Op& op, Visit&& visit) {
    visit("algorithm", op.algorithm);
    visit("axis", op.axis);
}

template <Is<Matmul> Op, typename Visit>
void visit_attributes(Op& op, Visit&& visit) {
    visit("transpose_a", op.transpose_a);
    visit("transpose_b", op.transpose_b);
}

template <Is<Sum> Op, typename Visit>
void visit_attributes(Op& op, Visit&& visit) {
    visit("scale", op.scale);
    visit("zero_point", op.zero_point);
    visit("reinterpretation", op.reinterpretation);
}

template <typename Visit>
void visit_attributes(const Select& /*op*/, Visit&& /*visit*/) {}

template <typename Visit>
void visit_attributes(const Prelu& /*op*/, Visit&& /*visit*/) {}

template <typename Visit>
void visit_attributes(const InnerProduct& /*op*/, Visit&& /*visit*/) {}

template <typename Visit>
void visit_attributes(const Dequantize& /*op*/, Visit&& /*visit*/) {}

}  // namespace difftest::graph
