#pragma once

#include "reference/graph/data_type.hpp"
#include "reference/graph/shape.hpp"
#include "reference/oracle/allowed_set.hpp"

#include <cstdint>
#include <unordered_map>
#include <vector>

namespace difftest::oracle {

/// The allowed sets of a tensor's elements in row-major order. Nearly all of them are single values, which are stored
/// densely; the others stand in a sparse table.
class AllowedTensor {
public:
    AllowedTensor() = default;
    AllowedTensor(graph::DataType type, graph::Shape shape);

    graph::DataType type() const { return type_; }
    const graph::Shape& shape() const { return shape_; }
    std::int64_t size() const { return static_cast<std::int64_t>(points_.size()); }

    /// True when every element is a single value; then points() says everything.
    bool all_points() const { return wide_.empty(); }
    bool is_point(std::int64_t index) const { return wide_.empty() || !wide_.contains(index); }
    double point(std::int64_t index) const { return points_[static_cast<std::size_t>(index)]; }
    const std::vector<double>& points() const { return points_; }
    AllowedSet at(std::int64_t index) const;
    bool contains(std::int64_t index, double value) const;

    void set_point(std::int64_t index, double value);
    /// Stores a set; one that is a single value becomes a point.
    void set(std::int64_t index, AllowedSet value);

    /// The elements that are not single values, in ascending order of their index.
    std::vector<std::int64_t> wide_indices() const;

private:
    graph::DataType type_ = graph::DataType::f32;
    graph::Shape shape_;
    std::vector<double> points_;
    std::unordered_map<std::int64_t, AllowedSet> wide_;
};

}  // namespace difftest::oracle
