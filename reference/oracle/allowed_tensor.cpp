#include "reference/oracle/allowed_tensor.hpp"

#include <algorithm>
#include <utility>

namespace difftest::oracle {

AllowedTensor::AllowedTensor(graph::DataType type, graph::Shape shape) : type_(type), shape_(std::move(shape)) {
    points_.resize(static_cast<std::size_t>(graph::element_count(shape_).value_or(0)));
}

AllowedSet AllowedTensor::at(std::int64_t index) const {
    if (!wide_.empty()) {
        const auto found = wide_.find(index);
        if (found != wide_.end()) {
            return found->second;
        }
    }
    return {{{point(index), point(index)}}, false, false};
}

bool AllowedTensor::contains(std::int64_t index, double value) const {
    return is_point(index) ? point(index) == value : at(index).contains(value);
}

void AllowedTensor::set_point(std::int64_t index, double value) {
    points_[static_cast<std::size_t>(index)] = value;
    if (!wide_.empty()) {
        wide_.erase(index);
    }
}

void AllowedTensor::set(std::int64_t index, AllowedSet value) {
    if (value.is_singleton()) {
        set_point(index, value.intervals.front().lo);
        return;
    }
    points_[static_cast<std::size_t>(index)] = value.intervals.empty() ? 0 : value.intervals.front().lo;
    wide_.insert_or_assign(index, std::move(value));
}

std::vector<std::int64_t> AllowedTensor::wide_indices() const {
    std::vector<std::int64_t> indices;
    indices.reserve(wide_.size());
    for (const auto& [index, set] : wide_) {
        indices.push_back(index);
    }
    std::sort(indices.begin(), indices.end());
    return indices;
}

}  // namespace difftest::oracle
