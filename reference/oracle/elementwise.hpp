#pragma once

#include "reference/oracle/context.hpp"
#include "reference/oracle/set_builder.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <vector>

/// Evaluation of an operation that is applied element by element, on allowed sets. The operation is given as a small
/// object that lists its admissible variants:
///
///   int variants() const;
///   Interval operator()(int variant, const std::array<double, N>& arguments) const;
///
/// For single arguments a variant yields a point (or an enclosure, for functions that are only known up to an error).
/// Every variant is monotone in each argument between the critical points of the first one, so that the image of an
/// interval is the hull of the images of its corners: rounding to nearest is monotone (semantics, section 3.2, lemma
/// A). What is not quite so may add `void widen_over(box, image)`.
namespace difftest::oracle {

/// An input of an elementwise operation: its sets, read with numpy broadcast.
struct Argument {
    const AllowedTensor* tensor = nullptr;
    const RealView* real_view = nullptr;  ///< not null when an f32 operation reads an s32 tensor
    std::vector<std::int64_t> strides;

    bool is_point(std::int64_t offset) const {
        return tensor->is_point(offset) && (real_view == nullptr || !real_view->contains(offset));
    }
    AllowedSet at(std::int64_t offset) const;
};

/// The argument for a tensor that is broadcast to `shape`.
Argument argument_for(const Context& context, graph::TensorId id, const graph::Shape& shape);

/// Walks all elements of a shape in row-major order and keeps the offset of every argument.
template <std::size_t N>
class BroadcastCursor {
public:
    BroadcastCursor(const graph::Shape& shape, const std::array<Argument, N>& arguments)
        : shape_(shape), coordinates_(shape.size(), 0) {
        for (std::size_t n = 0; n < N; ++n) {
            strides_[n] = arguments[n].strides;
        }
    }

    std::int64_t offset(std::size_t argument) const { return offsets_[argument]; }

    void next() {
        for (std::size_t d = shape_.size(); d > 0; --d) {
            ++coordinates_[d - 1];
            for (std::size_t n = 0; n < N; ++n) {
                offsets_[n] += strides_[n][d - 1];
            }
            if (coordinates_[d - 1] < shape_[d - 1]) {
                return;
            }
            for (std::size_t n = 0; n < N; ++n) {
                offsets_[n] -= strides_[n][d - 1] * shape_[d - 1];
            }
            coordinates_[d - 1] = 0;
        }
    }

private:
    const graph::Shape& shape_;
    std::vector<std::int64_t> coordinates_;
    std::array<std::vector<std::int64_t>, N> strides_;
    std::array<std::int64_t, N> offsets_{};
};

/// The parts of a set that are evaluated one by one: every integer of a small integer set (a barrier has been passed,
/// so the value is one of them), every float of a narrow interval, else the interval as a whole.
std::vector<Interval> parts_of(const AllowedSet& set, graph::DataType type);

/// All f32 values within the given number of ulps of a correctly rounded f32 result (an ulp is at most 2^-23 relative).
Interval within_ulps(double rounded, double ulps);

/// True when the value is a non-zero f32 below the normal range.
bool is_subnormal(double value);

/// What remains of an f32 result in the output's type: f16 and bf16 round once more, to nearest even.
Interval stored_as(graph::DataType type, const Interval& value);

/// What a box becomes: a hull of values, NaN, or either.
struct Image {
    Interval hull;
    bool has_values = false;
    bool may_be_nan = false;

    void include(const Interval& value) {
        if (std::isnan(value.lo) || std::isnan(value.hi)) {
            may_be_nan = true;
        } else {
            hull = has_values ? Interval{std::min(hull.lo, value.lo), std::max(hull.hi, value.hi)} : value;
            has_values = true;
        }
    }
};

namespace detail {

/// The image of a box under one variant: the hull over its corners and the critical points of the first argument.
template <std::size_t N, class Op>
Image image(const Op& op, int variant, const std::array<Interval, N>& box) {
    Image result;
    for (std::size_t corner = 0; corner < (std::size_t{1} << N); ++corner) {
        std::array<double, N> arguments;
        bool distinct = true;
        for (std::size_t n = 0; n < N; ++n) {
            const bool upper = ((corner >> n) & 1U) != 0;
            distinct = distinct && (!upper || box[n].lo != box[n].hi);
            arguments[n] = upper ? box[n].hi : box[n].lo;
        }
        if (!distinct) {
            continue;
        }
        result.include(op(variant, arguments));
        if constexpr (requires { op.critical_points(); }) {
            for (const double critical : op.critical_points()) {
                if (box[0].lo < critical && critical < box[0].hi) {
                    arguments[0] = critical;
                    result.include(op(variant, arguments));
                }
            }
        }
    }
    if constexpr (requires { op.widen_over(box, result); }) {
        if (std::any_of(box.begin(), box.end(), [](const Interval& side) { return side.lo != side.hi; })) {
            op.widen_over(box, result);
        }
    }
    return result;
}

template <std::size_t N, class Op>
void add_images(const Op& op, const std::array<Interval, N>& box, graph::DataType type, bool flush,
                SetBuilder& builder) {
    const bool integer_result = graph::is_integer(type);
    for (int variant = 0; variant < op.variants(); ++variant) {
        const Image exact = image(op, variant, box);
        if (exact.may_be_nan) {
            integer_result ? builder.allow_anything() : builder.allow_nan();
        }
        if (!exact.has_values) {
            continue;
        }
        const Interval part = stored_as(type, exact.hull);
        builder.add(part);
        if (flush && !integer_result && (is_subnormal(part.lo) || is_subnormal(part.hi))) {
            builder.add(Interval{0, 0});
        }
    }
}

}  // namespace detail

/// Which arguments are the same element of the same tensor, so that one value must serve both (x*x, x-x).
template <std::size_t N>
std::array<std::size_t, N> tied_arguments(const std::array<Argument, N>& arguments) {
    std::array<std::size_t, N> tied{};
    for (std::size_t n = 0; n < N; ++n) {
        tied[n] = n;
        for (std::size_t m = 0; m < n; ++m) {
            if (arguments[m].tensor == arguments[n].tensor && arguments[m].strides == arguments[n].strides) {
                tied[n] = m;
                break;
            }
        }
    }
    return tied;
}

/// The set of one element whose arguments are not all points, or whose variants disagree.
template <std::size_t N, class Op>
AllowedSet evaluate_element(const Context& context, const std::array<Argument, N>& arguments,
                            const std::array<std::size_t, N>& tied, const std::array<std::int64_t, N>& offsets,
                            graph::DataType type, const Op& op) {
    const bool flush = context.grants(contract::Freedom::flush_subnormals);
    std::array<std::vector<Interval>, N> parts;
    SetBuilder builder;
    for (std::size_t n = 0; n < N; ++n) {
        const AllowedSet set = arguments[n].at(offsets[n]);
        if (set.unconstrained || set.may_be_nan) {
            return {{}, false, true};
        }
        parts[n] = parts_of(set, arguments[n].tensor->type());
        const bool subnormal = std::any_of(parts[n].begin(), parts[n].end(), [](const Interval& part) {
            return is_subnormal(part.lo) || is_subnormal(part.hi);
        });
        if (flush && subnormal) {
            parts[n].push_back({0, 0});
        }
    }
    std::array<std::size_t, N> choice{};
    for (;;) {
        std::array<Interval, N> box;
        for (std::size_t n = 0; n < N; ++n) {
            box[n] = parts[n][choice[tied[n]]];
        }
        detail::add_images(op, box, type, flush, builder);
        std::size_t n = 0;
        while (n < N && (tied[n] != n || ++choice[n] == parts[n].size())) {
            choice[n] = 0;
            ++n;
        }
        if (n == N) {
            break;
        }
    }
    bool widened = false;
    AllowedSet result = builder.build(widened);
    context.metrics.widened += widened ? 1 : 0;
    return result;
}

/// Applies `op` to every element of `shape`.
template <std::size_t N, class Op>
AllowedTensor evaluate_elementwise(const Context& context, graph::DataType type, const graph::Shape& shape,
                                   const std::array<Argument, N>& arguments, const Op& op) {
    AllowedTensor result(type, shape);
    const bool flush = context.grants(contract::Freedom::flush_subnormals);
    const auto tied = tied_arguments(arguments);
    const int variants = op.variants();
    BroadcastCursor<N> cursor(shape, arguments);
    for (std::int64_t index = 0; index < result.size(); ++index, cursor.next()) {
        std::array<double, N> values;
        std::array<std::int64_t, N> offsets;
        bool simple = true;
        for (std::size_t n = 0; n < N; ++n) {
            offsets[n] = cursor.offset(n);
            values[n] = arguments[n].tensor->point(offsets[n]);
            simple = simple && arguments[n].is_point(offsets[n]) && !(flush && is_subnormal(values[n]));
        }
        if (simple) {
            const Interval first = stored_as(type, op(0, values));
            simple = first.lo == first.hi && !(flush && is_subnormal(first.lo));
            for (int variant = 1; simple && variant < variants; ++variant) {
                const Interval other = stored_as(type, op(variant, values));
                simple = other.lo == first.lo && other.hi == first.hi;
            }
            if (simple) {
                result.set_point(index, first.lo);
                continue;
            }
        }
        result.set(index, evaluate_element(context, arguments, tied, offsets, type, op));
    }
    return result;
}

/// Adds to every set of `result` what `other` allows for the same element.
void merge_into(const Context& context, AllowedTensor& result, const AllowedTensor& other);

}  // namespace difftest::oracle
