#include "backends/onednn/blocked_layouts.hpp"

#include "backends/backend.hpp"
#include "backends/onednn/library_types.hpp"

#include <fmt/format.h>

#include <array>

namespace difftest::backends::onednn {

using dnnl::memory;

namespace {

using Tag = memory::format_tag;

struct BlockedTags {
    std::size_t rank;
    std::array<Tag, 4> by_block;  ///< of 4, 8, 16, 32 channels
};

constexpr std::array<BlockedTags, 3> kBlockedTags{{
    {3, {Tag::aBc4b, Tag::aBc8b, Tag::aBc16b, Tag::aBc32b}},
    {4, {Tag::aBcd4b, Tag::aBcd8b, Tag::aBcd16b, Tag::aBcd32b}},
    {5, {Tag::aBcde4b, Tag::aBcde8b, Tag::aBcde16b, Tag::aBcde32b}},
}};

memory::desc blocked_layout(std::size_t which, const memory::dims& dimensions, graph::DataType type) {
    for (const BlockedTags& tags : kBlockedTags) {
        if (tags.rank == dimensions.size()) {
            return {dimensions, to_library(type), tags.by_block[which]};
        }
    }
    throw Unsupported(
        fmt::format("the library names no layout with blocks of channels for {} dimensions", dimensions.size()));
}

}  // namespace

memory::desc memory_layout(graph::Layout layout, const memory::dims& dimensions, graph::DataType type) {
    switch (layout) {
        case graph::Layout::plain: return plain_layout(dimensions, type);
        case graph::Layout::channels_last: return channels_last_layout(dimensions, type);
        case graph::Layout::channels_blocked_4: return blocked_layout(0, dimensions, type);
        case graph::Layout::channels_blocked_8: return blocked_layout(1, dimensions, type);
        case graph::Layout::channels_blocked_16: return blocked_layout(2, dimensions, type);
        case graph::Layout::channels_blocked_32: return blocked_layout(3, dimensions, type);
    }
    throw Unsupported("the library has no such layout");
}

}  // namespace difftest::backends::onednn
