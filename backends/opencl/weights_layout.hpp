#pragma once

#include "reference/graph/shape.hpp"

#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

/// How weights [O, I, spatial...] lie in memory: the layouts of the inference plugins. `os`, `is`: blocks of output and
/// input channels; `osv16`: the channels of such a block, innermost. What belongs to no channel is zero.
namespace difftest::backends::opencl {

struct WeightsLayout {
    std::string_view name;
    std::int64_t output_block = 1;
    std::int64_t input_block = 1;
    bool inputs_outermost = false;
    bool outputs_innermost = true;  ///< within a block
};

/// Every one of them; the first is row-major.
std::span<const WeightsLayout> all_weights_layouts();

/// Null when there is none of that name.
const WeightsLayout* weights_layout_named(std::string_view name);

/// Elements with the padding. `shape` has at least two dimensions.
std::int64_t physical_elements(const graph::Shape& shape, const WeightsLayout& layout);

/// The place of row-major element `index`, in elements.
std::int64_t offset_of(const graph::Shape& shape, const WeightsLayout& layout, std::int64_t index);

}  // namespace difftest::backends::opencl
