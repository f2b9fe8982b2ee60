#include "reference/oracle/set_builder.hpp"

#include <algorithm>
#include <cstddef>
#include <numeric>
#include <utility>
#include <vector>

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

/// Leaves `most` parts: joins across the narrowest gaps, of equal ones across the lower first. Parts may be many:
/// joining two at a time would take the square of their number.
void join_closest(std::vector<Interval>& parts, std::size_t most) {
    std::vector<std::size_t> gaps(parts.size() - 1);  // the gap i lies below part i + 1
    std::iota(gaps.begin(), gaps.end(), std::size_t{0});
    const auto width = [&parts](std::size_t gap) { return parts[gap + 1].lo - parts[gap].hi; };
    const auto kept = static_cast<std::ptrdiff_t>(most) - 1;
    std::nth_element(gaps.begin(), gaps.begin() + kept, gaps.end(), [&width](std::size_t a, std::size_t b) {
        return width(a) != width(b) ? width(a) > width(b) : a > b;
    });
    gaps.resize(most - 1);
    std::sort(gaps.begin(), gaps.end());
    std::vector<Interval> joined;
    std::size_t first = 0;
    for (const std::size_t gap : gaps) {
        joined.push_back({parts[first].lo, parts[gap].hi});
        first = gap + 1;
    }
    joined.push_back({parts[first].lo, parts.back().hi});
    parts = std::move(joined);
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
    if (parts_.size() > kMostParts) {
        join_closest(parts_, kMostParts);
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
