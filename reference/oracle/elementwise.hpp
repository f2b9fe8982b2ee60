#pragma once

#include "reference/oracle/argument.hpp"
#include "reference/oracle/context.hpp"
#include "reference/oracle/elementwise_chunk.hpp"
#include "reference/oracle/set_builder.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <cstdint>
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
/// A). Where the critical points depend on the other arguments, `std::vector<double> jumps_over(box) const` gives those
/// within the first one's interval, on either side of each jump. What is not quite so may add `void widen_over(box,
/// image)`. What wraps, and so falls apart, has `bool wraps() const`, `double before_store(variant, arguments) const`,
/// which is monotone, and `void add_stored(Interval, SetBuilder&) const`. An operation whose variants give single
/// values may add `void with_function(variant, use) const`, which calls use(function) with the variant as a function of
/// the arguments: it is then evaluated many elements at a time.
namespace difftest::oracle {

/// The parts of a set that are evaluated one by one: every integer of a small integer set (a barrier has been passed,
/// so the value is one of them), every float of a narrow interval, else the interval as a whole.
std::vector<Interval> parts_of(const AllowedSet& set, graph::DataType type);

/// Appends the parts of one interval.
void append_parts(const Interval& part, graph::DataType type, std::vector<Interval>& parts);

/// All f32 values within the given number of ulps of a correctly rounded f32 result (an ulp is at most 2^-23 relative).
Interval within_ulps(double rounded, double ulps);

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
    std::vector<double> jumps;
    if constexpr (requires { op.jumps_over(box); }) {
        jumps = op.jumps_over(box);
    }
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
        for (const double jump : jumps) {
            arguments[0] = jump;
            result.include(op(variant, arguments));
        }
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

/// The monotone part of an operation that wraps.
template <class Op>
struct BeforeStore {
    const Op& op;

    template <std::size_t N>
    Interval operator()(int variant, const std::array<double, N>& arguments) const {
        const double y = op.before_store(variant, arguments);
        return {y, y};
    }
};

/// Whether the operation wraps; then the image of a box under it is added.
template <std::size_t N, class Op>
bool add_wrapped_image(const Op& op, int variant, const std::array<Interval, N>& box, SetBuilder& builder) {
    if constexpr (requires { op.wraps(); }) {
        if (op.wraps()) {
            const Image integers = image(BeforeStore<Op>{op}, variant, box);
            if (integers.may_be_nan) {
                builder.allow_anything();
            }
            if (integers.has_values) {
                op.add_stored(integers.hull, builder);
            }
            return true;
        }
    }
    return false;
}

template <std::size_t N, class Op>
void add_images(const Op& op, const std::array<Interval, N>& box, graph::DataType type, bool flush,
                SetBuilder& builder) {
    const bool integer_result = graph::is_integer(type);
    for (int variant = 0; variant < op.variants(); ++variant) {
        if (add_wrapped_image(op, variant, box, builder)) {
            continue;
        }
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

/// Evaluates elements whose arguments are not all points, or whose variants disagree. It keeps its memory from one to
/// the next: these elements may be all of a tensor, where a function is only known up to an error.
template <std::size_t N, class Op>
class ElementEvaluator {
public:
    ElementEvaluator(const Context& context, const std::array<Argument, N>& arguments, graph::DataType type,
                     const Op& op)
        : context_(context),
          arguments_(arguments),
          tied_(tied_arguments(arguments)),
          type_(type),
          flush_(context.grants(contract::Freedom::flush_subnormals)),
          op_(op) {}

    /// Writes the set of element `index` of the result, whose arguments stand at `offsets`.
    void evaluate(const std::array<std::int64_t, N>& offsets, std::int64_t index, AllowedTensor& result) {
        if (!load(offsets)) {
            result.set(index, {{}, false, true});
            return;
        }
        builder_.clear();
        add_all_choices();
        if (builder_.is_one_interval()) {
            result.set_interval(index, builder_.front());
            return;
        }
        bool widened = false;
        result.set(index, builder_.build(widened));
        context_.metrics.widened += widened ? 1 : 0;
    }

private:
    bool load(const std::array<std::int64_t, N>& offsets) {
        for (std::size_t n = 0; n < N; ++n) {
            std::vector<Interval>& parts = parts_[n];
            parts.clear();
            if (!arguments_[n].append_parts_at(offsets[n], parts)) {
                return false;
            }
            const bool subnormal = std::any_of(parts.begin(), parts.end(), [](const Interval& part) {
                return is_subnormal(part.lo) || is_subnormal(part.hi);
            });
            if (flush_ && subnormal) {
                parts.push_back({0, 0});
            }
        }
        return true;
    }

    void add_all_choices() {
        std::array<std::size_t, N> choice{};
        for (;;) {
            std::array<Interval, N> box;
            for (std::size_t n = 0; n < N; ++n) {
                box[n] = parts_[n][choice[tied_[n]]];
            }
            detail::add_images(op_, box, type_, flush_, builder_);
            std::size_t n = 0;
            while (n < N && (tied_[n] != n || ++choice[n] == parts_[n].size())) {
                choice[n] = 0;
                ++n;
            }
            if (n == N) {
                return;
            }
        }
    }

    const Context& context_;
    const std::array<Argument, N>& arguments_;
    std::array<std::size_t, N> tied_;
    graph::DataType type_;
    bool flush_;
    const Op& op_;
    std::array<std::vector<Interval>, N> parts_;
    SetBuilder builder_;
};

namespace detail {

/// Whether the variants of an operation agree on one value for every element of the chunk, which then holds the values.
/// For operations whose variants are functions of numbers:  op.with_function(variant, use)  calls use(function).
template <std::size_t N, class Op>
bool all_agree(ElementwiseChunk<N>& chunk, graph::DataType type, bool flush, const Op& op) {
    if constexpr (requires { op.with_function(0, [](const auto&) {}); }) {
        if (type == graph::DataType::f16 || type == graph::DataType::bf16) {
            return false;
        }
        bool agree = true;
        for (int variant = 0; variant < op.variants() && agree; ++variant) {
            op.with_function(variant, [&](const auto& function) { agree = chunk.agrees(variant == 0, function); });
        }
        return agree && !(flush && chunk.any_subnormal());
    }
    return false;
}

/// Evaluates an element whose arguments are points; false when its variants do not agree on one value.
template <std::size_t N, class Op>
bool evaluate_point(const std::array<double, N>& arguments, graph::DataType type, bool flush, const Op& op,
                    double& value) {
    const Interval first = stored_as(type, op(0, arguments));
    bool simple = first.lo == first.hi &&
                  !(flush && (is_subnormal(first.lo) || std::any_of(arguments.begin(), arguments.end(), is_subnormal)));
    for (int variant = 1; simple && variant < op.variants(); ++variant) {
        simple = stored_as(type, op(variant, arguments)) == first;
    }
    value = first.lo;
    return simple;
}

}  // namespace detail

/// Applies `op` to every element of `shape`.
template <std::size_t N, class Op>
AllowedTensor evaluate_elementwise(const Context& context, graph::DataType type, const graph::Shape& shape,
                                   const std::array<Argument, N>& arguments, const Op& op) {
    AllowedTensor result(type, shape);
    const bool flush = context.grants(contract::Freedom::flush_subnormals);
    ElementEvaluator<N, Op> evaluator(context, arguments, type, op);
    const Rows<N> rows(shape, arguments);
    const bool all_points = std::all_of(arguments.begin(), arguments.end(), [](const Argument& argument) {
        return argument.tensor->all_points() && argument.real_view == nullptr;
    });
    BroadcastCursor<N> cursor(shape, arguments);
    ElementwiseChunk<N> chunk(arguments, rows.steps);
    for (std::int64_t row = 0; row < result.size(); row += rows.length, cursor.next_row(rows.outer)) {
        for (std::int64_t begin = 0; begin < rows.length; begin += ElementwiseChunk<N>::kMost) {
            std::array<std::int64_t, N> offsets = cursor.offsets();
            for (std::size_t n = 0; n < N; ++n) {
                offsets[n] += begin * rows.steps[n];
            }
            chunk.load(offsets, std::min(ElementwiseChunk<N>::kMost, rows.length - begin));
            if (all_points && detail::all_agree(chunk, type, flush, op)) {
                result.set_points(row + begin, chunk.values());
                continue;
            }
            for (std::int64_t i = 0; i < chunk.count(); ++i) {
                bool simple = true;
                for (std::size_t n = 0; n < N && !all_points; ++n) {
                    simple = simple && arguments[n].is_point(offsets[n]);
                }
                if (simple && detail::evaluate_point(chunk.at(i), type, flush, op, chunk.value(i))) {
                    result.set_point(row + begin + i, chunk.value(i));
                } else {
                    evaluator.evaluate(offsets, row + begin + i, result);
                }
                for (std::size_t n = 0; n < N; ++n) {
                    offsets[n] += rows.steps[n];
                }
            }
        }
    }
    return result;
}

/// Adds to every set of `result` what `other` allows for the same element.
void merge_into(const Context& context, AllowedTensor& result, const AllowedTensor& other);

}  // namespace difftest::oracle
