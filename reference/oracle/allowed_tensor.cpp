#include "reference/oracle/allowed_tensor.hpp"

#include <algorithm>
#include <limits>
#include <utility>

namespace difftest::oracle {

AllowedTensor::AllowedTensor(graph::DataType type, graph::Shape shape) : type_(type), shape_(std::move(shape)) {
    points_.resize(static_cast<std::size_t>(graph::element_count(shape_).value_or(0)));
}

AllowedTensor::AllowedTensor(graph::DataType type, graph::Shape shape, std::vector<double> points)
    : type_(type), shape_(std::move(shape)), points_(std::move(points)) {}

AllowedSet AllowedTensor::at(std::int64_t index) const {
    if (!sparse_.empty()) {
        const auto found = sparse_.find(index);
        if (found != sparse_.end()) {
            return found->second;
        }
    }
    return {{interval(index)}, false, false};
}

bool AllowedTensor::contains(std::int64_t index, double value) const {
    if (is_sparse(index)) {
        return at(index).contains(value);
    }
    const Interval part = interval(index);
    return part.lo <= value && value <= part.hi;
}

void AllowedTensor::set_point(std::int64_t index, double value) {
    forget(index);
    points_[static_cast<std::size_t>(index)] = value;
}

void AllowedTensor::set_points(std::int64_t first, std::span<const double> values) {
    for (std::int64_t i = 0; !all_points() && i < static_cast<std::int64_t>(values.size()); ++i) {
        forget(first + i);
    }
    std::copy(values.begin(), values.end(), points_.begin() + first);
}

void AllowedTensor::set_interval(std::int64_t index, const Interval& value) {
    set_point(index, value.lo);
    if (value.lo < value.hi) {
        if (upper_.empty()) {
            upper_.resize(points_.size(), -std::numeric_limits<double>::infinity());
        }
        upper_[static_cast<std::size_t>(index)] = value.hi;
        ++intervals_;
    }
}

void AllowedTensor::set(std::int64_t index, AllowedSet value) {
    if (!value.unconstrained && !value.may_be_nan && value.intervals.size() == 1) {
        set_interval(index, value.intervals.front());
        return;
    }
    set_point(index, value.intervals.empty() ? 0 : value.intervals.front().lo);
    sparse_.insert_or_assign(index, std::move(value));
}

std::vector<std::int64_t> AllowedTensor::wide_indices() const {
    std::vector<std::int64_t> indices;
    indices.reserve(static_cast<std::size_t>(intervals_) + sparse_.size());
    for (std::int64_t index = 0; intervals_ != 0 && index < size(); ++index) {
        if (is_wide(index)) {
            indices.push_back(index);
        }
    }
    for (const auto& [index, set] : sparse_) {
        indices.push_back(index);
    }
    std::sort(indices.begin(), indices.end());
    return indices;
}

/// Makes an element a single value again.
void AllowedTensor::forget(std::int64_t index) {
    if (is_wide(index)) {
        upper_[static_cast<std::size_t>(index)] = -std::numeric_limits<double>::infinity();
        --intervals_;
    }
    if (!sparse_.empty()) {
        sparse_.erase(index);
    }
}

}  // namespace difftest::oracle
