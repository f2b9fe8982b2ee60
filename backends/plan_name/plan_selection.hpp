#pragma once

#include "reference/graph/plan_pattern.hpp"

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

namespace difftest::backends {

/// Adds the plan unless it is there.
template <typename Specification>
void add_plan_once(std::vector<Specification>& plans, Specification plan) {
    if (std::find(plans.begin(), plans.end(), plan) == plans.end()) {
        plans.push_back(std::move(plan));
    }
}

/// `plans`, and what the patterns (graph::matches_plan) ask for: a pattern that is the name of a plan (`plan_from`)
/// adds that plan, whether it is in the space or not; "all" or a "*" adds every plan of the space that fits. `space` is
/// called only in the second case, and once.
template <typename Specification, typename PlanFrom, typename Space>
std::vector<Specification> plans_that_fit(std::vector<Specification> plans, const std::vector<std::string>& patterns,
                                          const PlanFrom& plan_from, const Space& space) {
    std::vector<Specification> whole;
    for (const std::string& pattern : patterns) {
        if (auto named = plan_from(pattern)) {
            add_plan_once(plans, *std::move(named));
            continue;
        }
        if (pattern != "all" && pattern.find('*') == std::string::npos) {
            continue;
        }
        if (whole.empty()) {
            whole = space();
        }
        for (const Specification& plan : whole) {
            if (graph::matches_plan(pattern, name_of(plan))) {
                add_plan_once(plans, plan);
            }
        }
    }
    return plans;
}

}  // namespace difftest::backends
