#include "harness/generate/gated_case.hpp"

#include "harness/generate/random_case.hpp"

#include <string>

namespace difftest::harness {
namespace {

/// A stream of its own for each draw of an index; indices stay below 2^40.
std::uint64_t stream_of(std::uint64_t index, int draw) {
    return index + (static_cast<std::uint64_t>(draw) << 48);
}

}  // namespace

graph::Case drawn_case(const GeneratorSetup& setup, std::uint64_t index, int draw, const std::string& name) {
    CounterChoices choices(setup.seed, stream_of(index, draw));
    return random_case(choices, setup.limits, name);
}

GatedCase gated_case(const GeneratorSetup& setup, std::uint64_t index, const std::string& name,
                     const Avoidance& avoid) {
    GatedCase result;
    for (;; ++result.draw) {
        const bool last = result.draw + 1 >= setup.most_draws;
        result.value = drawn_case(setup, index, result.draw, name);
        if (const auto why = avoid && !last ? avoid(result.value) : std::nullopt) {
            result.avoided.insert(*why);
            continue;
        }
        result.evaluation = oracle::evaluate(result.value, setup.contract);
        const auto complaint = complaint_of_gate(setup.gate, result.value, result.evaluation);
        if (!complaint) {
            return result;
        }
        ++result.refused[std::string(*complaint)];
        if (last) {
            ++result.refused["taken as it is"];
            return result;
        }
    }
}

}  // namespace difftest::harness
