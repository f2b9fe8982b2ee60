#pragma once

#include "harness/campaign/case_record.hpp"
#include "harness/campaign/lane_coverage.hpp"
#include "harness/campaign/run_steering.hpp"

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace difftest::harness {

/// How the generator is steered away from failures that are known well enough, and towards what was not reached yet.
///
/// Indices lie in lanes: index i in lane i % lanes, and those of a lane in blocks of `block`. What an index is steered
/// away from depends on the records of the lower blocks of its own lane alone. So a shard that owns whole lanes needs
/// nothing from the others, judges may work on lanes * block indices side by side, and the cases are the same however
/// the work was shared out. Few lanes learn faster: each sees more.
struct SteeringSetup {
    std::uint64_t lanes = 12;
    std::uint64_t block = 1;
    std::int64_t full = 4;           ///< cases of a cluster in a lane that make a description of what to avoid
    std::int64_t least_matched = 6;  ///< cases that fit a description until it is known how many of them fail
    std::uint64_t probe = 8;         ///< one of so many indices of a lane is not steered, so that changes are seen
    /// So many draws of an index are compared, and the one with the most pairs of attributes that its lane has not
    /// reached is taken; 1: no guidance.
    int candidates = 1;
    std::int64_t tries = 4;  ///< cases of a lane in which a pair is not judged until it no longer guides
};

/// What the lower indices of one lane say about the next: what the cases of a cluster have in common, and what was
/// reached.
///
/// A cluster is described by several lists of features: every `full` of its cases that no description fits yet make one
/// of what they have in common. So a few odd cases do not spoil what describes the rest. A description that too many
/// other cases fit is forgotten.
class LaneSteering {
public:
    explicit LaneSteering(const SteeringSetup& setup)
        : setup_(setup), coverage_(setup.tries), runs_(setup.full, setup.least_matched) {}

    /// Records of one lane, in ascending order of their indices.
    void learn(const CaseRecord& record);

    /// The cluster that a case with these features would most likely end in: a description fits, and at least every
    /// third case that it fitted has failed so.
    std::optional<std::string> avoided(const std::vector<std::string>& features) const;

    /// What runs are withheld by.
    const RunSteering& runs() const { return runs_; }

    int candidates() const { return setup_.candidates; }

    /// How many pairs of attributes a case (its case_features) has that the lane has not reached.
    std::int64_t unreached(const std::vector<std::vector<std::string>>& features) const {
        return coverage_.unreached(features);
    }

private:
    struct Description {
        std::vector<std::string> common;  ///< features, ascending
        std::int64_t matched = 0;         ///< cases with all of them, since it was made
        std::int64_t failed = 0;          ///< of these, those in the cluster; in any, as one error makes many clusters
    };
    struct Trail {
        std::vector<Description> descriptions;
        bool is_known = false;             ///< of a known issue: then only its own failures count
        std::vector<std::string> growing;  ///< what the cases that make the next description have in common so far
        std::int64_t growing_cases = 0;
    };
    void learn_failure(Trail& trail, const std::vector<std::string>& features) const;
    bool is_sure(const Description& description) const { return description.matched >= setup_.least_matched; }

    SteeringSetup setup_;
    LaneCoverage coverage_;
    RunSteering runs_;
    std::map<std::string, Trail> trails_;  ///< by identity of the cluster
};

/// Whether the index, the n-th of its lane, is left as it is.
bool is_probe(const SteeringSetup& setup, std::uint64_t position);

/// What an index is steered by.
struct Guidance {
    const LaneSteering* lane = nullptr;  ///< null: nothing
    bool is_probe = false;               ///< left as it is, and all of its runs are made
};

}  // namespace difftest::harness
