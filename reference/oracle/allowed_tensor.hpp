#pragma once

#include "reference/graph/data_type.hpp"
#include "reference/graph/shape.hpp"
#include "reference/oracle/allowed_set.hpp"

#include <cstdint>
#include <span>
#include <unordered_map>
#include <vector>

namespace difftest::oracle {

/// The allowed sets of a tensor's elements in row-major order. Nearly all of them are single values, which are stored
/// densely; so are single intervals, from the first one on. What else there is stands in a sparse table.
class AllowedTensor {
public:
    AllowedTensor() = default;
    AllowedTensor(graph::DataType type, graph::Shape shape);
    /// All elements single values. Precondition: as many as the shape has elements.
    AllowedTensor(graph::DataType type, graph::Shape shape, std::vector<double> points);

    graph::DataType type() const { return type_; }
    const graph::Shape& shape() const { return shape_; }
    std::int64_t size() const { return static_cast<std::int64_t>(points_.size()); }

    /// True when every element is a single value; then points() says everything.
    bool all_points() const { return intervals_ == 0 && sparse_.empty(); }
    bool is_point(std::int64_t index) const { return all_points() || (!is_wide(index) && !is_sparse(index)); }
    double point(std::int64_t index) const { return points_[static_cast<std::size_t>(index)]; }
    const std::vector<double>& points() const { return points_; }
    /// A single value or a single interval, without NaN.
    bool is_interval(std::int64_t index) const { return !is_sparse(index); }
    Interval interval(std::int64_t index) const {
        return {point(index), is_wide(index) ? upper_[static_cast<std::size_t>(index)] : point(index)};
    }
    AllowedSet at(std::int64_t index) const;
    bool contains(std::int64_t index, double value) const;

    void set_point(std::int64_t index, double value);
    /// Single values for the elements from `first` on.
    void set_points(std::int64_t first, std::span<const double> values);
    void set_interval(std::int64_t index, const Interval& value);
    /// Stores a set; one that is a single value becomes a point.
    void set(std::int64_t index, AllowedSet value);

    /// The elements that are not single values, in ascending order of their index.
    std::vector<std::int64_t> wide_indices() const;

private:
    bool is_wide(std::int64_t index) const {
        return intervals_ != 0 && upper_[static_cast<std::size_t>(index)] > points_[static_cast<std::size_t>(index)];
    }
    bool is_sparse(std::int64_t index) const { return !sparse_.empty() && sparse_.contains(index); }
    void forget(std::int64_t index);

    graph::DataType type_ = graph::DataType::f32;
    graph::Shape shape_;
    std::vector<double> points_;  ///< or lower ends
    std::vector<double> upper_;   ///< empty before the first interval
    std::int64_t intervals_ = 0;  ///< elements whose upper end is another one
    std::unordered_map<std::int64_t, AllowedSet> sparse_;
};

}  // namespace difftest::oracle
