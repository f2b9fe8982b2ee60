#include "backends/onednn/plan_space.hpp"

#include "backends/plan_name/plan_selection.hpp"

#include <algorithm>

namespace difftest::backends::onednn {

namespace {

/// The library's own reference implementation, under the same name in every release.
constexpr const char* kReference = "ref";

constexpr int kCombinations = 8;

/// Every implementation of every primitive is reached: positions up to the longest list, and the reference by name. A
/// position at which no primitive has anything but a reference is left to the latter.
std::vector<PlanSpecification> implementations_from(const PlanSpecification& base, const PlanSurvey& survey) {
    const auto is_reference = [](const std::string& name) { return name.find(kReference) != std::string::npos; };
    std::vector<PlanSpecification> plans;
    bool has_reference = false;
    std::vector<bool> worthwhile;
    for (const std::vector<std::string>& names : survey.implementations(base)) {
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

/// A sequence of numbers that depends on the seed only (splitmix64).
class Sequence {
public:
    explicit Sequence(std::uint64_t seed) : state_(seed) {}

    /// In [0, count).
    std::size_t below(std::size_t count) {
        state_ += 0x9E3779B97F4A7C15;
        std::uint64_t mixed = state_;
        mixed = (mixed ^ (mixed >> 30)) * 0xBF58476D1CE4E5B9;
        mixed = (mixed ^ (mixed >> 27)) * 0x94D049BB133111EB;
        return static_cast<std::size_t>((mixed ^ (mixed >> 31)) % count);
    }

private:
    std::uint64_t state_;
};

PlanSpecification combination(Sequence& sequence, const PlanSurvey& survey) {
    const std::vector<PlanSpecification> bases = base_plans();
    PlanSpecification plan = bases[sequence.below(bases.size())];
    for (std::size_t cut = 1; plan.fusion == Fusion::fused && cut <= survey.fused_results; ++cut) {
        if (sequence.below(3) == 0) {
            plan.cuts.push_back(cut);
        }
    }
    const std::vector<PlanSpecification> choices = implementations_from(plan, survey);
    if (!choices.empty()) {
        plan.options.implementation = choices[sequence.below(choices.size())].options.implementation;
    }
    for (const std::string& deviation : deviation_names()) {
        // The first of a kind that is drawn stays.
        CreationOptions deviating = plan.options;
        if (sequence.below(5) == 0 && deviate(deviating, deviation)) {
            plan.options = deviating;
        }
    }
    return plan;
}

std::vector<PlanSpecification> whole_space(const PlanSurvey& survey) {
    std::vector<PlanSpecification> plans = base_plans();
    for (const PlanSpecification& base : base_plans()) {
        for (PlanSpecification& plan : implementations_from(base, survey)) {
            add_plan_once(plans, std::move(plan));
        }
        for (const std::string& deviation : deviation_names()) {
            PlanSpecification plan = base;
            deviate(plan.options, deviation);
            add_plan_once(plans, std::move(plan));
        }
    }
    for (std::size_t cut = 1; cut <= survey.fused_results; ++cut) {
        add_plan_once(plans, PlanSpecification{Fusion::fused, {cut}, {}});
    }
    Sequence sequence(survey.seed);
    for (int index = 0; index < kCombinations; ++index) {
        add_plan_once(plans, combination(sequence, survey));
    }
    return plans;
}

}  // namespace

std::vector<PlanSpecification> base_plans() {
    std::vector<PlanSpecification> plans;
    for (const Fusion fusion :
         {Fusion::fused, Fusion::fused_distinct_eltwise, Fusion::fused_depthwise, Fusion::split}) {
        plans.push_back({fusion, {}, {}});
    }
    return plans;
}

std::vector<PlanSpecification> selected_plans(const std::vector<std::string>& patterns,
                                              const std::function<PlanSurvey()>& survey) {
    return plans_that_fit(base_plans(), patterns, plan_specification_from, [&] { return whole_space(survey()); });
}

}  // namespace difftest::backends::onednn
