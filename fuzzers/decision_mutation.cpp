#include "fuzzers/decision_mutation.hpp"

#include "fuzzers/mutation_random.hpp"
#include "harness/generate/choice_source.hpp"
#include "harness/generate/fuzz_input.hpp"
#include "harness/generate/random_case.hpp"

#include <algorithm>
#include <array>

namespace difftest::fuzzers {
namespace {

using harness::ChoiceSource;
using Decisions = std::vector<std::int64_t>;
using Part = ChoiceSource::Part;

struct Drawn {
    Decisions decisions;
    std::vector<std::uint64_t> counts;
    std::vector<Part> parts;  ///< of at least one decision
};

Drawn drawn(std::span<const std::uint8_t> bytes) {
    harness::ByteChoices choices(bytes);
    harness::random_case(choices, harness::fuzz_limits(), "mutated");
    Drawn result{choices.taken(), choices.counts(), {}};
    for (const Part& part : choices.parts()) {
        if (part.first < part.end) {
            result.parts.push_back(part);
        }
    }
    return result;
}

/// Another value of one decision, in its range.
std::int64_t other_value(std::int64_t value, std::uint64_t count, MutationRandom& random) {
    const std::array<std::uint64_t, 5> candidates{0, count - 1, static_cast<std::uint64_t>(value) + 1,
                                                  static_cast<std::uint64_t>(value) + count - 1, random.below(count)};
    const std::uint64_t chosen = random.one_in(2) ? candidates.back() : candidates[random.below(candidates.size())];
    return static_cast<std::int64_t>(count == 0 ? chosen : chosen % count);
}

Decisions slice(const Decisions& from, const Part& part) {
    return {from.begin() + static_cast<std::ptrdiff_t>(part.first),
            from.begin() + static_cast<std::ptrdiff_t>(part.end)};
}

/// `decisions` with those of [first, end) replaced.
void replace(Decisions& decisions, std::size_t first, std::size_t end, const Decisions& by) {
    decisions.erase(decisions.begin() + static_cast<std::ptrdiff_t>(first),
                    decisions.begin() + static_cast<std::ptrdiff_t>(end));
    decisions.insert(decisions.begin() + static_cast<std::ptrdiff_t>(first), by.begin(), by.end());
}

void change_values(Drawn& from, MutationRandom& random) {
    for (std::size_t times = random.length(4); times > 0 && !from.decisions.empty(); --times) {
        const auto at = static_cast<std::size_t>(random.below(from.decisions.size()));
        from.decisions[at] = other_value(from.decisions[at], from.counts[at], random);
    }
}

void change_part(Drawn& from, MutationRandom& random) {
    const Part part = from.parts[random.below(from.parts.size())];
    Decisions own = slice(from.decisions, part);
    switch (random.below(4)) {
        case 0: replace(from.decisions, part.first, part.end, {}); break;
        case 1: replace(from.decisions, part.end, part.end, own); break;
        case 2:
            for (std::size_t i = 0; i < own.size(); ++i) {
                own[i] = static_cast<std::int64_t>(random.below(from.counts[part.first + i]));
            }
            replace(from.decisions, part.first, part.end, own);
            break;
        default: {
            const Part other = from.parts[random.below(from.parts.size())];
            replace(from.decisions, part.first, part.end, slice(from.decisions, other));
        }
    }
}

Bytes limited(Bytes bytes, std::size_t most) {
    bytes.resize(std::min(bytes.size(), most));
    return bytes;
}

}  // namespace

Bytes mutated_decisions(std::span<const std::uint8_t> bytes, std::uint32_t seed, std::size_t most) {
    MutationRandom random(seed);
    Drawn from = drawn(bytes);
    if (from.parts.empty() || random.below(3) != 0) {
        change_values(from, random);
    } else {
        change_part(from, random);
    }
    if (random.one_in(8)) {  // what comes behind, and is read only by a longer graph
        from.decisions.push_back(static_cast<std::int64_t>(random.below(256)));
    }
    return limited(harness::bytes_of_decisions(from.decisions), most);
}

Bytes crossed_decisions(std::span<const std::uint8_t> a, std::span<const std::uint8_t> b, std::uint32_t seed,
                        std::size_t most) {
    MutationRandom random(seed);
    Drawn first = drawn(a);
    const Drawn second = drawn(b);
    if (first.parts.empty() || second.parts.empty()) {
        return limited(Bytes(b.begin(), b.end()), most);
    }
    const Part own = first.parts[random.below(first.parts.size())];
    if (random.one_in(3)) {
        const Part cut = second.parts[random.below(second.parts.size())];
        Decisions rest(second.decisions.begin() + static_cast<std::ptrdiff_t>(cut.first), second.decisions.end());
        replace(first.decisions, own.end, first.decisions.size(), rest);
    } else {
        std::vector<Part> alike;
        std::copy_if(second.parts.begin(), second.parts.end(), std::back_inserter(alike),
                     [&own](const Part& each) { return each.kind == own.kind; });
        const std::vector<Part>& pool = alike.empty() ? second.parts : alike;
        replace(first.decisions, own.first, own.end, slice(second.decisions, pool[random.below(pool.size())]));
    }
    return limited(harness::bytes_of_decisions(first.decisions), most);
}

}  // namespace difftest::fuzzers
