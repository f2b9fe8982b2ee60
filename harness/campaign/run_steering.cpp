#include "harness/campaign/run_steering.hpp"

#include "harness/campaign/campaign_fold.hpp"

#include <algorithm>
#include <iterator>
#include <string_view>
#include <utility>

namespace difftest::harness {
namespace {

constexpr std::string_view kKnown = "known issue ";
constexpr std::size_t kMostDescriptions = 256;  ///< of one place
/// So many parts of a list of features must fit a run for the list to be made more general by it.
constexpr std::size_t kNearParts = 1;
constexpr std::size_t kNearOf = 2;

/// One of so many runs that a description fits must fail: less than half foretell it, as what is wrong shows in the
/// values of some cases only.
constexpr std::int64_t kPart = 4;

bool is_right(std::int64_t runs, std::int64_t failed) {
    return kPart * failed >= runs;
}

bool has_all(const std::vector<std::string>& features, const std::vector<std::string>& wanted) {
    return std::includes(features.begin(), features.end(), wanted.begin(), wanted.end());
}

std::vector<std::string> common_features(const std::vector<std::string>& a, const std::vector<std::string>& b) {
    std::vector<std::string> result;
    std::set_intersection(a.begin(), a.end(), b.begin(), b.end(), std::back_inserter(result));
    return result;
}

}  // namespace

std::string steering_identity(const FailureRecord& failure) {
    return failure.known_issue ? std::string(kKnown) + *failure.known_issue : identity_text(failure.signature);
}

bool is_foretold(const FailureRecord& failure, const std::string& identity) {
    return identity.starts_with(kKnown) ? steering_identity(failure) == identity : !failure.known_issue;
}

std::vector<std::string> with_plan(std::vector<std::string> features, const std::string& plan) {
    features.push_back("plan " + plan);
    std::sort(features.begin(), features.end());
    return features;
}

std::vector<RunSteering::Fit> RunSteering::fits(const RunPattern& pattern) const {
    std::vector<Fit> result;
    for (const RunPattern::Part& part : pattern.parts) {
        const auto known = places_.find({pattern.backend, pattern.isa, part.operation});
        if (known == places_.end()) {
            continue;
        }
        for (const Description& each : known->second) {
            const bool listed = std::any_of(result.begin(), result.end(),
                                            [&each](const Fit& fit) { return fit.description == each.id; });
            if (!listed && has_all(part.features, each.common)) {
                result.push_back({each.id, each.identity,
                                  each.cases >= full_ && is_tried(each) && is_right(each.runs, each.failed)});
            }
        }
    }
    return result;
}

void RunSteering::learn(const CaseRecord& record) {
    for (auto& [place, known] : places_) {
        for (Description& each : known) {
            if (const auto made = record.forecasts.find(each.id); made != record.forecasts.end()) {
                each.runs += made->second.runs;
                each.failed += made->second.failed;
            }
        }
        std::erase_if(known,
                      [this](const Description& each) { return is_tried(each) && !is_right(each.runs, each.failed); });
    }
    std::vector<std::uint64_t> counted;
    for (const FailureRecord& failure : record.failures) {
        const FailureSignature& signature = failure.signature;
        learn_failure(places_[{signature.backend, failure.isa, signature.operation}], steering_identity(failure),
                      with_plan(signature.attributes, failure.plan), counted);
    }
}

/// `counted`: descriptions that this case counts for already.
void RunSteering::learn_failure(std::vector<Description>& known, const std::string& identity,
                                const std::vector<std::string>& features, std::vector<std::uint64_t>& counted) {
    const auto count = [&counted](Description& each) {
        if (std::find(counted.begin(), counted.end(), each.id) == counted.end()) {
            counted.push_back(each.id);
            ++each.cases;
        }
    };
    Description* nearest = nullptr;
    std::vector<std::string> general;
    for (Description& each : known) {
        if (each.identity != identity) {
            continue;
        }
        if (has_all(features, each.common)) {
            count(each);
            return;
        }
        std::vector<std::string> both = common_features(each.common, features);
        if (kNearOf * both.size() >= kNearParts * each.common.size() && both.size() > general.size()) {
            nearest = &each;
            general = std::move(both);
        }
    }
    if (nearest != nullptr) {
        nearest->common = std::move(general);
        nearest->runs = 0;
        nearest->failed = 0;
        count(*nearest);
    } else if (known.size() < kMostDescriptions) {
        known.push_back({next_id_++, identity, features, 0, 0, 0});
        count(known.back());
    }
}

}  // namespace difftest::harness
