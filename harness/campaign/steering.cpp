#include "harness/campaign/steering.hpp"

#include "harness/campaign/case_features.hpp"

#include <algorithm>
#include <iterator>
#include <set>
#include <utility>

namespace difftest::harness {
namespace {

constexpr std::size_t kMostDescriptions = 64;  ///< of one cluster
constexpr std::int64_t kPart =
    3;  ///< one of so many cases that fit must fail: what is lost beside comes back by probes

std::vector<std::string> common(const std::vector<std::string>& a, const std::vector<std::string>& b) {
    std::vector<std::string> result;
    std::set_intersection(a.begin(), a.end(), b.begin(), b.end(), std::back_inserter(result));
    return result;
}

bool has_all(const std::vector<std::string>& features, const std::vector<std::string>& wanted) {
    return std::includes(features.begin(), features.end(), wanted.begin(), wanted.end());
}

}  // namespace

bool is_probe(const SteeringSetup& setup, std::uint64_t position) {
    return position % setup.probe == setup.probe - 1;
}

void LaneSteering::learn(const CaseRecord& record) {
    if (setup_.candidates > 1) {
        coverage_.learn(record.features, !record.judged_on.empty());
    }
    runs_.learn(record);
    const std::vector<std::string> features = flat_features(record.features);
    std::set<std::string> failed;
    bool fails_unexplained = false;
    for (const FailureRecord& failure : record.failures) {
        failed.insert(steering_identity(failure));
        fails_unexplained = fails_unexplained || !failure.known_issue;
    }
    // What was withheld would have failed: descriptions of cases stay as they are.
    std::set<std::string> foretold = failed;
    for (const auto& [identity, runs] : record.withheld) {
        foretold.insert(identity);
    }
    for (auto& [identity, trail] : trails_) {
        for (Description& each : trail.descriptions) {
            if (has_all(features, each.common)) {
                ++each.matched;
                each.failed += foretold.contains(identity) || (fails_unexplained && !trail.is_known) ? 1 : 0;
            }
        }
        std::erase_if(trail.descriptions,
                      [this](const Description& each) { return is_sure(each) && kPart * each.failed < each.matched; });
    }
    for (const FailureRecord& failure : record.failures) {
        trails_[steering_identity(failure)].is_known = failure.known_issue.has_value();
    }
    for (const std::string& identity : failed) {
        learn_failure(trails_[identity], features);
    }
}

void LaneSteering::learn_failure(Trail& trail, const std::vector<std::string>& features) const {
    const bool described = std::any_of(trail.descriptions.begin(), trail.descriptions.end(),
                                       [&](const Description& each) { return has_all(features, each.common); });
    if (described || trail.descriptions.size() >= kMostDescriptions) {
        return;
    }
    trail.growing = trail.growing_cases == 0 ? features : common(trail.growing, features);
    if (++trail.growing_cases < setup_.full) {
        return;
    }
    if (!trail.growing.empty()) {
        trail.descriptions.push_back({std::move(trail.growing), 0, 0});
    }
    trail.growing.clear();
    trail.growing_cases = 0;
}

std::optional<std::string> LaneSteering::avoided(const std::vector<std::string>& features) const {
    for (const auto& [identity, trail] : trails_) {
        const bool fits =
            std::any_of(trail.descriptions.begin(), trail.descriptions.end(),
                        [&](const Description& each) { return is_sure(each) && has_all(features, each.common); });
        if (fits) {
            return identity;
        }
    }
    return std::nullopt;
}

}  // namespace difftest::harness
