#pragma once

#include "reference/graph/operations.hpp"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>

namespace difftest::backends::onednn {

/// One of the implementations that the library offers for a primitive.
struct ImplementationChoice {
    std::size_t position = 1;  ///< in the library's order of preference, which begins with 1
    std::string name_part;     ///< when not empty: the first one whose name contains it, instead
    friend bool operator==(const ImplementationChoice&, const ImplementationChoice&) = default;
};

/// Where the first multiplication behind a contraction and its zero points are given to the library.
enum class Parameters : std::uint8_t {
    usual,         ///< the multiplication is a post-op, zero points come with the execution
    run_time,      ///< attributes whose values come with the execution
    compile_time,  ///< attributes that hold the values
};

/// How the primitives of a plan are created, beyond what the graph says. A deviation from the defaults is taken by
/// every primitive that can take it; a plan none of whose primitives can is unsupported.
struct CreationOptions {
    ImplementationChoice implementation;
    /// Of sources and destinations. By default the library's choice, or row-major where it has none.
    std::optional<graph::Layout> layout;
    bool plain_weights = false;  ///< row-major instead of the library's choice
    bool in_place = false;       ///< eltwise and binary primitives write where they read
    bool user_scratchpad = false;
    bool scaled_reorder = false;  ///< quantize, requantize, dequantize that stand alone are reorders with attributes
    bool bias = false;            ///< the addition behind a contraction is its f32 bias, not a post-op
    bool narrow_bias = false;     ///< an s32 bias is given as s8 or u8 where its values fit
    Parameters parameters = Parameters::usual;
    std::optional<int> threads;  ///< of the library
    friend bool operator==(const CreationOptions&, const CreationOptions&) = default;
};

}  // namespace difftest::backends::onednn
