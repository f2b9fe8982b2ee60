#include "reference/graph/shape.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <limits>

namespace difftest::graph {

std::optional<std::int64_t> element_count(const Shape& shape) {
    std::int64_t count = 1;
    for (const std::int64_t dimension : shape) {
        if (dimension < 0) {
            return std::nullopt;
        }
        if (dimension != 0 && count > std::numeric_limits<std::int64_t>::max() / dimension) {
            return std::nullopt;
        }
        count *= dimension;
    }
    return count;
}

std::string to_string(const Shape& shape) {
    return shape.empty() ? "scalar" : fmt::format("{}", fmt::join(shape, "x"));
}

std::vector<std::int64_t> row_major_strides(const Shape& shape) {
    std::vector<std::int64_t> strides(shape.size(), 1);
    for (std::size_t i = shape.size(); i > 1; --i) {
        strides[i - 2] = strides[i - 1] * shape[i - 1];
    }
    return strides;
}

std::vector<std::int64_t> coordinates_of(std::int64_t index, const Shape& shape) {
    std::vector<std::int64_t> coordinates(shape.size(), 0);
    for (std::size_t i = shape.size(); i > 0; --i) {
        coordinates[i - 1] = index % shape[i - 1];
        index /= shape[i - 1];
    }
    return coordinates;
}

std::optional<Shape> broadcast(const Shape& a, const Shape& b) {
    Shape result(std::max(a.size(), b.size()), 1);
    for (std::size_t i = 0; i < result.size(); ++i) {
        const std::int64_t from_a = i < a.size() ? a[a.size() - 1 - i] : 1;
        const std::int64_t from_b = i < b.size() ? b[b.size() - 1 - i] : 1;
        if (from_a != from_b && from_a != 1 && from_b != 1) {
            return std::nullopt;
        }
        result[result.size() - 1 - i] = from_a == 1 ? from_b : from_a;
    }
    return result;
}

std::vector<std::int64_t> broadcast_strides(const Shape& from, const Shape& target) {
    const std::vector<std::int64_t> own = row_major_strides(from);
    std::vector<std::int64_t> strides(target.size(), 0);
    for (std::size_t i = 0; i < from.size(); ++i) {
        const std::size_t at = target.size() - from.size() + i;
        strides[at] = from[i] == 1 ? 0 : own[i];
    }
    return strides;
}

}  // namespace difftest::graph
