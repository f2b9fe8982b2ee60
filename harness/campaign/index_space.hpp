#pragma once

#include "harness/campaign/index_ranges.hpp"
#include "harness/campaign/steering.hpp"

#include <cstdint>
#include <map>
#include <optional>
#include <vector>

namespace difftest::harness {

/// Which indices a campaign, or one shard of it, consists of: those of [first, end) whose lane is the shard's.
struct IndexSelection {
    std::uint64_t first = 0;
    std::uint64_t end = 0;
    std::uint64_t lanes = 1;
    std::uint64_t shard = 0;  ///< of `shards`: it owns the lanes l with l % shards == shard
    std::uint64_t shards = 1;

    bool contains(std::uint64_t index) const {
        return index >= first && index < end && (index % lanes) % shards == shard;
    }
    std::uint64_t size() const;
};

/// What of an index space is done, what comes next, and what the lanes have learned. For one thread at a time; but what
/// `guidance_of` returns for an index that `next` gave does not change until that index is done.
class IndexSpace {
public:
    /// Without `steering` no index waits for another.
    IndexSpace(const IndexSelection& selection, const std::optional<SteeringSetup>& steering);

    /// Marks the index of the record as done; false when it is not one of these or was done before.
    bool add(const CaseRecord& record);

    struct Next {
        std::optional<std::uint64_t> index;
        bool must_wait = false;  ///< there are more, but an index that is not done yet comes first
    };
    /// The lowest index that is neither done nor given out.
    Next next();

    /// What the index is steered by.
    Guidance guidance_of(std::uint64_t index) const;

    std::uint64_t done() const { return done_count_; }
    std::uint64_t wanted() const { return selection_.size(); }

private:
    struct Lane {
        IndexRanges done;                             ///< positions in the lane
        std::uint64_t learned = 0;                    ///< positions below it; whole blocks
        std::map<std::uint64_t, CaseRecord> waiting;  ///< done, but not all of their block are
        std::optional<LaneSteering> steering;
    };
    void learn_blocks(Lane& lane) const;
    std::uint64_t position_of(std::uint64_t index) const;
    std::uint64_t first_position(std::uint64_t lane) const;

    IndexSelection selection_;
    std::optional<SteeringSetup> steering_;
    std::vector<Lane> lanes_;
    std::uint64_t next_;
    std::uint64_t done_count_ = 0;
};

}  // namespace difftest::harness
