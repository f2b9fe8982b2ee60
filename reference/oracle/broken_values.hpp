#pragma once

#include "reference/graph/shape.hpp"

#include <cmath>
#include <cstddef>
#include <cstdint>
#include <optional>

/// What the broken rules do, and what decides whether they change anything (reference/faults): the same in both.
namespace difftest::oracle {

/// A constant as std::to_string prints it into a kernel's source; infinities and huge numbers stay.
inline float with_six_decimals(float value) {
    return std::isfinite(value) && std::fabs(value) < 0x1p40F
               ? static_cast<float>(std::nearbyint(static_cast<double>(value) * 1e6) / 1e6)
               : value;
}

/// The largest block of which `count` holds at least one and a rest; 0 when there is none.
inline std::int64_t block_with_rest(std::int64_t count) {
    for (const std::int64_t block : {32, 16, 8, 4, 2}) {
        if (count > block && count % block != 0) {
            return block;
        }
    }
    return 0;
}

/// The one dimension of the result along which a parameter varies, if it is one.
inline std::optional<std::size_t> varying_axis(const graph::Shape& parameter, const graph::Shape& result) {
    std::optional<std::size_t> axis;
    for (std::size_t d = 0; d < parameter.size(); ++d) {
        if (parameter[d] != 1 && axis) {
            return std::nullopt;
        }
        axis = parameter[d] == 1 ? axis : std::optional(d + result.size() - parameter.size());
    }
    return axis;
}

}  // namespace difftest::oracle
