#pragma once

#include "harness/generate/choice_source.hpp"
#include "harness/generate/step.hpp"

#include <span>
#include <string_view>
#include <vector>

namespace difftest::harness {

/// A chain of the catalogue: the order of the steps of one of the fusion tests of OpenVINO's GPU plugin.
struct ChainTemplate {
    std::string_view name;
    std::vector<Step> steps;
};

std::span<const ChainTemplate> chain_templates();

/// The chain with one to three changes: a step inserted, deleted, doubled, replaced, two exchanged or the order of a
/// part reversed; a step from the end moved into the middle; another type from some place on; a tensor read once more;
/// a branch of its own that joins again. Its first step stays.
std::vector<Step> mutated(ChoiceSource& choices, std::vector<Step> steps, std::span<const Step> insertable);

}  // namespace difftest::harness
