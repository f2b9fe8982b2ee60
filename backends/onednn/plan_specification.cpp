#include "backends/onednn/plan_specification.hpp"

#include "backends/plan_name/plan_name.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <utility>

namespace difftest::backends::onednn {

namespace {

constexpr std::string_view kThreads = "threads";
constexpr std::size_t kMostThreads = 1024;

/// One, and a number that most extents are no multiple of.
constexpr std::array<std::string_view, 2> kUsualThreads{"threads1", "threads3"};

struct NamedLayout {
    graph::Layout layout;
    std::string_view name;
};
constexpr std::array<NamedLayout, 6> kLayouts{{
    {graph::Layout::plain, "row_major"},
    {graph::Layout::channels_last, "channels_last"},
    {graph::Layout::channels_blocked_4, "blocked4"},
    {graph::Layout::channels_blocked_8, "blocked8"},
    {graph::Layout::channels_blocked_16, "blocked16"},
    {graph::Layout::channels_blocked_32, "blocked32"},
}};

struct NamedSwitch {
    bool CreationOptions::*value;
    std::string_view name;
};
constexpr std::array<NamedSwitch, 6> kSwitches{{
    {&CreationOptions::plain_weights, "plain_weights"},
    {&CreationOptions::in_place, "in_place"},
    {&CreationOptions::user_scratchpad, "user_scratchpad"},
    {&CreationOptions::scaled_reorder, "scaled_reorder"},
    {&CreationOptions::bias, "bias"},
    {&CreationOptions::narrow_bias, "narrow_bias"},
}};

struct NamedParameters {
    Parameters value;
    std::string_view name;
};
constexpr std::array<NamedParameters, 2> kParameters{{
    {Parameters::run_time, "run_time_parameters"},
    {Parameters::compile_time, "compile_time_parameters"},
}};

/// A text of digits is a position, which begins with 2: the first is the plan without a choice.
std::optional<ImplementationChoice> implementation_from(std::string_view text) {
    if (text.empty() || text.find_first_of("*@+, ") != std::string_view::npos) {
        return std::nullopt;
    }
    if (text.find_first_not_of("0123456789") != std::string_view::npos) {
        return ImplementationChoice{1, std::string(text)};
    }
    const std::optional<std::size_t> position = plan_number_from(text);
    return position && *position > 1 ? std::optional(ImplementationChoice{*position, ""}) : std::nullopt;
}

std::optional<PlanSpecification> base_from(std::string_view text) {
    if (const std::optional<Fusion> fusion = fusion_from(text)) {
        return PlanSpecification{*fusion, {}, {}};
    }
    std::optional<std::vector<std::size_t>> cuts = cuts_from(text);
    return cuts ? std::optional(PlanSpecification{Fusion::fused, *std::move(cuts), {}}) : std::nullopt;
}

bool set_threads(CreationOptions& options, std::string_view deviation) {
    const std::optional<std::size_t> threads = plan_number_after(kThreads, deviation, kMostThreads);
    if (options.threads || !threads) {
        return false;
    }
    options.threads = static_cast<int>(*threads);
    return true;
}

std::string deviations_of(const CreationOptions& options) {
    std::string text;
    for (const NamedLayout& each : kLayouts) {
        text += options.layout == each.layout ? fmt::format("+{}", each.name) : "";
    }
    for (const NamedSwitch& each : kSwitches) {
        text += options.*each.value ? fmt::format("+{}", each.name) : "";
    }
    for (const NamedParameters& each : kParameters) {
        text += options.parameters == each.value ? fmt::format("+{}", each.name) : "";
    }
    return text + (options.threads ? fmt::format("+{}{}", kThreads, *options.threads) : "");
}

/// For read_plan.
struct Meaning {
    static std::optional<PlanSpecification> base(std::string_view text) { return base_from(text); }
    static bool choose(PlanSpecification& specification, std::string_view text) {
        const std::optional<ImplementationChoice> implementation = implementation_from(text);
        if (implementation) {
            specification.options.implementation = *implementation;
        }
        return implementation.has_value();
    }
    static bool deviate(PlanSpecification& specification, std::string_view deviation) {
        return onednn::deviate(specification.options, deviation);
    }
    static std::string name(const PlanSpecification& specification) { return name_of(specification); }
};

}  // namespace

std::string name_of(const PlanSpecification& specification) {
    std::string name =
        specification.cuts.empty() ? std::string(name_of(specification.fusion)) : cut_base(specification.cuts);
    const ImplementationChoice& implementation = specification.options.implementation;
    if (!(implementation == ImplementationChoice{})) {
        name += '@';
        name += implementation.name_part.empty() ? std::to_string(implementation.position) : implementation.name_part;
    }
    return name + deviations_of(specification.options);
}

std::optional<PlanSpecification> plan_specification_from(std::string_view name) {
    return read_plan(name, Meaning());
}

std::vector<std::string> deviation_names() {
    std::vector<std::string> names;
    for (const NamedLayout& each : kLayouts) {
        names.emplace_back(each.name);
    }
    for (const NamedSwitch& each : kSwitches) {
        names.emplace_back(each.name);
    }
    for (const NamedParameters& each : kParameters) {
        names.emplace_back(each.name);
    }
    names.insert(names.end(), kUsualThreads.begin(), kUsualThreads.end());
    return names;
}

bool deviate(CreationOptions& options, std::string_view deviation) {
    const auto named = [deviation](const auto& each) { return each.name == deviation; };
    if (const auto* found = std::find_if(kLayouts.begin(), kLayouts.end(), named); found != kLayouts.end()) {
        return !std::exchange(options.layout, found->layout).has_value();
    }
    if (const auto* found = std::find_if(kSwitches.begin(), kSwitches.end(), named); found != kSwitches.end()) {
        return !std::exchange(options.*found->value, true);
    }
    if (const auto* found = std::find_if(kParameters.begin(), kParameters.end(), named); found != kParameters.end()) {
        return std::exchange(options.parameters, found->value) == Parameters::usual;
    }
    return set_threads(options, deviation);
}

std::variant<Partitioning, CannotLower> partition(const graph::Case& value, const PlanSpecification& specification) {
    auto whole = partition(value, specification.fusion);
    const auto* partitions = std::get_if<Partitioning>(&whole);
    if (partitions == nullptr || specification.cuts.empty()) {
        return whole;
    }
    const std::vector<graph::TensorId> inside = fused_results(value.graph, *partitions);
    std::vector<graph::TensorId> materialized;
    for (const std::size_t cut : specification.cuts) {
        if (cut > inside.size()) {
            return CannotLower{fmt::format("full fusion keeps only {} results inside primitives", inside.size())};
        }
        materialized.push_back(inside[cut - 1]);
    }
    return partition(value, specification.fusion, materialized);
}

}  // namespace difftest::backends::onednn
