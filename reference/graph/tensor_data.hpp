#pragma once

#include "reference/graph/data_type.hpp"
#include "reference/graph/shape.hpp"

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

namespace difftest::graph {

/// The value of element `index` of a dense row-major buffer of `type`. Every value of every type is exact in a double.
double load_element(std::span<const std::byte> bytes, DataType type, std::int64_t index);

/// Stores `value` as element `index`. Precondition: the value is exactly representable in `type` (NaN is kept as NaN).
void store_element(std::span<std::byte> bytes, DataType type, std::int64_t index, double value);

/// A tensor's values: dense, row-major over its logical dimensions, native byte order.
class TensorData {
public:
    TensorData() = default;

    /// Zero-filled. Throws std::invalid_argument when the shape has a negative dimension or overflows.
    TensorData(DataType type, Shape shape);

    /// From values that must be exactly representable in `type`; throws std::invalid_argument naming the first that is
    /// not, or when the number of values is not that of the shape.
    TensorData(DataType type, Shape shape, const std::vector<double>& values);

    DataType type() const { return type_; }
    const Shape& shape() const { return shape_; }
    std::int64_t size() const { return count_; }
    double at(std::int64_t index) const { return load_element(bytes_, type_, index); }
    void set(std::int64_t index, double value) { store_element(bytes_, type_, index, value); }
    std::span<const std::byte> bytes() const { return bytes_; }
    std::span<std::byte> bytes() { return bytes_; }

    /// Bitwise equality: type, shape and every bit of the values (so that NaN equals itself and 0 differs from -0).
    friend bool operator==(const TensorData&, const TensorData&) = default;

private:
    DataType type_ = DataType::f32;
    Shape shape_;
    std::int64_t count_ = 0;
    std::vector<std::byte> bytes_;
};

}  // namespace difftest::graph
