#pragma once

#include "reference/graph/operation_attributes.hpp"

#include <cstdint>
#include <string_view>
#include <type_traits>
#include <vector>

namespace difftest::harness {

/// The value of an integer attribute that makes it play no part: 1 for strides, dilations, groups and steps, 256 for
/// levels, 0 for everything else.
constexpr std::int64_t neutral_integer(std::string_view attribute) {
    if (attribute == "strides" || attribute == "dilations" || attribute == "groups" || attribute == "step") {
        return 1;
    }
    return attribute == "levels" ? 256 : 0;
}

/// Attributes that describe what the operation is rather than how it is modified; they have no neutral value.
constexpr bool is_structural(std::string_view attribute) {
    constexpr std::string_view kStructural[] = {"order", "shape",     "begin",  "end",     "axis", "kernel",
                                                "sizes", "algorithm", "lowest", "highest", "axes", "shift"};
    for (const std::string_view each : kStructural) {
        if (each == attribute) {
            return true;
        }
    }
    return false;
}

}  // namespace difftest::harness
