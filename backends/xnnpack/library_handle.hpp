#pragma once

#include <xnnpack.h>

#include <cstddef>
#include <cstdint>
#include <memory>
#include <vector>

namespace difftest::backends::xnnpack {

using Handle = std::unique_ptr<xnn_operator, decltype(&xnn_delete_operator)>;

/// Throws Unsupported for the statuses by which the library refuses, BackendError for the others.
void require(xnn_status status, const char* what);

/// Elements with as many bytes behind them as the library says it may read (XNN_EXTRA_BYTES) and a fence that it must
/// not write.
template <typename Element>
class FencedBuffer {
public:
    explicit FencedBuffer(std::size_t count)
        : elements_(count + (kFence + sizeof(Element) - 1) / sizeof(Element)), count_(count) {
        auto* const bytes = reinterpret_cast<unsigned char*>(elements_.data() + count);
        for (std::size_t i = 0; i < kFence; ++i) {
            bytes[i] = kPattern;
        }
    }

    Element* data() { return elements_.data(); }
    const Element* data() const { return elements_.data(); }
    std::size_t size() const { return count_; }

    bool is_fence_whole() const {
        const auto* const bytes = reinterpret_cast<const unsigned char*>(elements_.data() + count_);
        bool whole = true;
        for (std::size_t i = 0; i < kFence; ++i) {
            whole = whole && bytes[i] == kPattern;
        }
        return whole;
    }

private:
    static constexpr std::size_t kFence = 64;
    static_assert(kFence >= XNN_EXTRA_BYTES);
    static constexpr unsigned char kPattern = 0x5A;

    std::vector<Element> elements_;
    std::size_t count_;
};

}  // namespace difftest::backends::xnnpack
