#include "harness/generate/gated_case.hpp"

#include "harness/generate/random_case.hpp"

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

namespace difftest::harness {
namespace {

/// A stream of its own for each draw of an index; indices stay below 2^40.
std::uint64_t stream_of(std::uint64_t index, int draw) {
    return index + (static_cast<std::uint64_t>(draw) << 48);
}

struct Candidate {
    graph::Case value;
    int draw = 0;
    std::int64_t worth = 0;
};

/// The next draws that the wish does not refuse, from `next` on, as many as it compares; the last draw is not refused,
/// so that there is at least one.
std::vector<Candidate> drawn_candidates(const GeneratorSetup& setup, std::uint64_t index, const std::string& name,
                                        const DrawWish& wish, int& next, std::set<std::string>& avoided) {
    const int wanted = wish.worth ? std::max(wish.candidates, 1) : 1;
    std::vector<Candidate> candidates;
    for (; next < setup.most_draws && std::ssize(candidates) < wanted; ++next) {
        Candidate candidate{drawn_case(setup, index, next, name), next, 0};
        const bool last = next + 1 == setup.most_draws && candidates.empty();
        if (const auto why = wish.avoid && !last ? wish.avoid(candidate.value) : std::nullopt) {
            avoided.insert(*why);
            continue;
        }
        candidate.worth = wish.worth ? wish.worth(candidate.value) : 0;
        candidates.push_back(std::move(candidate));
    }
    return candidates;
}

std::vector<Candidate> in_order_of_worth(std::vector<Candidate> candidates) {
    std::stable_sort(candidates.begin(), candidates.end(),
                     [](const Candidate& a, const Candidate& b) { return a.worth > b.worth; });
    return candidates;
}

}  // namespace

graph::Case drawn_case(const GeneratorSetup& setup, std::uint64_t index, int draw, const std::string& name) {
    CounterChoices choices(setup.seed, stream_of(index, draw));
    return random_case(choices, setup.limits, name);
}

GatedCase gated_case(const GeneratorSetup& setup, std::uint64_t index, const std::string& name, const DrawWish& wish) {
    GatedCase result;
    for (int next = 0; next < setup.most_draws;) {
        const std::vector<Candidate> candidates = drawn_candidates(setup, index, name, wish, next, result.avoided);
        const std::int64_t first_worth = candidates.front().worth;
        for (const Candidate& candidate : in_order_of_worth(candidates)) {
            result.value = candidate.value;
            result.draw = candidate.draw;
            result.gained = candidate.worth - first_worth;
            result.evaluation = oracle::evaluate(result.value, setup.contract);
            const auto complaint = complaint_of_gate(setup.gate, result.value, result.evaluation);
            if (!complaint) {
                return result;
            }
            ++result.refused[std::string(*complaint)];
        }
    }
    ++result.refused["taken as it is"];
    return result;
}

}  // namespace difftest::harness
