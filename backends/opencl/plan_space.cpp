#include "backends/opencl/plan_space.hpp"

#include "reference/graph/plan_pattern.hpp"

#include <algorithm>
#include <random>
#include <utility>

namespace difftest::backends::opencl {
namespace {

constexpr int kCombinations = 8;

void add_once(std::vector<PlanSpecification>& plans, PlanSpecification plan) {
    if (std::find(plans.begin(), plans.end(), plan) == plans.end()) {
        plans.push_back(std::move(plan));
    }
}

/// Each part of the plan deviates or not.
PlanSpecification combination(std::mt19937_64& random, std::size_t cuts) {
    PlanSpecification plan;
    plan.fusion = random() % 4 == 0 ? Fusion::split : Fusion::fused;
    plan.implementation = random() % 2 == 0 ? Implementation::tiled : Implementation::direct;
    for (std::size_t cut = 1; plan.fusion == Fusion::fused && cut <= cuts; ++cut) {
        if (random() % 3 == 0) {
            plan.cuts.push_back(cut);
        }
    }
    for (const std::string& deviation : deviation_names()) {
        PlanSpecification deviating = plan;
        if (random() % 5 == 0 && deviate(deviating, deviation)) {
            plan = deviating;
        }
    }
    return plan;
}

std::vector<PlanSpecification> whole_space(std::size_t cuts, std::uint64_t seed) {
    std::vector<PlanSpecification> plans = base_plans();
    for (const PlanSpecification& base : base_plans()) {
        for (const std::string& deviation : deviation_names()) {
            PlanSpecification plan = base;
            deviate(plan, deviation);
            add_once(plans, std::move(plan));
        }
    }
    for (std::size_t cut = 1; cut <= cuts; ++cut) {
        PlanSpecification plan;
        plan.cuts = {cut};
        add_once(plans, std::move(plan));
    }
    std::mt19937_64 random(seed);  // its numbers are the same everywhere
    for (int index = 0; index < kCombinations; ++index) {
        add_once(plans, combination(random, cuts));
    }
    return plans;
}

}  // namespace

std::vector<PlanSpecification> base_plans() {
    std::vector<PlanSpecification> plans(3);
    plans[1].implementation = Implementation::tiled;
    plans[2].fusion = Fusion::split;
    return plans;
}

std::vector<PlanSpecification> selected_plans(const std::vector<std::string>& patterns, std::size_t cuts,
                                              std::uint64_t seed) {
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
            space = whole_space(cuts, seed);
        }
        for (const PlanSpecification& plan : space) {
            if (graph::matches_plan(pattern, name_of(plan))) {
                add_once(plans, plan);
            }
        }
    }
    return plans;
}

}  // namespace difftest::backends::opencl
