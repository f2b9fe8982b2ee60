#include "reference/quantize/rounding.hpp"

#include <cstdint>

namespace difftest::quantize {

double wrap(double x, graph::DataType type) {
    const auto bits = static_cast<std::uint64_t>(static_cast<std::int64_t>(x));
    switch (type) {
        case graph::DataType::s8: return static_cast<std::int8_t>(static_cast<std::uint8_t>(bits));
        case graph::DataType::u8: return static_cast<std::uint8_t>(bits);
        default: return static_cast<std::int32_t>(static_cast<std::uint32_t>(bits));
    }
}

}  // namespace difftest::quantize
