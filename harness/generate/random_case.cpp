#include "harness/generate/random_case.hpp"

#include "harness/generate/chain_templates.hpp"
#include "harness/generate/steps.hpp"

#include <algorithm>
#include <numeric>

namespace difftest::harness {
namespace {

using Weights = std::array<std::int64_t, kStepCount>;

constexpr std::size_t kMostNodes = 20;

Step drawn_step(ChoiceSource& choices, const Weights& weights) {
    const std::int64_t all = std::accumulate(weights.begin(), weights.end(), std::int64_t{0});
    std::int64_t rest = choices.integer(0, all - 1);
    std::size_t index = 0;
    while (rest >= weights[index]) {
        rest -= weights[index];
        ++index;
    }
    return static_cast<Step>(index);
}

/// What a sum of products needs to go on: a byte again.
Step drawn_narrowing(ChoiceSource& choices) {
    return choices.one_of({Step::requantize, Step::fake_quantize, Step::quantize, Step::convert});
}

/// As deep as networks are: several sums of products, each with a chain behind it and a byte at its end.
std::vector<Step> deep_growth(ChoiceSource& choices, const GeneratorLimits& limits) {
    std::vector<Step> steps;
    for (std::int64_t block = choices.integer(2, 4); block > 0; --block) {
        steps.push_back(drawn_step(choices, limits.first_weights));
        for (std::int64_t i = choices.integer(0, 4); i > 0; --i) {
            steps.push_back(drawn_step(choices, limits.weights));
        }
        steps.push_back(drawn_narrowing(choices));
    }
    return steps;
}

std::vector<Step> free_growth(ChoiceSource& choices, const GeneratorLimits& limits) {
    if (limits.deep_part > 0 && choices.chance(1, limits.deep_part)) {
        return deep_growth(choices, limits);
    }
    std::vector<Step> steps{drawn_step(choices, limits.first_weights)};
    const std::int64_t length = choices.chance(1, 5)
                                    ? choices.integer(0, std::min<std::int64_t>(1, limits.longest_chain))
                                    : choices.integer(0, limits.longest_chain);
    for (std::int64_t i = 0; i < length; ++i) {
        steps.push_back(drawn_step(choices, limits.weights));
    }
    // Backward: what comes before the first operation of a chain.
    for (std::int64_t before = choices.chance(1, 8) ? choices.integer(1, 3) : 0; before > 0; --before) {
        steps.insert(steps.begin(), choices.one_of({Step::fake_quantize, Step::quantize, Step::concat, Step::pooling,
                                                    Step::permute, Step::slice, Step::reorder, Step::relu}));
    }
    return steps;
}

std::vector<Step> drawn_steps(ChoiceSource& choices, const GeneratorLimits& limits) {
    const auto& parts = limits.topologies;
    const std::size_t topology = choices.weighted({parts[0], parts[1], parts[2]});
    if (topology == 0) {
        return free_growth(choices, limits);
    }
    const auto templates = chain_templates();
    const auto last = static_cast<std::int64_t>(templates.size()) - 1;
    const std::vector<Step>& chain = templates[static_cast<std::size_t>(choices.integer(0, last))].steps;
    if (topology == 1) {
        return chain;
    }
    std::vector<Step> insertable;
    for (std::size_t step = 0; step < kStepCount; ++step) {
        if (limits.weights[step] > 0) {
            insertable.push_back(static_cast<Step>(step));
        }
    }
    return insertable.empty() ? chain : mutated(choices, chain, insertable);
}

}  // namespace

graph::Case random_case(ChoiceSource& choices, const GeneratorLimits& limits, const std::string& name) {
    CaseGrower grower(choices, limits, name);
    grower.make_exact(limits.exact_part > 0 && choices.chance(1, limits.exact_part));
    for (const Step step : drawn_steps(choices, limits)) {
        if (grower.nodes() >= kMostNodes) {
            break;
        }
        take_step(grower, step);
    }
    if (grower.nodes() == 0) {
        take_step(grower, Step::relu);  // fits any tensor
    }
    const graph::DataType last = grower.type(*grower.current());
    if (last == graph::DataType::f32 && choices.chance(3, 5)) {
        take_step(grower, Step::convert);
    }
    return grower.finish();
}

}  // namespace difftest::harness
