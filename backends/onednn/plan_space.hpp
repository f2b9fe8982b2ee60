#pragma once

#include "backends/onednn/plan_specification.hpp"

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

/// Which plans are offered. The space is a few base plans (how the graph is cut), from each of them one deviation at a
/// time (another implementation, layout, number of threads, ...), every single cut of the fused plan, and a few seeded
/// combinations of all that. Any other combination can be asked for by its name.
namespace difftest::backends::onednn {

/// What must be known about a case before its space can be listed.
struct PlanSurvey {
    /// The names of the implementations of each primitive of a plan, in the library's order; empty when the library has
    /// none for one of them.
    std::function<std::vector<std::vector<std::string>>(const PlanSpecification&)> implementations;
    std::size_t fused_results = 0;  ///< how many results the fused plan keeps inside primitives
    std::uint64_t seed = 0;         ///< of the combinations
};

/// The plans without any deviation.
std::vector<PlanSpecification> base_plans();

/// The base plans, and what the patterns (graph::matches_plan) ask for: a pattern that is the name of a plan adds that
/// plan, "all" or a "*" every plan of the space that fits. `survey` is called only in the second case.
std::vector<PlanSpecification> selected_plans(const std::vector<std::string>& patterns,
                                              const std::function<PlanSurvey()>& survey);

}  // namespace difftest::backends::onednn
