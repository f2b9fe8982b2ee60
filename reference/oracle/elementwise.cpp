#include "reference/oracle/elementwise.hpp"

#include "reference/graph/half.hpp"

#include <limits>

namespace difftest::oracle {
namespace {

constexpr int kMostEnumerated = 64;

void append_floats(const Interval& part, std::vector<Interval>& parts) {
    auto value = static_cast<float>(part.lo);
    for (int i = 0; i < kMostEnumerated; ++i) {
        parts.push_back({value, value});
        if (value >= static_cast<float>(part.hi)) {
            return;
        }
        value = std::nextafterf(value, std::numeric_limits<float>::infinity());
    }
    parts.resize(parts.size() - kMostEnumerated);
    parts.push_back(part);
}

}  // namespace

AllowedSet Argument::at(std::int64_t offset) const {
    if (real_view != nullptr) {
        const auto found = real_view->find(offset);
        if (found != real_view->end()) {
            return found->second;
        }
    }
    return tensor->at(offset);
}

Argument argument_for(const Context& context, graph::TensorId id, const graph::Shape& shape) {
    const AllowedTensor& tensor = context.set_of(id);
    const RealView& view = context.real_views[static_cast<std::size_t>(id)];
    return {&tensor, view.empty() ? nullptr : &view, graph::broadcast_strides(tensor.shape(), shape)};
}

void append_parts(const Interval& part, graph::DataType type, std::vector<Interval>& parts) {
    const bool several = part.lo != part.hi && std::isfinite(part.lo) && std::isfinite(part.hi);
    if (several && graph::is_integer(type) && part.hi - part.lo < kMostEnumerated) {
        for (double value = part.lo; value <= part.hi; ++value) {
            parts.push_back({value, value});
        }
    } else if (several && type == graph::DataType::f32) {
        append_floats(part, parts);
    } else {
        parts.push_back(part);
    }
}

std::vector<Interval> parts_of(const AllowedSet& set, graph::DataType type) {
    std::vector<Interval> parts;
    for (const Interval& part : set.intervals) {
        append_parts(part, type, parts);
    }
    return parts;
}

bool Argument::append_parts_at(std::int64_t offset, std::vector<Interval>& parts) const {
    if (tensor->is_interval(offset) && (real_view == nullptr || !real_view->contains(offset))) {
        append_parts(tensor->interval(offset), tensor->type(), parts);
        return true;
    }
    const AllowedSet set = at(offset);
    if (set.unconstrained || set.may_be_nan) {
        return false;
    }
    for (const Interval& part : set.intervals) {
        append_parts(part, tensor->type(), parts);
    }
    return true;
}

Interval stored_as(graph::DataType type, const Interval& value) {
    const auto narrow = [&](double x) -> double {
        const auto single = static_cast<float>(x);
        return type == graph::DataType::f16 ? graph::from_f16(graph::to_f16(single))
                                            : graph::from_bf16(graph::to_bf16(single));
    };
    if (type != graph::DataType::f16 && type != graph::DataType::bf16) {
        return value;
    }
    return {narrow(value.lo), narrow(value.hi)};
}

Interval within_ulps(double rounded, double ulps) {
    if (!std::isfinite(rounded)) {
        return {rounded, rounded};
    }
    // The exact result lies within half an ulp of the rounded one.
    const double slack = (ulps + 0.5) * std::max(std::fabs(rounded) * 0x1p-23, 0x1p-149);
    auto lo = static_cast<float>(rounded - slack);
    auto hi = static_cast<float>(rounded + slack);
    lo = static_cast<double>(lo) < rounded - slack ? std::nextafterf(lo, std::numeric_limits<float>::infinity()) : lo;
    hi = static_cast<double>(hi) > rounded + slack ? std::nextafterf(hi, -std::numeric_limits<float>::infinity()) : hi;
    return {lo, hi};
}

void merge_into(const Context& context, AllowedTensor& result, const AllowedTensor& other) {
    for (std::int64_t index = 0; index < result.size(); ++index) {
        if (result.is_point(index) && other.is_point(index) && result.point(index) == other.point(index)) {
            continue;
        }
        SetBuilder builder;
        builder.add(result.at(index));
        builder.add(other.at(index));
        bool widened = false;
        result.set(index, builder.build(widened));
        context.metrics.widened += widened ? 1 : 0;
    }
}

}  // namespace difftest::oracle
