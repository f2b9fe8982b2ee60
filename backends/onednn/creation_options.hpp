#pragma once

#include <cstddef>
#include <string>

namespace difftest::backends::onednn {

/// One of the implementations that the library offers for a primitive.
struct ImplementationChoice {
    std::size_t position = 1;  ///< in the library's order of preference, which begins with 1
    std::string name_part;     ///< when not empty: the first one whose name contains it, instead
    friend bool operator==(const ImplementationChoice&, const ImplementationChoice&) = default;
};

/// How the primitives of a plan are created, beyond what the graph says. A deviation from the defaults is taken by
/// every primitive that can take it; a plan none of whose primitives can is unsupported.
struct CreationOptions {
    ImplementationChoice implementation;
    friend bool operator==(const CreationOptions&, const CreationOptions&) = default;
};

}  // namespace difftest::backends::onednn
