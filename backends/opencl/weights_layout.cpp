#include "backends/opencl/weights_layout.hpp"

#include <algorithm>
#include <array>

namespace difftest::backends::opencl {
namespace {

std::int64_t blocks(std::int64_t extent, std::int64_t block) {
    return (extent + block - 1) / block;
}

std::int64_t taps_of(const graph::Shape& shape) {
    std::int64_t count = 1;
    for (std::size_t d = 2; d < shape.size(); ++d) {
        count *= shape[d];
    }
    return count;
}

}  // namespace

std::span<const WeightsLayout> all_weights_layouts() {
    static constexpr std::array<WeightsLayout, 6> kLayouts{{
        {"oiyx", 1, 1, false, true},
        {"ioyx", 1, 1, true, true},
        {"os_is_yx_isv16_osv16", 16, 16, false, true},
        {"os_is_yx_osv16_isv16", 16, 16, false, false},
        {"is_os_yx_isv16_osv16", 16, 16, true, true},
        {"os_is_yx_osv16_isv4", 16, 4, false, false},
    }};
    return kLayouts;
}

const WeightsLayout* weights_layout_named(std::string_view name) {
    const auto all = all_weights_layouts();
    const auto found = std::find_if(all.begin(), all.end(), [name](const auto& each) { return each.name == name; });
    return found == all.end() ? nullptr : &*found;
}

std::int64_t physical_elements(const graph::Shape& shape, const WeightsLayout& layout) {
    return blocks(shape[0], layout.output_block) * layout.output_block * blocks(shape[1], layout.input_block) *
           layout.input_block * taps_of(shape);
}

std::int64_t offset_of(const graph::Shape& shape, const WeightsLayout& layout, std::int64_t index) {
    const std::int64_t taps = taps_of(shape);
    const std::int64_t tap = index % taps;
    const std::int64_t input = index / taps % shape[1];
    const std::int64_t output = index / taps / shape[1];
    const std::int64_t output_tile = output / layout.output_block;
    const std::int64_t input_tile = input / layout.input_block;
    const std::int64_t tile = layout.inputs_outermost ? input_tile * blocks(shape[0], layout.output_block) + output_tile
                                                      : output_tile * blocks(shape[1], layout.input_block) + input_tile;
    const std::int64_t o = output % layout.output_block;
    const std::int64_t i = input % layout.input_block;
    const std::int64_t inside = layout.outputs_innermost ? i * layout.output_block + o : o * layout.input_block + i;
    return (tile * taps + tap) * layout.output_block * layout.input_block + inside;
}

}  // namespace difftest::backends::opencl
