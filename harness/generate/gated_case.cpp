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

GatedCase gated_case(const GeneratorSetup& setup, std::uint64_t index, const std::string& name) {
    GatedCase result;
    for (int draw = 0;; ++draw) {
        CounterChoices choices(setup.seed, stream_of(index, draw));
        result.value = random_case(choices, setup.limits, name);
        result.evaluation = oracle::evaluate(result.value, setup.contract);
        const auto complaint = complaint_of_gate(setup.gate, result.value, result.evaluation);
        if (!complaint) {
            return result;
        }
        ++result.refused[std::string(*complaint)];
        if (draw + 1 == setup.most_draws) {
            ++result.refused["taken as it is"];
            return result;
        }
    }
}

}  // namespace difftest::harness
