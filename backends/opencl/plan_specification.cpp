#include "backends/opencl/plan_specification.hpp"

#include "backends/plan_name/plan_name.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>

namespace difftest::backends::opencl {
namespace {

struct NamedImplementation {
    Implementation implementation;
    std::string_view name;
};
constexpr std::array<NamedImplementation, 2> kImplementations{{
    {Implementation::tiled, "tiled"},
    {Implementation::sub_group, "subgroup"},
}};

constexpr std::string_view kWorkGroup = "work_group";
constexpr std::size_t kLargestWorkGroup = 1024;

struct NamedBuild {
    BuildVariant variant;
    std::string_view name;
};
constexpr std::array<NamedBuild, 6> kBuilds{{
    {BuildVariant::strict, "strict"},
    {BuildVariant::opt_disable, "opt_disable"},
    {BuildVariant::contraction, "contraction"},
    {BuildVariant::mad_enable, "mad_enable"},
    {BuildVariant::denorms_are_zero, "denorms_are_zero"},
    {BuildVariant::relaxed_math, "relaxed_math"},
}};

struct NamedSwitch {
    bool PlanSpecification::*value;
    std::string_view name;
    bool is_offered;
};
constexpr std::array<NamedSwitch, 6> kSwitches{{
    {&PlanSpecification::shared, "shared", true},
    {&PlanSpecification::emulated_dot, "emulated_dot", true},
    {&PlanSpecification::emulated_subgroup, "emulated_subgroup", false},
    {&PlanSpecification::native_half, "native_half", true},
    {&PlanSpecification::separate_buffers, "separate_buffers", true},
    {&PlanSpecification::clamp_optimisation, "clamp_optimisation", false},
}};

std::optional<PlanSpecification> base_from(std::string_view text) {
    PlanSpecification specification;
    if (text == "fused" || text == "split") {
        specification.fusion = text == "fused" ? Fusion::fused : Fusion::split;
        return specification;
    }
    std::optional<std::vector<std::size_t>> cuts = cuts_from(text);
    if (!cuts) {
        return std::nullopt;
    }
    specification.cuts = *std::move(cuts);
    return specification;
}

bool set_work_group(PlanSpecification& specification, std::string_view deviation) {
    const std::optional<std::size_t> size = plan_number_after(kWorkGroup, deviation, kLargestWorkGroup);
    if (specification.work_group != 0 || !size) {
        return false;
    }
    specification.work_group = *size;
    return true;
}

std::string base_name(const PlanSpecification& specification) {
    if (!specification.cuts.empty()) {
        return cut_base(specification.cuts);
    }
    return specification.fusion == Fusion::fused ? "fused" : "split";
}

/// For read_plan.
struct Meaning {
    static std::optional<PlanSpecification> base(std::string_view text) { return base_from(text); }
    static bool choose(PlanSpecification& specification, std::string_view name) {
        const auto* const chosen = std::find_if(kImplementations.begin(), kImplementations.end(),
                                                [name](const NamedImplementation& each) { return each.name == name; });
        if (chosen == kImplementations.end()) {
            return false;
        }
        specification.implementation = chosen->implementation;
        return true;
    }
    static bool deviate(PlanSpecification& specification, std::string_view deviation) {
        return opencl::deviate(specification, deviation);
    }
    static std::string name(const PlanSpecification& specification) { return name_of(specification); }
};

}  // namespace

std::string_view name_of(BuildVariant variant) {
    return kBuilds[static_cast<std::size_t>(variant)].name;
}

std::string name_of(const PlanSpecification& specification) {
    std::string name = base_name(specification);
    for (const NamedImplementation& each : kImplementations) {
        name += specification.implementation == each.implementation ? fmt::format("@{}", each.name) : "";
    }
    if (specification.layout) {
        name += fmt::format("+{}", name_of(*specification.layout));
    }
    if (specification.build != BuildVariant::strict) {
        name += fmt::format("+{}", name_of(specification.build));
    }
    for (const NamedSwitch& each : kSwitches) {
        name += specification.*each.value ? fmt::format("+{}", each.name) : "";
    }
    return name + (specification.work_group == 0 ? "" : fmt::format("+{}{}", kWorkGroup, specification.work_group));
}

std::optional<PlanSpecification> plan_specification_from(std::string_view name) {
    return read_plan(name, Meaning());
}

std::vector<std::string> deviation_names() {
    std::vector<std::string> names;
    for (const DeviceLayout layout : all_device_layouts()) {
        names.emplace_back(name_of(layout));
    }
    for (const NamedBuild& each : kBuilds) {
        if (each.variant != BuildVariant::strict) {
            names.emplace_back(each.name);
        }
    }
    for (const NamedSwitch& each : kSwitches) {
        if (each.is_offered) {
            names.emplace_back(each.name);
        }
    }
    names.emplace_back("work_group1");
    return names;
}

bool deviate(PlanSpecification& specification, std::string_view deviation) {
    for (const DeviceLayout layout : all_device_layouts()) {
        if (deviation == name_of(layout)) {
            const bool is_free = !specification.layout;
            specification.layout = layout;
            return is_free;
        }
    }
    for (const NamedBuild& each : kBuilds) {
        if (deviation == each.name) {
            const bool is_free = specification.build == BuildVariant::strict && each.variant != BuildVariant::strict;
            specification.build = each.variant;
            return is_free;
        }
    }
    for (const NamedSwitch& each : kSwitches) {
        if (deviation == each.name) {
            const bool is_free = !(specification.*each.value);
            specification.*each.value = true;
            return is_free;
        }
    }
    return set_work_group(specification, deviation);
}

DeviceLayout activation_layout(const PlanSpecification& specification) {
    const bool direct = specification.implementation == Implementation::direct;
    return specification.layout.value_or(direct ? DeviceLayout::bfyx : DeviceLayout::b_fs_yx_fsv16);
}

}  // namespace difftest::backends::opencl
