#include "harness/campaign/library_version.hpp"

#include <algorithm>
#include <charconv>

namespace difftest::harness {

LibraryVersion::LibraryVersion(std::string_view text) {
    const char* end = text.data() + text.size();
    for (const char* at = text.data(); at < end;) {
        unsigned long number = 0;
        const auto [next, error] = std::from_chars(at, end, number);
        if (error != std::errc{}) {
            break;
        }
        numbers_.push_back(number);
        if (next == end || *next != '.') {
            break;
        }
        at = next + 1;
    }
}

std::strong_ordering operator<=>(const LibraryVersion& a, const LibraryVersion& b) {
    const std::size_t count = std::max(a.numbers_.size(), b.numbers_.size());
    for (std::size_t index = 0; index < count; ++index) {
        const unsigned long left = index < a.numbers_.size() ? a.numbers_[index] : 0;
        const unsigned long right = index < b.numbers_.size() ? b.numbers_[index] : 0;
        if (left != right) {
            return left <=> right;
        }
    }
    return std::strong_ordering::equal;
}

}  // namespace difftest::harness
