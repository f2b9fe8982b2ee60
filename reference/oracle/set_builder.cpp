#include "reference/oracle/set_builder.hpp"

#include <algorithm>
#include <cstddef>

namespace difftest::oracle {
namespace {

void join_overlapping(std::vector<Interval>& parts) {
    std::sort(parts.begin(), parts.end(),
              [](const Interval& a, const Interval& b) { return a.lo != b.lo ? a.lo < b.lo : a.hi < b.hi; });
    std::size_t last = 0;
    for (std::size_t i = 1; i < parts.size(); ++i) {
        if (parts[i].lo <= parts[last].hi) {
            parts[last].hi = std::max(parts[last].hi, parts[i].hi);
        } else {
            parts[++last] = parts[i];
        }
    }
    parts.resize(std::min(parts.size(), last + 1));
}

void join_closest(std::vector<Interval>& parts) {
    std::size_t closest = 1;
    for (std::size_t i = 2; i < parts.size(); ++i) {
        if (parts[i].lo - parts[i - 1].hi < parts[closest].lo - parts[closest - 1].hi) {
            closest = i;
        }
    }
    parts[closest - 1].hi = parts[closest].hi;
    parts.erase(parts.begin() + static_cast<std::ptrdiff_t>(closest));
}

}  // namespace

void SetBuilder::add(const AllowedSet& set) {
    parts_.insert(parts_.end(), set.intervals.begin(), set.intervals.end());
    may_be_nan_ = may_be_nan_ || set.may_be_nan;
    unconstrained_ = unconstrained_ || set.unconstrained;
}

AllowedSet SetBuilder::build(bool& widened) {
    if (unconstrained_) {
        return {{}, false, true};
    }
    join_overlapping(parts_);
    while (parts_.size() > kMostParts) {
        join_closest(parts_);
        widened = true;
    }
    return {parts_, may_be_nan_, false};
}

bool SetBuilder::is_one_interval() {
    join_overlapping(parts_);
    return parts_.size() == 1 && !may_be_nan_ && !unconstrained_;
}

void SetBuilder::clear() {
    parts_.clear();
    may_be_nan_ = false;
    unconstrained_ = false;
}

}  // namespace difftest::oracle
