#include "reference/oracle/selection.hpp"

#include <algorithm>

// Comparisons and select: what a set decides, and what it leaves open (semantics, section 3.3). Where the sets overlap
// the threshold both branches are allowed, and the element is counted as ambiguous.

namespace difftest::oracle {
namespace {

using graph::BinaryAlgorithm;

struct Outcome {
    bool may_hold = false;
    bool may_fail = false;

    bool both() const { return may_hold && may_fail; }
};

bool compare(BinaryAlgorithm algorithm, double a, double b) {
    switch (algorithm) {
        case BinaryAlgorithm::greater_equal: return a >= b;
        case BinaryAlgorithm::greater: return a > b;
        case BinaryAlgorithm::less_equal: return a <= b;
        case BinaryAlgorithm::less: return a < b;
        case BinaryAlgorithm::equal: return a == b;
        default: return a != b;
    }
}

/// Whether the comparison holds for some and fails for some of the values of two intervals.
Outcome compare(BinaryAlgorithm algorithm, const Interval& a, const Interval& b) {
    switch (algorithm) {
        case BinaryAlgorithm::greater_equal: return {a.hi >= b.lo, a.lo < b.hi};
        case BinaryAlgorithm::greater: return {a.hi > b.lo, a.lo <= b.hi};
        case BinaryAlgorithm::less_equal: return {a.lo <= b.hi, a.hi > b.lo};
        case BinaryAlgorithm::less: return {a.lo < b.hi, a.hi >= b.lo};
        default: break;
    }
    const Outcome equal{a.lo <= b.hi && b.lo <= a.hi, a.lo != b.hi || a.hi != b.lo};
    return algorithm == BinaryAlgorithm::equal ? equal : Outcome{equal.may_fail, equal.may_hold};
}

/// The values of a set as f32; a subnormal one may be read as 0 when that is granted (F7).
std::vector<Interval> read_in_float(const AllowedSet& set, graph::DataType type, bool flush) {
    std::vector<Interval> parts = parts_of(set, type);
    bool subnormal = false;
    for (Interval& part : parts) {
        part = {static_cast<float>(part.lo), static_cast<float>(part.hi)};
        subnormal = subnormal || is_subnormal(part.lo) || is_subnormal(part.hi);
    }
    if (flush && subnormal) {
        parts.push_back({0, 0});
    }
    return parts;
}

Outcome compare_sets(BinaryAlgorithm algorithm, const std::vector<Interval>& a, const std::vector<Interval>& b) {
    Outcome outcome;
    for (const Interval& left : a) {
        for (const Interval& right : b) {
            const Outcome one = compare(algorithm, left, right);
            outcome = {outcome.may_hold || one.may_hold, outcome.may_fail || one.may_fail};
            if (outcome.both()) {
                return outcome;
            }
        }
    }
    return outcome;
}

AllowedSet as_set(const Outcome& outcome) {
    return outcome.both() ? AllowedSet{{{0, 0}, {1, 1}}, false, false}
                          : AllowedSet{{{outcome.may_hold ? 1.0 : 0.0, outcome.may_hold ? 1.0 : 0.0}}, false, false};
}

bool is_open(const AllowedSet& set) {
    return set.unconstrained || set.may_be_nan;
}

/// What of a branch arrives in the result: as it is in an integer type, else read in f32 and stored.
void add_branch(const AllowedSet& set, graph::DataType type, bool flush, SetBuilder& builder) {
    if (set.unconstrained) {
        builder.allow_anything();
    }
    if (set.may_be_nan) {
        builder.allow_nan();
    }
    for (const Interval& part : set.intervals) {
        if (std::isnan(part.lo)) {
            builder.allow_nan();
        } else if (graph::is_integer(type)) {
            builder.add(part);
        } else {
            builder.add(stored_as(type, {static_cast<float>(part.lo), static_cast<float>(part.hi)}));
            if (flush && (is_subnormal(part.lo) || is_subnormal(part.hi))) {
                builder.add(Interval{0, 0});
            }
        }
    }
}

/// Whether the condition may be other than 0 ("holds") and whether it may be 0. Which branch NaN takes is left open.
Outcome decide(const AllowedSet& condition, bool flush) {
    Outcome outcome{is_open(condition), is_open(condition)};
    for (const Interval& part : condition.intervals) {
        const bool nan = std::isnan(part.lo);
        const bool flushed = flush && (is_subnormal(part.lo) || is_subnormal(part.hi));
        outcome.may_hold = outcome.may_hold || nan || part.lo != 0 || part.hi != 0;
        outcome.may_fail = outcome.may_fail || nan || flushed || (part.lo <= 0 && part.hi >= 0);
    }
    return outcome;
}

}  // namespace

bool is_comparison(BinaryAlgorithm algorithm) {
    switch (algorithm) {
        case BinaryAlgorithm::greater_equal:
        case BinaryAlgorithm::greater:
        case BinaryAlgorithm::less_equal:
        case BinaryAlgorithm::less:
        case BinaryAlgorithm::equal:
        case BinaryAlgorithm::not_equal: return true;
        default: return false;
    }
}

AllowedTensor evaluate_comparison(const Context& context, const graph::Tensor& output,
                                  const std::array<Argument, 2>& arguments, BinaryAlgorithm algorithm) {
    AllowedTensor result(output.type, output.shape);
    const bool flush = context.grants(contract::Freedom::flush_subnormals);
    const bool tied = tied_arguments(arguments)[1] == 0;
    BroadcastCursor<2> cursor(output.shape, arguments);
    for (std::int64_t index = 0; index < result.size(); ++index, cursor.next()) {
        const auto value = [&](std::size_t n) {
            return static_cast<float>(arguments[n].tensor->point(cursor.offset(n)));
        };
        const bool points = arguments[0].is_point(cursor.offset(0)) && arguments[1].is_point(cursor.offset(1));
        if (points && !(flush && (is_subnormal(value(0)) || is_subnormal(value(1))))) {
            result.set_point(index, compare(algorithm, value(0), value(1)) ? 1 : 0);
            continue;
        }
        const AllowedSet a = arguments[0].at(cursor.offset(0));
        const AllowedSet b = arguments[1].at(cursor.offset(1));
        if (is_open(a) || is_open(b)) {
            result.set(index, {{}, false, true});
        } else if (tied) {
            result.set_point(index, compare(algorithm, 0, 0) ? 1 : 0);  // one value, whichever it is
        } else {
            const Outcome outcome = compare_sets(algorithm, read_in_float(a, arguments[0].tensor->type(), flush),
                                                 read_in_float(b, arguments[1].tensor->type(), flush));
            context.metrics.branch_ambiguous += outcome.both() ? 1 : 0;
            result.set(index, as_set(outcome));
        }
    }
    return result;
}

AllowedTensor evaluate_select(const Context& context, graph::NodeId id) {
    const graph::Node& node = context.node(id);
    const graph::Tensor& output = context.tensor(node.output);
    const bool flush = context.grants(contract::Freedom::flush_subnormals);
    std::array<Argument, 3> arguments;
    for (std::size_t n = 0; n < arguments.size(); ++n) {
        arguments[n] = argument_for(context, node.inputs[n], output.shape);
        if (graph::is_integer(output.type)) {
            arguments[n].real_view = nullptr;
        }
    }
    AllowedTensor result(output.type, output.shape);
    BroadcastCursor<3> cursor(output.shape, arguments);
    for (std::int64_t index = 0; index < result.size(); ++index, cursor.next()) {
        const Outcome outcome = decide(arguments[0].at(cursor.offset(0)), flush);
        context.metrics.branch_ambiguous += outcome.both() ? 1 : 0;
        SetBuilder builder;
        if (outcome.may_hold) {
            add_branch(arguments[1].at(cursor.offset(1)), output.type, flush, builder);
        }
        if (outcome.may_fail) {
            add_branch(arguments[2].at(cursor.offset(2)), output.type, flush, builder);
        }
        bool widened = false;
        result.set(index, builder.build(widened));
        context.metrics.widened += widened ? 1 : 0;
    }
    return result;
}

}  // namespace difftest::oracle
