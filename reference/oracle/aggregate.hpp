#pragma once

#include "reference/oracle/context.hpp"

#include <cstdint>
#include <span>
#include <vector>

/// What pooling and reductions have in common: one value from many elements of a tensor, in any order.
namespace difftest::oracle {

/// Collects the elements that make up one element of the result, then says what their sum or extreme may be. One
/// aggregate serves all elements of a result, one after the other.
///
/// An element of an s32 accumulator that f32 readers may see differently (RealView) counts with both: the backend has
/// written it to memory in one of the two ways.
class Aggregate {
public:
    Aggregate(const Context& context, graph::TensorId data);

    void restart();
    void take(std::int64_t index);

    // Each of the three stores what was taken as element `index` of `result`. At least one element was taken.

    /// Exact: the members of the single sets that no other set lies above (below).
    void store_largest(AllowedTensor& result, std::int64_t index) const;
    void store_smallest(AllowedTensor& result, std::int64_t index) const;

    /// Integers: the exact sum, an s32; where some order of summation overflows the element is counted, and where the
    /// sum itself does it is outside the contract. Floating point: all results of f32 additions in any order.
    /// `node` is named in the notes.
    void store_sum(AllowedTensor& result, std::int64_t index, graph::NodeId node) const;

private:
    void store_integer_sum(AllowedTensor& result, std::int64_t index, graph::NodeId node) const;

    const Context& context_;
    const AllowedTensor& data_;
    const RealView& real_view_;
    std::vector<Interval> hulls_;   ///< of the taken elements
    std::vector<AllowedSet> wide_;  ///< those that are not points, whole
    bool open_ = false;             ///< an element was NaN or outside the contract: nothing can be said
};

/// All f32 values that adding the terms in any order can give, each addition rounded to nearest even; `flush` tells
/// whether subnormal numbers may become 0. Up to four terms every order is enumerated; beyond that
///   |fl(t_1 + ... + t_n) - sum t_i| <= (n - 1) * 2^-24 * sum |t_i|
/// (Jeannerod and Rump, no restriction on n), with the ends on the f32 grid, and a point where all partial sums are
/// exact. Every order is monotone in every term, so intervals need only their ends.
AllowedSet sums_in_any_order(std::span<const Interval> terms, bool flush);

}  // namespace difftest::oracle
