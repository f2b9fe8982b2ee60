#pragma once

#include <cstdint>
#include <iterator>
#include <map>

namespace difftest::harness {

/// A set of numbers, held as ranges: what is nearly without gaps needs next to no memory.
class IndexRanges {
public:
    bool contains(std::uint64_t number) const {
        const auto after = ranges_.upper_bound(number);
        return after != ranges_.begin() && number < std::prev(after)->second;
    }

    /// False when it was there already.
    bool insert(std::uint64_t number) {
        if (contains(number)) {
            return false;
        }
        const auto after = ranges_.upper_bound(number);
        std::uint64_t end = number + 1;
        if (after != ranges_.end() && after->first == end) {
            end = after->second;
            ranges_.erase(after);
        }
        const auto next = ranges_.upper_bound(number);
        if (next != ranges_.begin() && std::prev(next)->second == number) {
            std::prev(next)->second = end;
        } else {
            ranges_.emplace(number, end);
        }
        ++size_;
        return true;
    }

    std::uint64_t size() const { return size_; }

    /// How many ranges it takes.
    std::size_t ranges() const { return ranges_.size(); }

private:
    std::map<std::uint64_t, std::uint64_t> ranges_;  ///< first number and the one behind the last
    std::uint64_t size_ = 0;
};

}  // namespace difftest::harness
