#include "harness/campaign/steering.hpp"

#include "harness/campaign/campaign_fold.hpp"
#include "harness/campaign/case_features.hpp"

#include <algorithm>
#include <iterator>
#include <set>
#include <utility>

namespace difftest::harness {
namespace {

std::vector<std::string> common(const std::vector<std::string>& a, const std::vector<std::string>& b) {
    std::vector<std::string> result;
    std::set_intersection(a.begin(), a.end(), b.begin(), b.end(), std::back_inserter(result));
    return result;
}

bool has_all(const std::vector<std::string>& features, const std::vector<std::string>& wanted) {
    return std::includes(features.begin(), features.end(), wanted.begin(), wanted.end());
}

}  // namespace

std::string steering_identity(const FailureRecord& failure) {
    return failure.known_issue ? "known issue " + *failure.known_issue : identity_text(failure.signature);
}

bool is_probe(const SteeringSetup& setup, std::uint64_t position) {
    return position % setup.probe == setup.probe - 1;
}

void LaneSteering::learn(const CaseRecord& record) {
    const std::vector<std::string> features = flat_features(record.features);
    std::set<std::string> failed;
    for (const FailureRecord& failure : record.failures) {
        failed.insert(steering_identity(failure));
    }
    for (const std::string& identity : failed) {
        const auto [found, is_new] = trails_.try_emplace(identity);
        Trail& trail = found->second;
        ++trail.cases;
        std::vector<std::string> rest = is_new ? features : common(trail.common, features);
        if (is_new || rest.size() < trail.common.size()) {
            trail.common = std::move(rest);
            trail.matched = trail.failed = 0;
        }
    }
    for (auto& [identity, trail] : trails_) {
        if (has_all(features, trail.common)) {
            ++trail.matched;
            trail.failed += failed.contains(identity) ? 1 : 0;
        }
    }
}

bool LaneSteering::is_avoided(const Trail& trail) const {
    return trail.cases >= setup_.full && trail.matched >= setup_.least_matched && 2 * trail.failed >= trail.matched &&
           !trail.common.empty();
}

std::optional<std::string> LaneSteering::avoided(const std::vector<std::string>& features) const {
    for (const auto& [identity, trail] : trails_) {
        if (is_avoided(trail) && has_all(features, trail.common)) {
            return identity;
        }
    }
    return std::nullopt;
}

}  // namespace difftest::harness
