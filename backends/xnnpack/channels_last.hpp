#pragma once

#include "reference/graph/data_type.hpp"

#include <cstddef>
#include <cstdint>
#include <span>

namespace difftest::backends::xnnpack {

/// What an 8-bit element of the graph is to be combined with (exclusive or) to be the same number plus or minus 128 in
/// the library's type.
constexpr unsigned char flip_of(bool of_graph_is_signed, bool of_library_is_signed) {
    return of_graph_is_signed == of_library_is_signed ? 0 : 0x80;
}

/// A zero point or bound of the graph's type, in the library's.
constexpr std::int64_t shifted(std::int64_t value, bool of_graph_is_signed, bool of_library_is_signed) {
    return value + (of_graph_is_signed ? std::int64_t{128} : 0) - (of_library_is_signed ? std::int64_t{128} : 0);
}

/// [batch, channels, places] to [batch, places, channels].
inline void to_channels_last(std::span<const std::byte> from, unsigned char* to, std::size_t batch,
                             std::size_t channels, std::size_t places, unsigned char flip) {
    for (std::size_t n = 0; n < batch; ++n) {
        for (std::size_t c = 0; c < channels; ++c) {
            for (std::size_t p = 0; p < places; ++p) {
                to[(n * places + p) * channels + c] =
                    static_cast<unsigned char>(std::to_integer<unsigned>(from[(n * channels + c) * places + p]) ^ flip);
            }
        }
    }
}

/// The inverse.
inline void from_channels_last(const unsigned char* from, std::span<std::byte> to, std::size_t batch,
                               std::size_t channels, std::size_t places, unsigned char flip) {
    for (std::size_t n = 0; n < batch; ++n) {
        for (std::size_t c = 0; c < channels; ++c) {
            for (std::size_t p = 0; p < places; ++p) {
                to[(n * channels + c) * places + p] =
                    static_cast<std::byte>(from[(n * places + p) * channels + c] ^ flip);
            }
        }
    }
}

}  // namespace difftest::backends::xnnpack
