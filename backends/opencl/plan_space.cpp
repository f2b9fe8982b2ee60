#include "backends/opencl/plan_space.hpp"

#include "backends/plan_name/plan_selection.hpp"

#include <random>
#include <utility>

namespace difftest::backends::opencl {
namespace {

constexpr int kCombinations = 8;

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
                                              std::uint64_t seed) {
    return plans_that_fit(base_plans(), patterns, plan_specification_from, [&] { return whole_space(cuts, seed); });
}

}  // namespace difftest::backends::opencl
