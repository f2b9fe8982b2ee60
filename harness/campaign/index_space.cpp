#include "harness/campaign/index_space.hpp"

#include <iterator>

namespace difftest::harness {
namespace {

/// Numbers below `end` that are `rest` modulo `modulus`.
std::uint64_t count_below(std::uint64_t end, std::uint64_t modulus, std::uint64_t rest) {
    return end > rest ? (end - rest - 1) / modulus + 1 : 0;
}

/// What steering learns from; the rest of a record that waits is not kept.
CaseRecord essence(const CaseRecord& record) {
    CaseRecord result;
    result.index = record.index;
    result.features = record.features;
    result.judged_on = record.judged_on;
    result.withheld = record.withheld;
    result.forecasts = record.forecasts;
    result.failures = record.failures;
    return result;
}

}  // namespace

std::uint64_t IndexSelection::size() const {
    std::uint64_t size = 0;
    for (std::uint64_t lane = shard; lane < lanes; lane += shards) {
        size += count_below(end, lanes, lane) - count_below(first, lanes, lane);
    }
    return size;
}

IndexSpace::IndexSpace(const IndexSelection& selection, const std::optional<SteeringSetup>& steering)
    : selection_(selection), steering_(steering), lanes_(selection.lanes), next_(selection.first) {
    for (std::uint64_t lane = 0; steering_ && lane < selection_.lanes; ++lane) {
        lanes_[lane].learned = first_position(lane);
        lanes_[lane].steering.emplace(*steering_);
    }
}

std::uint64_t IndexSpace::position_of(std::uint64_t index) const {
    return index / selection_.lanes;
}

/// Of the lowest index of the lane that is at least `first`.
std::uint64_t IndexSpace::first_position(std::uint64_t lane) const {
    return count_below(selection_.first, selection_.lanes, lane);
}

bool IndexSpace::add(const CaseRecord& record) {
    if (!selection_.contains(record.index)) {
        return false;
    }
    Lane& lane = lanes_[record.index % selection_.lanes];
    const std::uint64_t position = position_of(record.index);
    if (!lane.done.insert(position)) {
        return false;
    }
    ++done_count_;
    if (!lane.steering) {
        return true;
    }
    lane.waiting.emplace(position, essence(record));
    learn_blocks(lane);
    return true;
}

/// Every block of which all are done, in order.
void IndexSpace::learn_blocks(Lane& lane) const {
    while (true) {
        const std::uint64_t end = (lane.learned / steering_->block + 1) * steering_->block;
        const auto last = lane.waiting.lower_bound(end);
        if (static_cast<std::uint64_t>(std::distance(lane.waiting.begin(), last)) != end - lane.learned) {
            return;
        }
        for (auto record = lane.waiting.begin(); record != last; ++record) {
            lane.steering->learn(record->second);
        }
        lane.waiting.erase(lane.waiting.begin(), last);
        lane.learned = end;
    }
}

IndexSpace::Next IndexSpace::next() {
    const auto is_open = [this](std::uint64_t index) {
        return selection_.contains(index) && !lanes_[index % selection_.lanes].done.contains(position_of(index));
    };
    while (next_ < selection_.end && !is_open(next_)) {
        ++next_;
    }
    if (next_ >= selection_.end) {
        return {};
    }
    const Lane& lane = lanes_[next_ % selection_.lanes];
    if (lane.steering && lane.learned < position_of(next_) / steering_->block * steering_->block) {
        return {std::nullopt, true};
    }
    return {next_++, false};
}

Guidance IndexSpace::guidance_of(std::uint64_t index) const {
    const Lane& lane = lanes_[index % selection_.lanes];
    return lane.steering ? Guidance{&*lane.steering, is_probe(*steering_, position_of(index))} : Guidance{};
}

}  // namespace difftest::harness
