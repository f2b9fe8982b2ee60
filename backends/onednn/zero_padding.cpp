#include "backends/onednn/zero_padding.hpp"

#include <algorithm>
#include <cstddef>
#include <span>
#include <vector>

namespace difftest::backends::onednn {

namespace {

/// By dimension and coordinate: what the coordinate adds to an element's position, in elements. It is that of its block
/// times the stride, and of its place in the nested inner blocks, of which the last is the innermost.
std::vector<std::vector<std::int64_t>> parts_of_offset(const api::Blocking& blocking) {
    std::vector<std::vector<std::int64_t>> parts;
    for (std::size_t dimension = 0; dimension < blocking.padded_extents.size(); ++dimension) {
        std::vector<std::int64_t>& part = parts.emplace_back();
        for (std::int64_t coordinate = 0; coordinate < blocking.padded_extents[dimension]; ++coordinate) {
            std::int64_t outer = coordinate;
            std::int64_t offset = 0;
            std::int64_t inner_stride = 1;
            for (std::size_t level = blocking.inner_blocks.size(); level-- > 0;) {
                const std::int64_t block = blocking.inner_blocks[level];
                if (blocking.inner_dimensions[level] == static_cast<std::int64_t>(dimension)) {
                    offset += outer % block * inner_stride;
                    outer /= block;
                }
                inner_stride *= block;
            }
            part.push_back(offset + outer * blocking.strides[dimension]);
        }
    }
    return parts;
}

/// Both releases know whether the elements are floats, each in its own words.
template <class Descriptor>
bool holds_floats(const Descriptor& layout) {
    using Type = dnnl::memory::data_type;
    const auto type = [&layout] {
        if constexpr (requires { layout.get_data_type(); }) {
            return layout.get_data_type();
        } else {
            return layout.data_type();
        }
    }();
    return type == Type::f32 || type == Type::bf16 || type == Type::f16;
}

/// Whether all bits are 0, but for the sign of a float: what a kernel adds or multiplies there stays zero either way.
bool is_zero(std::span<const std::byte> lane, bool is_float) {
    const auto sign = is_float ? std::byte{0x80} : std::byte{0};  // in the last byte: x86 is little endian
    return (lane.back() & ~sign) == std::byte{0} &&
           std::all_of(lane.begin(), lane.end() - 1, [](std::byte byte) { return byte == std::byte{0}; });
}

/// Looks at every lane that belongs to no element, and at no other.
class PaddingWalk {
public:
    PaddingWalk(const api::Blocking& blocking, const std::byte* bytes, bool floats)
        : blocking_(blocking), bytes_(bytes), floats_(floats), parts_(parts_of_offset(blocking)) {}

    std::int64_t dirty() {
        visit(0, blocking_.offset, false);
        return dirty_;
    }

private:
    void visit(std::size_t dimension, std::int64_t offset, bool is_padding) {
        if (dimension == parts_.size()) {
            const auto begin = static_cast<std::size_t>(offset) * blocking_.element_bytes;
            const std::span lane(bytes_ + begin, blocking_.element_bytes);
            dirty_ += is_zero(lane, floats_) ? 0 : 1;
            return;
        }
        const std::vector<std::int64_t>& part = parts_[dimension];
        const bool is_last = dimension + 1 == parts_.size();
        const auto extent = static_cast<std::size_t>(blocking_.extents[dimension]);
        for (std::size_t at = is_last && !is_padding ? extent : 0; at < part.size(); ++at) {
            visit(dimension + 1, offset + part[at], is_padding || at >= extent);
        }
    }

    const api::Blocking& blocking_;
    const std::byte* bytes_;
    bool floats_;
    std::vector<std::vector<std::int64_t>> parts_;
    std::int64_t dirty_ = 0;
};

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
    return PaddingWalk(*blocking, static_cast<const std::byte*>(memory.get_data_handle()),
                       holds_floats(memory.get_desc()))
        .dirty();
}

}  // namespace difftest::backends::onednn
