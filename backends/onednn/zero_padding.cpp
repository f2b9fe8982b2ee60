#include "backends/onednn/zero_padding.hpp"

#include "reference/graph/shape.hpp"

#include <algorithm>
#include <cstddef>
#include <span>

namespace difftest::backends::onednn {

namespace {

/// Position of an element, in elements from the start of the memory: the coordinates of its block times the strides,
/// and behind them its place in the nested inner blocks, of which the last is the innermost.
std::int64_t offset_of(const api::Blocking& blocking, std::vector<std::int64_t> coordinates) {
    std::int64_t inside = 0;
    std::int64_t inner_stride = 1;
    for (std::size_t level = blocking.inner_blocks.size(); level-- > 0;) {
        std::int64_t& coordinate = coordinates[static_cast<std::size_t>(blocking.inner_dimensions[level])];
        const std::int64_t block = blocking.inner_blocks[level];
        inside += coordinate % block * inner_stride;
        coordinate /= block;
        inner_stride *= block;
    }
    std::int64_t offset = blocking.offset + inside;
    for (std::size_t dimension = 0; dimension < coordinates.size(); ++dimension) {
        offset += coordinates[dimension] * blocking.strides[dimension];
    }
    return offset;
}

bool is_padding(const api::Blocking& blocking, const std::vector<std::int64_t>& coordinates) {
    for (std::size_t dimension = 0; dimension < coordinates.size(); ++dimension) {
        if (coordinates[dimension] >= blocking.extents[dimension]) {
            return true;
        }
    }
    return false;
}

}  // namespace

bool has_padding(const dnnl::memory::desc& layout) {
    const auto blocking = api::blocking_of(layout);
    return blocking && blocking->extents != blocking->padded_extents;
}

std::int64_t dirty_padding_lanes(const dnnl::memory& memory) {
    const auto blocking = api::blocking_of(memory.get_desc());
    if (!blocking || blocking->extents == blocking->padded_extents) {
        return 0;
    }
    const auto* bytes = static_cast<const std::byte*>(memory.get_data_handle());
    const graph::Shape shape(blocking->padded_extents.begin(), blocking->padded_extents.end());
    std::int64_t dirty = 0;
    for (std::int64_t index = 0; index < graph::element_count(shape).value(); ++index) {
        const std::vector<std::int64_t> coordinates = graph::coordinates_of(index, shape);
        if (is_padding(*blocking, coordinates)) {
            const auto begin = static_cast<std::size_t>(offset_of(*blocking, coordinates)) * blocking->element_bytes;
            const std::span lane(bytes + begin, blocking->element_bytes);
            dirty += std::any_of(lane.begin(), lane.end(), [](std::byte byte) { return byte != std::byte{0}; }) ? 1 : 0;
        }
    }
    return dirty;
}

}  // namespace difftest::backends::onednn
