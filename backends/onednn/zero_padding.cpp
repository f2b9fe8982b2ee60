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

bool has_sign_bit(dnnl::memory::data_type type) {
    using enum dnnl::memory::data_type;
    return type == f32 || type == f16 || type == bf16;
}

/// Looks at every lane that belongs to no element, and at no other.
class PaddingWalk {
public:
    PaddingWalk(const api::Blocking& blocking, const std::byte* bytes)
        : blocking_(blocking),
          bytes_(bytes),
          sign_(has_sign_bit(blocking.element) ? std::byte{0x80} : std::byte{0}),
          parts_(parts_of_offset(blocking)) {}

    std::int64_t dirty() {
        visit(0, blocking_.offset, false);
        return dirty_;
    }

private:
    void visit(std::size_t dimension, std::int64_t offset, bool is_padding) {
        if (dimension == parts_.size()) {
            const auto begin = static_cast<std::size_t>(offset) * blocking_.element_bytes;
            const std::span lane(bytes_ + begin, blocking_.element_bytes);
            const bool is_zero =
                (lane.back() & ~sign_) == std::byte{0} &&
                std::all_of(lane.begin(), lane.end() - 1, [](std::byte each) { return each == std::byte{0}; });
            dirty_ += is_zero ? 0 : 1;
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
    std::byte sign_;
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
    return PaddingWalk(*blocking, static_cast<const std::byte*>(memory.get_data_handle())).dirty();
}

}  // namespace difftest::backends::onednn
