#include "backends/onednn/plan_space.hpp"

#include "reference/graph/plan_pattern.hpp"

#include <algorithm>

namespace difftest::backends::onednn {

namespace {

/// The library's own reference implementation, under the same name in every release.
constexpr const char* kReference = "ref";

void add_once(std::vector<PlanSpecification>& plans, PlanSpecification plan) {
    if (std::find(plans.begin(), plans.end(), plan) == plans.end()) {
        plans.push_back(std::move(plan));
    }
}

/// Every implementation of every primitive is reached: positions up to the longest list, and the reference by name. A
/// position at which no primitive has anything but a reference is left to the latter.
std::vector<PlanSpecification> implementations_from(const PlanSpecification& base, const ImplementationSurvey& survey) {
    const auto is_reference = [](const std::string& name) { return name.find(kReference) != std::string::npos; };
    std::vector<PlanSpecification> plans;
    bool has_reference = false;
    std::vector<bool> worthwhile;
    for (const std::vector<std::string>& names : survey(base)) {
        worthwhile.resize(std::max(worthwhile.size(), names.size()), false);
        for (std::size_t index = 0; index < names.size(); ++index) {
            worthwhile[index] = worthwhile[index] || !is_reference(names[index]);
            has_reference = has_reference || is_reference(names[index]);
        }
    }
    PlanSpecification plan = base;
    for (std::size_t index = 1; index < worthwhile.size(); ++index) {
        if (worthwhile[index]) {
            plan.options.implementation = {index + 1, ""};
            plans.push_back(plan);
        }
    }
    if (has_reference) {
        plan.options.implementation = {1, kReference};
        plans.push_back(plan);
    }
    return plans;
}

std::vector<PlanSpecification> whole_space(const ImplementationSurvey& survey) {
    std::vector<PlanSpecification> plans = base_plans();
    for (const PlanSpecification& base : base_plans()) {
        for (PlanSpecification& plan : implementations_from(base, survey)) {
            add_once(plans, std::move(plan));
        }
    }
    return plans;
}

}  // namespace

std::vector<PlanSpecification> base_plans() {
    std::vector<PlanSpecification> plans;
    for (const Fusion fusion : {Fusion::fused, Fusion::fused_distinct_eltwise, Fusion::split}) {
        plans.push_back({fusion, {}});
    }
    return plans;
}

std::vector<PlanSpecification> selected_plans(const std::vector<std::string>& patterns,
                                              const ImplementationSurvey& survey) {
    std::vector<PlanSpecification> plans = base_plans();
    std::vector<PlanSpecification> space;
    for (const std::string& pattern : patterns) {
        if (const auto named = plan_specification_from(pattern)) {
            add_once(plans, *named);
            continue;
        }
        if (pattern != "all" && pattern.find('*') == std::string::npos) {
            continue;
        }
        if (space.empty()) {
            space = whole_space(survey);
        }
        for (const PlanSpecification& plan : space) {
            if (graph::matches_plan(pattern, name_of(plan))) {
                add_once(plans, plan);
            }
        }
    }
    return plans;
}

}  // namespace difftest::backends::onednn
