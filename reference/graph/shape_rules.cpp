#include "reference/graph/shape_rules.hpp"

#include <fmt/format.h>

#include <utility>

namespace difftest::graph::shape_rules {

ShapeResult problem(std::string place, std::string message) {
    return {{}, Problem{std::move(place), std::move(message)}};
}

std::optional<Problem> bounded(const std::vector<std::int64_t>& values, std::string_view name, std::size_t count,
                               std::int64_t lowest) {
    const std::string place = fmt::format("/attributes/{}", name);
    if (values.size() != count) {
        return Problem{place, fmt::format("{} values for {} spatial dimensions", values.size(), count)};
    }
    for (std::size_t i = 0; i < count; ++i) {
        if (values[i] < lowest || values[i] > kLargestTerm) {
            return Problem{fmt::format("{}/{}", place, i),
                           fmt::format("{} is outside {} to {}", values[i], lowest, kLargestTerm)};
        }
    }
    return std::nullopt;
}

}  // namespace difftest::graph::shape_rules
