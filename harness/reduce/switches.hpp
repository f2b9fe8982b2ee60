#pragma once

#include "reference/graph/case.hpp"

#include <functional>
#include <optional>
#include <string>
#include <vector>

namespace difftest::harness {

/// A property of a case that is not a size, and the case with another in its place.
struct Switch {
    std::string property;                              ///< "fake_quantize.levels"
    std::string own;                                   ///< "256"
    std::string other;                                 ///< "255"
    std::function<std::optional<graph::Case>()> make;  ///< nothing when that is no valid case
};

/// The types of tensors, modes, numbers of levels, numbers of activations, optional inputs left out, one parameter in
/// place of one for each channel, nothing behind a node. `value` must outlive what is returned.
std::vector<Switch> switches_of(const graph::Case& value);

}  // namespace difftest::harness
