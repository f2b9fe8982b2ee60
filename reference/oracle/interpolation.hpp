#pragma once

#include "reference/oracle/context.hpp"

#include <array>
#include <compare>
#include <cstdint>

namespace difftest::oracle {

/// The two elements around a coordinate in one dimension, and their f32 weights.
struct Neighbours {
    std::int64_t left = 0;
    std::int64_t right = 0;
    float left_weight = 1;
    float right_weight = 0;
    friend auto operator<=>(const Neighbours&, const Neighbours&) = default;
};

/// One element of a linear interpolation in f32: the sum over the corners of a cell of x * w_z * w_y * w_x, in any
/// order and association, dimension by dimension or corner by corner.
///
/// In one dimension the results are enumerated: rn(rn(x0 w0) + rn(x1 w1)), and with F2 the two fused forms. Beyond that
/// every x passes through at most d products and 2^d - 1 sums, so that
///   |fl - sum x w| <= ((1 + 2^-24)^(d + 2^d - 1) - 1) * sum |x| w
/// with the ends on the f32 grid, and a point where no intermediate value needs more than 24 bits.
class Interpolation {
public:
    /// `spatial`: number of dimensions d. `interval`: the cells of one element are the ends of an interval of
    /// coordinates, so that everything between their results is allowed too.
    Interpolation(const Context& context, graph::TensorId data, std::size_t spatial, bool interval);

    void restart();

    /// Adds a cell: the corners among the `size` elements from `plane` on.
    void add(std::int64_t plane, const std::array<std::int64_t, 3>& size, const std::array<Neighbours, 3>& cell);

    /// Stores what the added cells allow.
    void store(AllowedTensor& result, std::int64_t index) const;

private:
    struct Corner {
        Interval x;
        double weight;  ///< product of the weights
    };

    bool take(std::int64_t index, double weight);
    void add_enumerated(const Neighbours& pair);
    void add_enclosed(const std::array<Neighbours, 3>& cell);
    bool is_exact(const std::array<Neighbours, 3>& cell) const;

    const Context& context_;
    const AllowedTensor& data_;
    const RealView& real_view_;
    std::size_t spatial_;
    bool interval_;
    std::vector<Corner> corners_;  ///< of the cell that is being added, without weights of 0
    std::vector<Interval> parts_;  ///< what the cells so far allow
    bool open_ = false;            ///< an element is NaN, infinite or outside the contract
};

}  // namespace difftest::oracle
