#include "reference/oracle/interpolation.hpp"

#include "reference/oracle/float_grid.hpp"
#include "reference/oracle/set_builder.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

namespace difftest::oracle {
namespace {

constexpr double kHalfUlp = 0x1p-24;

/// (1 + u)^m - 1 <= m * u * (1 + m * u) for the m <= 13 here, and the roundings of the double arithmetic.
constexpr double kSecondOrder = 0x1p-20;

/// A cell has at most 8 corners with 3 products each and 7 sums. Each may lose half the smallest subnormal, and with
/// F7, like each element, a subnormal number as a whole.
constexpr double kMostSteps = 40;

}  // namespace

Interpolation::Interpolation(const Context& context, graph::TensorId data, std::size_t spatial, bool interval)
    : context_(context),
      data_(context.set_of(data)),
      real_view_(context.real_views[static_cast<std::size_t>(data)]),
      spatial_(spatial),
      interval_(interval) {}

void Interpolation::restart() {
    parts_.clear();
    open_ = false;
}

/// Adds one corner; false when nothing can be said of its element.
bool Interpolation::take(std::int64_t index, double weight) {
    const auto seen = real_view_.empty() ? real_view_.end() : real_view_.find(index);
    Interval hull{data_.point(index), data_.point(index)};
    if (seen != real_view_.end() || !data_.is_point(index)) {
        SetBuilder builder;
        builder.add(data_.at(index));
        if (seen != real_view_.end()) {
            builder.add(seen->second);
        }
        bool widened = false;
        const AllowedSet set = builder.build(widened);
        if (set.unconstrained || set.may_be_nan || set.intervals.empty()) {
            return false;
        }
        hull = {set.intervals.front().lo, set.intervals.back().hi};
    }
    if (!std::isfinite(hull.lo) || !std::isfinite(hull.hi)) {
        return false;
    }
    if (weight != 0) {  // x * 0 adds nothing
        corners_.push_back({{static_cast<float>(hull.lo), static_cast<float>(hull.hi)}, weight});
    }
    return true;
}

void Interpolation::add(std::int64_t plane, const std::array<std::int64_t, 3>& size,
                        const std::array<Neighbours, 3>& cell) {
    corners_.clear();
    for (unsigned corner = 0; corner < 8; ++corner) {
        std::int64_t index = 0;
        double weight = 1;
        bool repeated = false;  // a dimension that the tensor does not have counts once
        for (std::size_t d = 0; d < 3; ++d) {
            const bool right = ((corner >> d) & 1U) != 0;
            repeated = repeated || (right && d < 3 - spatial_);
            index = index * size[d] + (right ? cell[d].right : cell[d].left);
            weight *= right ? cell[d].right_weight : cell[d].left_weight;
        }
        if (!repeated && !take(plane + index, weight)) {
            open_ = true;
            return;
        }
    }
    if (corners_.size() == 1 && corners_[0].weight == 1) {
        parts_.push_back(corners_[0].x);
    } else if (spatial_ == 1 && !interval_ && corners_.size() == 2) {
        add_enumerated(cell[2]);
    } else {
        add_enclosed(cell);
    }
}

void Interpolation::add_enumerated(const Neighbours& pair) {
    const auto at = [&](bool upper, int variant) -> double {
        const auto left = static_cast<float>(upper ? corners_[0].x.hi : corners_[0].x.lo);
        const auto right = static_cast<float>(upper ? corners_[1].x.hi : corners_[1].x.lo);
        switch (variant) {
            case 0: return left * pair.left_weight + right * pair.right_weight;
            case 1: return std::fmaf(left, pair.left_weight, right * pair.right_weight);
            default: return std::fmaf(right, pair.right_weight, left * pair.left_weight);
        }
    };
    const int variants = context_.grants(contract::Freedom::fused_multiply_add) ? 3 : 1;
    for (int variant = 0; variant < variants; ++variant) {
        parts_.push_back({at(false, variant), at(true, variant)});
    }
}

void Interpolation::add_enclosed(const std::array<Neighbours, 3>& cell) {
    double lo = 0;
    double hi = 0;
    double lo_magnitude = 0;
    double hi_magnitude = 0;
    for (const Corner& corner : corners_) {
        lo += corner.x.lo * corner.weight;
        hi += corner.x.hi * corner.weight;
        lo_magnitude += std::fabs(corner.x.lo) * corner.weight;
        hi_magnitude += std::fabs(corner.x.hi) * corner.weight;
    }
    if (std::max(lo_magnitude, hi_magnitude) > std::numeric_limits<float>::max() / 2) {
        open_ = true;
        return;
    }
    if (is_exact(cell)) {
        parts_.push_back({lo, hi});
        return;
    }
    // Between the ends of an interval of coordinates the rounding of 1 - w may differ from that at the ends.
    const std::size_t steps = spatial_ + ((std::size_t{1} << spatial_) - 1) + (interval_ ? spatial_ : 0);
    const double relative = static_cast<double>(steps) * kHalfUlp * (1 + kSecondOrder);
    const bool flush = context_.grants(contract::Freedom::flush_subnormals);
    const double absolute = kMostSteps * (flush ? 0x1p-126 : 0x1p-150);
    parts_.push_back(on_f32_grid(lo - relative * lo_magnitude - absolute, hi + relative * hi_magnitude + absolute));
}

/// No intermediate value of any order needs a rounding: all are multiples of the product of the lowest bits, and at
/// most 2^24 of them.
bool Interpolation::is_exact(const std::array<Neighbours, 3>& cell) const {
    int weight_grid = 0;
    for (const Neighbours& pair : cell) {
        if (interval_ || static_cast<double>(pair.left_weight) + static_cast<double>(pair.right_weight) != 1) {
            return false;
        }
        // The lowest bits of two weights whose sum is 1 are the same, unless one of them is 0.
        weight_grid += pair.right_weight == 0 || pair.left_weight == 0 ? 0 : lowest_bit(pair.right_weight);
    }
    int grid = std::numeric_limits<int>::max();
    double largest = 0;
    for (const Corner& corner : corners_) {
        if (corner.x.lo != corner.x.hi) {
            return false;
        }
        if (corner.x.lo != 0) {
            grid = std::min(grid, lowest_bit(static_cast<float>(corner.x.lo)));
            largest = std::max(largest, std::fabs(corner.x.lo));
        }
    }
    if (largest == 0) {
        return true;
    }
    // Products of weights alone are multiples of their grid and at most 1.
    return weight_grid >= -24 && grid + weight_grid >= -126 && largest <= std::ldexp(1.0, 24 + grid + weight_grid);
}

void Interpolation::store(AllowedTensor& result, std::int64_t index) const {
    if (open_) {
        result.set(index, {{}, false, true});
        return;
    }
    if (parts_.size() == 1 && parts_[0].lo == parts_[0].hi) {
        result.set_point(index, parts_[0].lo);
        return;
    }
    SetBuilder builder;
    if (interval_) {
        Interval hull = parts_[0];
        for (const Interval& part : parts_) {
            hull = {std::min(hull.lo, part.lo), std::max(hull.hi, part.hi)};
        }
        builder.add(hull);
    } else {
        for (const Interval& part : parts_) {
            builder.add(part);
        }
    }
    bool widened = false;
    result.set(index, builder.build(widened));
    context_.metrics.widened += widened ? 1 : 0;
}

}  // namespace difftest::oracle
