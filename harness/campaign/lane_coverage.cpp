#include "harness/campaign/lane_coverage.hpp"

#include "harness/campaign/coverage_map.hpp"

#include <algorithm>
#include <set>
#include <string_view>

namespace difftest::harness {
namespace {

/// FNV-1a with 64 bits, and a byte that no name has at the end.
std::uint64_t extended_hash(std::uint64_t hash, std::string_view text) {
    constexpr std::uint64_t kPrime = 1099511628211U;
    for (const char c : text) {
        hash = (hash ^ static_cast<unsigned char>(c)) * kPrime;
    }
    return (hash ^ 0xFFU) * kPrime;
}

/// The pairs of attributes of a case, each once.
std::vector<std::uint64_t> pairs_of(const std::vector<std::vector<std::string>>& features) {
    constexpr std::uint64_t kBasis = 14695981039346656037U;
    std::vector<std::uint64_t> pairs;
    for (const std::vector<std::string>& node : features) {
        if (node.empty() || node.front() == "graph") {
            continue;
        }
        const std::uint64_t of_operation = extended_hash(kBasis, node.front());
        std::set<std::string> words;
        std::transform(node.begin() + 1, node.end(), std::inserter(words, words.end()), pair_word);
        for (auto a = words.begin(); a != words.end(); ++a) {
            const std::uint64_t of_first = extended_hash(of_operation, *a);
            for (auto b = std::next(a); b != words.end(); ++b) {
                pairs.push_back(extended_hash(of_first, *b));
            }
        }
    }
    std::sort(pairs.begin(), pairs.end());
    pairs.erase(std::unique(pairs.begin(), pairs.end()), pairs.end());
    return pairs;
}

}  // namespace

void LaneCoverage::learn(const std::vector<std::vector<std::string>>& features, bool judged) {
    for (const std::uint64_t pair : pairs_of(features)) {
        std::int64_t& state = pairs_[pair];
        state = judged || state == kReached ? kReached : state + 1;
    }
}

std::int64_t LaneCoverage::unreached(const std::vector<std::vector<std::string>>& features) const {
    const std::vector<std::uint64_t> pairs = pairs_of(features);
    return std::count_if(pairs.begin(), pairs.end(), [this](std::uint64_t pair) {
        const auto found = pairs_.find(pair);
        return found == pairs_.end() || (found->second != kReached && found->second < tries_);
    });
}

}  // namespace difftest::harness
