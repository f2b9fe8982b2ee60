#pragma once

#include <fmt/format.h>

#include <cstdint>
#include <stdexcept>
#include <utility>

namespace difftest::graph {

/// The whole number that a JSON value holds. Throws std::invalid_argument where it holds anything else, or a number
/// that `Whole` cannot: nlohmann's own get<Whole>() also converts 1e300, which is undefined, and cuts what is too
/// large.
template <typename Whole, typename Json>
Whole whole_number(const Json& value) {
    if (value.is_number_unsigned()) {
        const auto number = value.template get<std::uint64_t>();
        if (std::in_range<Whole>(number)) {
            return static_cast<Whole>(number);
        }
    } else if (value.is_number_integer()) {
        const auto number = value.template get<std::int64_t>();
        if (std::in_range<Whole>(number)) {
            return static_cast<Whole>(number);
        }
    }
    constexpr std::size_t kLongest = 40;
    throw std::invalid_argument(fmt::format("{} is no whole number of {} bits",
                                            value.is_primitive() ? value.dump().substr(0, kLongest) : value.type_name(),
                                            8 * sizeof(Whole)));
}

}  // namespace difftest::graph
