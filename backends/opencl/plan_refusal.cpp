#include "backends/opencl/plan_refusal.hpp"

#include "backends/opencl/sub_group_words.hpp"

#include <fmt/format.h>

namespace difftest::backends::opencl {
namespace {

std::string why_no_sub_groups(const Device& device, const PlanSpecification& specification) {
    if (!specification.emulated_subgroup && device.features.sub_groups == SubGroups::none) {
        return fmt::format(
            "'{}' has no sub-groups (cl_khr_subgroups, or cl_intel_subgroups with block reads of bytes); "
            "@subgroup+emulated_subgroup does the same in local memory",
            device.name);
    }
    if (specification.shared) {
        return "the shared programs use no sub-groups";
    }
    if (specification.work_group != 0) {
        return fmt::format("a work group of @subgroup is a sub-group of {} items", kSubGroup);
    }
    return "";
}

/// Sums and products of halves are rounded once, as an f32 that is rounded to f16 (its precision is more than twice
/// that of f16): no freedom is needed. What the compiler may do beyond, no freedom of the contract says for halves.
std::string why_no_half(const Device& device, const PlanSpecification& specification) {
    if (!device.features.half) {
        return fmt::format("'{}' has no cl_khr_fp16 that rounds to nearest", device.name);
    }
    if (!device.features.half_subnormals) {
        return fmt::format(
            "'{}' flushes subnormal halves (measured; CL_DEVICE_HALF_FP_CONFIG is without CL_FP_DENORM), and no "
            "freedom of the contract allows that: F7 is about f32",
            device.name);
    }
    if (specification.shared) {
        return "the shared programs calculate nothing in half";
    }
    const bool exact = specification.build == BuildVariant::strict || specification.build == BuildVariant::opt_disable;
    return exact ? "" : fmt::format("no freedom says what +{} may do to halves", name_of(specification.build));
}

}  // namespace

std::string why_refused(const Device& device, const PlanSpecification& specification) {
    std::string reason;
    if (specification.implementation == Implementation::sub_group) {
        reason = why_no_sub_groups(device, specification);
    } else if (specification.emulated_subgroup) {
        reason = "emulated_subgroup belongs to @subgroup";
    }
    return reason.empty() && specification.native_half ? why_no_half(device, specification) : reason;
}

}  // namespace difftest::backends::opencl
