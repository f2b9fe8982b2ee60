#pragma once

#include <cstdint>
#include <string>
#include <unordered_map>
#include <vector>

namespace difftest::harness {

/// Which pairs of attributes of one node (coverage_map.hpp) the cases of a lane have reached: a pair is reached when a
/// case that has it was judged, and given up when too many cases that have it were not, since no backend takes it. Its
/// memory depends on how many pairs there are.
class LaneCoverage {
public:
    /// A pair is given up after so many cases that no rung judged.
    explicit LaneCoverage(std::int64_t tries) : tries_(tries) {}

    /// `features` are those of a case: case_features.hpp.
    void learn(const std::vector<std::vector<std::string>>& features, bool judged);

    /// How many pairs of the case are neither reached nor given up.
    std::int64_t unreached(const std::vector<std::vector<std::string>>& features) const;

private:
    static constexpr std::int64_t kReached = -1;

    std::int64_t tries_;
    std::unordered_map<std::uint64_t, std::int64_t> pairs_;  ///< by hash: kReached, or cases in vain
};

}  // namespace difftest::harness
