#pragma once

#include "reference/graph/shape.hpp"

#include <cstddef>
#include <cstdint>
#include <numeric>
#include <vector>

namespace difftest::oracle::testing {

/// A dense row-major array of numbers, for tests that rearrange tensors.
struct Array {
    graph::Shape shape;
    std::vector<double> values;
    friend bool operator==(const Array&, const Array&) = default;
};

/// 0, 1, ..., count - 1, shifted by `first`.
inline std::vector<std::int64_t> range(std::int64_t count, std::int64_t first = 0) {
    std::vector<std::int64_t> indices(static_cast<std::size_t>(count));
    std::iota(indices.begin(), indices.end(), first);
    return indices;
}

/// Stands in `order` of take() for a slice of the fill value.
inline constexpr std::int64_t kFill = -1;

/// The slices `order` of an array along an axis: permutes, crops, repeats, flips, pads and stuffs.
inline Array take(const Array& array, std::size_t axis, const std::vector<std::int64_t>& order, double fill = 0) {
    std::int64_t outer = 1;
    std::int64_t inner = 1;
    for (std::size_t d = 0; d < array.shape.size(); ++d) {
        (d < axis ? outer : inner) *= d == axis ? 1 : array.shape[d];
    }
    const std::int64_t extent = array.shape[axis];
    Array result{array.shape, {}};
    result.shape[axis] = static_cast<std::int64_t>(order.size());
    for (std::int64_t o = 0; o < outer; ++o) {
        for (const std::int64_t slice : order) {
            for (std::int64_t i = 0; i < inner; ++i) {
                result.values.push_back(
                    slice == kFill ? fill : array.values[static_cast<std::size_t>((o * extent + slice) * inner + i)]);
            }
        }
    }
    return result;
}

/// Indices that put `holes` fill slices between neighbours.
inline std::vector<std::int64_t> stuffed(std::int64_t count, std::int64_t holes) {
    std::vector<std::int64_t> order;
    for (std::int64_t i = 0; i < count; ++i) {
        if (i > 0) {
            order.insert(order.end(), static_cast<std::size_t>(holes), kFill);
        }
        order.push_back(i);
    }
    return order;
}

inline std::vector<std::int64_t> reversed(std::int64_t count) {
    std::vector<std::int64_t> order = range(count);
    return {order.rbegin(), order.rend()};
}

/// `order` with fill slices before and after it; a negative number removes slices.
inline std::vector<std::int64_t> padded(std::vector<std::int64_t> order, std::int64_t before, std::int64_t after) {
    for (; before < 0; ++before) {
        order.erase(order.begin());
    }
    for (; after < 0; ++after) {
        order.pop_back();
    }
    order.insert(order.begin(), static_cast<std::size_t>(before), kFill);
    order.insert(order.end(), static_cast<std::size_t>(after), kFill);
    return order;
}

}  // namespace difftest::oracle::testing
