#pragma once

#include "reference/oracle/allowed_set.hpp"

#include <cstddef>

namespace difftest::oracle {

/// Collects the results of all granted variants into an allowed set. Parts that touch or overlap are joined; beyond
/// kMostParts the closest neighbours are joined too, which widens the set (sound, and counted by the caller).
class SetBuilder {
public:
    static constexpr std::size_t kMostParts = 64;

    void add(Interval part) { parts_.push_back(part); }
    void add(const AllowedSet& set);
    void allow_nan() { may_be_nan_ = true; }
    void allow_anything() { unconstrained_ = true; }

    /// The set. `widened` becomes true when parts had to be joined that do not touch.
    AllowedSet build(bool& widened);

    /// Joins what touches, and says whether the set is one interval: then front() is it, and build is not needed.
    bool is_one_interval();
    const Interval& front() const { return parts_.front(); }

    /// Begins anew, with the memory that it has.
    void clear();

private:
    std::vector<Interval> parts_;
    bool may_be_nan_ = false;
    bool unconstrained_ = false;
};

}  // namespace difftest::oracle
