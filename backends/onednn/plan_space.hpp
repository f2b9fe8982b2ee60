#pragma once

#include "backends/onednn/plan_specification.hpp"

#include <functional>
#include <string>
#include <vector>

/// Which plans are offered. The space is a few base plans (how the graph is cut) and, from each of them, one deviation
/// at a time; all combinations can be asked for by name, but are not enumerated.
namespace difftest::backends::onednn {

/// The names of the implementations of each primitive of a plan, in the library's order; empty when the library has
/// none for one of them.
using ImplementationSurvey = std::function<std::vector<std::vector<std::string>>(const PlanSpecification&)>;

/// The plans without any deviation.
std::vector<PlanSpecification> base_plans();

/// The base plans, and what the patterns (graph::matches_plan) ask for: a pattern that is the name of a plan adds that
/// plan, "all" or a "*" every plan of the space that fits. `survey` is called only in the second case.
std::vector<PlanSpecification> selected_plans(const std::vector<std::string>& patterns,
                                              const ImplementationSurvey& survey);

}  // namespace difftest::backends::onednn
