#pragma once

#include "backends/opencl/device_layout.hpp"

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace difftest::backends::opencl {

enum class Fusion : std::uint8_t {
    fused,  ///< one kernel for the longest chain that ends in a single result
    split   ///< one kernel for each node
};

enum class Implementation : std::uint8_t {
    direct,    ///< one work item computes one element, as plainly as it can be said
    tiled,     ///< one work item computes neighbouring features in vectors; integers by dot products of four
    sub_group  ///< a sub-group computes 16 features, one in each work item, which hand the data to one another
};

/// What the device's compiler is told beyond what the kernels need.
enum class BuildVariant : std::uint8_t {
    strict,            ///< no contraction; correctly rounded division where the device has it
    opt_disable,       ///< strict, without optimizations
    contraction,       ///< products and sums within an expression may be fused, as is the default of OpenCL C
    mad_enable,        ///< -cl-mad-enable
    denorms_are_zero,  ///< -cl-denorms-are-zero
    relaxed_math       ///< -cl-fast-relaxed-math
};

/// What a plan's name says: how the graph is cut, and how the kernels are generated and built. The name is the plan:
/// whoever has it can run it again.
///
///     BASE[@IMPLEMENTATION]{+DEVIATION}          (backends/plan_name)
///
/// BASE is "fused", "split", or "cut2.5": fused, but the second and the fifth result that "fused" keeps inside a kernel
/// go through memory. IMPLEMENTATION is "tiled" or "subgroup"; without one the kernels are direct. A DEVIATION is one
/// of deviation_names(), one of each kind, or "clamp_optimisation", which is deliberately wrong.
struct PlanSpecification {
    Fusion fusion = Fusion::fused;
    std::vector<std::size_t> cuts;  ///< ascending, from 1
    Implementation implementation = Implementation::direct;
    std::optional<DeviceLayout> layout;  ///< of activations; without one what the implementation prefers
    BuildVariant build = BuildVariant::strict;
    bool shared = false;             ///< programs that serve any case: everything that is no type is an argument
    bool emulated_dot = false;       ///< no integer dot product instructions even where the device has them
    bool emulated_subgroup = false;  ///< sub-groups by local memory and barriers, on every device
    bool native_half = false;        ///< f16 is loaded, stored and, where that is the same, calculated as half
    bool separate_buffers = false;   ///< each an allocation of its own size, so that a memory checker sees its bounds
    std::size_t work_group = 0;      ///< items in a work group; 0 = the usual number

    /// The founding bug, put in on purpose: a fake_quantize to 8 bits with 256 levels leaves its clamp to the last
    /// store. For the test of the tester; never offered unless it is asked for by its whole name.
    bool clamp_optimisation = false;

    /// Layouts of tensors, by name, that a user's kernel takes; no part of the plan's name.
    std::map<std::string, DeviceLayout> own_layouts{};

    friend bool operator==(const PlanSpecification&, const PlanSpecification&) = default;
};

std::string name_of(const PlanSpecification& specification);

/// The inverse of name_of; nothing when the text is no name of a plan.
std::optional<PlanSpecification> plan_specification_from(std::string_view name);

/// Every deviation that `--plan all` takes one by one.
std::vector<std::string> deviation_names();

/// Sets the deviation; false when there is none of that name, or when that part of the plan is set already.
bool deviate(PlanSpecification& specification, std::string_view deviation);

/// "strict", "opt_disable", ...
std::string_view name_of(BuildVariant variant);

/// The layout of activations.
DeviceLayout activation_layout(const PlanSpecification& specification);

}  // namespace difftest::backends::opencl
