#include "reference/oracle/set_builder.hpp"

#include <algorithm>
#include <cstddef>

namespace difftest::oracle {
namespace {

void join_overlapping(std::vector<Interval>& parts) {
    std::sort(parts.begin(), parts.end(),
              [](const Interval& a, const Interval& b) { return a.lo != b.lo ? a.lo < b.lo : a.hi < b.hi; });
    std::vector<Interval> joined;
    for (const Interval& part : parts) {
        if (!joined.empty() && part.lo <= joined.back().hi) {
            joined.back().hi = std::max(joined.back().hi, part.hi);
        } else {
            joined.push_back(part);
        }
    }
    parts = std::move(joined);
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

}  // namespace difftest::oracle
