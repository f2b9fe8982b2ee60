#pragma once

#include "backends/opencl/plan_specification.hpp"

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

namespace difftest::backends::opencl {

/// What the backend offers by itself: the whole graph in as few kernels as possible, in both implementations, and one
/// kernel for each node.
std::vector<PlanSpecification> base_plans();

/// The base plans, and of the space what fits one of the patterns (graph::matches_plan); a plan's whole name gives that
/// plan, whether it is in the space or not. The space is, for each base and for sub-groups (true and emulated), every
/// single deviation; every single cut of the fused plan; and a few combinations that are drawn with the seed. `cuts`:
/// results that the fused plan keeps inside kernels. Of the space only what is `possible` on the device.
std::vector<PlanSpecification> selected_plans(const std::vector<std::string>& patterns, std::size_t cuts,
                                              std::uint64_t seed,
                                              const std::function<bool(const PlanSpecification&)>& possible);

}  // namespace difftest::backends::opencl
