#pragma once

#include "harness/generate/choice_source.hpp"
#include "harness/generate/generator_limits.hpp"
#include "reference/graph/case.hpp"

#include <string>

namespace difftest::harness {

/// A random graph with its data: grown step by step, or after a template of the catalogue, as it is or changed. The
/// parameters of every step are chosen from the values that the oracle computes for its input, so that values stay
/// alive through the chain; then, at times, deliberately not. The same decisions give the same case.
graph::Case random_case(ChoiceSource& choices, const GeneratorLimits& limits, const std::string& name);

}  // namespace difftest::harness
