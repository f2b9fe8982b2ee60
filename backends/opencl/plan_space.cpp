#include "backends/opencl/plan_space.hpp"

#include "backends/plan_name/plan_selection.hpp"

#include <algorithm>
#include <random>
#include <utility>

namespace difftest::backends::opencl {
namespace {

constexpr int kCombinations = 8;

/// Each part of the plan deviates or not.
PlanSpecification combination(std::mt19937_64& random, std::size_t cuts) {
    PlanSpecification plan;
    plan.fusion = random() % 4 == 0 ? Fusion::split : Fusion::fused;
    plan.implementation = static_cast<Implementation>(random() % 3);
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
    std::vector<PlanSpecification> bases = base_plans();
    PlanSpecification sub_groups;
    sub_groups.implementation = Implementation::sub_group;
    bases.push_back(sub_groups);
    sub_groups.emulated_subgroup = true;
    bases.push_back(sub_groups);
    std::vector<PlanSpecification> plans = bases;
    for (const PlanSpecification& base : bases) {
        for (const std::string& deviation : deviation_names()) {
            PlanSpecification plan = base;
            deviate(plan, deviation);
            add_plan_once(plans, std::move(plan));
        }
    }
    for (std::size_t cut = 1; cut <= cuts; ++cut) {
        PlanSpecification plan;
        plan.cuts = {cut};
        add_plan_once(plans, std::move(plan));
    }
    std::mt19937_64 random(seed);  // its numbers are the same everywhere
    for (int index = 0; index < kCombinations; ++index) {
        add_plan_once(plans, combination(random, cuts));
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
                                              std::uint64_t seed,
                                              const std::function<bool(const PlanSpecification&)>& possible) {
    return plans_that_fit(base_plans(), patterns, plan_specification_from, [&] {
        std::vector<PlanSpecification> plans = whole_space(cuts, seed);
        plans.erase(std::remove_if(plans.begin(), plans.end(), std::not_fn(possible)), plans.end());
        return plans;
    });
}

}  // namespace difftest::backends::opencl
