#include "reference/oracle/aggregate.hpp"

#include "reference/oracle/set_builder.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>

namespace difftest::oracle {
namespace {

constexpr std::int64_t kLargestS32 = std::numeric_limits<std::int32_t>::max();

AllowedSet unconstrained() {
    return {{}, false, true};
}

AllowedSet built(SetBuilder& builder, const Context& context) {
    bool widened = false;
    AllowedSet result = builder.build(widened);
    context.metrics.widened += widened ? 1 : 0;
    return result;
}

}  // namespace

Aggregate::Aggregate(const Context& context, graph::TensorId data)
    : context_(context), data_(context.set_of(data)), real_view_(context.real_views[static_cast<std::size_t>(data)]) {}

void Aggregate::restart() {
    hulls_.clear();
    wide_.clear();
    open_ = false;
}

void Aggregate::take(std::int64_t index) {
    const auto seen = real_view_.empty() ? real_view_.end() : real_view_.find(index);
    if (seen == real_view_.end() && data_.is_point(index)) {
        const double value = data_.point(index);
        open_ = open_ || std::isnan(value);
        hulls_.push_back({value, value});
        return;
    }
    SetBuilder builder;
    builder.add(data_.at(index));
    if (seen != real_view_.end()) {
        builder.add(seen->second);
    }
    AllowedSet set = built(builder, context_);
    if (set.unconstrained || set.may_be_nan || set.intervals.empty()) {
        open_ = true;
        return;
    }
    hulls_.push_back({set.intervals.front().lo, set.intervals.back().hi});
    wide_.push_back(std::move(set));
}

void Aggregate::store_largest(AllowedTensor& result, std::int64_t index) const {
    if (open_) {
        result.set(index, unconstrained());
        return;
    }
    double least = -std::numeric_limits<double>::infinity();  // the result is at least that
    for (const Interval& hull : hulls_) {
        least = std::max(least, hull.lo);
    }
    if (wide_.empty()) {
        result.set_point(index, least);
        return;
    }
    SetBuilder builder;
    builder.add(Interval{least, least});
    for (const AllowedSet& set : wide_) {
        for (const Interval& part : set.intervals) {
            if (part.hi > least) {
                builder.add(Interval{std::max(part.lo, least), part.hi});
            }
        }
    }
    result.set(index, built(builder, context_));
}

void Aggregate::store_smallest(AllowedTensor& result, std::int64_t index) const {
    if (open_) {
        result.set(index, unconstrained());
        return;
    }
    double most = std::numeric_limits<double>::infinity();
    for (const Interval& hull : hulls_) {
        most = std::min(most, hull.hi);
    }
    if (wide_.empty()) {
        result.set_point(index, most);
        return;
    }
    SetBuilder builder;
    builder.add(Interval{most, most});
    for (const AllowedSet& set : wide_) {
        for (const Interval& part : set.intervals) {
            if (part.lo < most) {
                builder.add(Interval{part.lo, std::min(part.hi, most)});
            }
        }
    }
    result.set(index, built(builder, context_));
}

void Aggregate::store_sum(AllowedTensor& result, std::int64_t index, graph::NodeId node) const {
    if (open_) {
        result.set(index, unconstrained());
        return;
    }
    if (graph::is_integer(data_.type())) {
        store_integer_sum(result, index, node);
        return;
    }
    AllowedSet sums = sums_in_any_order(hulls_, context_.grants(contract::Freedom::flush_subnormals));
    if (sums.unconstrained) {
        context_.note(
            fmt::format("node {}: the order of summation decides whether f32 overflows", context_.node(node).name));
    }
    result.set(index, std::move(sums));
}

void Aggregate::store_integer_sum(AllowedTensor& result, std::int64_t index, graph::NodeId node) const {
    // No overflow of 64 bits: there are at most 2^31 elements of at most 2^31.
    std::int64_t lo = 0;
    std::int64_t hi = 0;
    std::int64_t magnitude = 0;
    for (const Interval& hull : hulls_) {
        lo += static_cast<std::int64_t>(hull.lo);
        hi += static_cast<std::int64_t>(hull.hi);
        magnitude += static_cast<std::int64_t>(std::max(std::fabs(hull.lo), std::fabs(hull.hi)));
    }
    if (lo < -kLargestS32 - 1 || hi > kLargestS32) {
        context_.note(fmt::format("node {}: the s32 sum overflows", context_.node(node).name));
        result.set(index, unconstrained());
        return;
    }
    context_.metrics.overflow_sensitive += magnitude > kLargestS32 ? 1 : 0;
    if (lo == hi) {
        result.set_point(index, static_cast<double>(lo));
    } else {
        result.set(index, {{{static_cast<double>(lo), static_cast<double>(hi)}}, false, false});
    }
}

}  // namespace difftest::oracle
