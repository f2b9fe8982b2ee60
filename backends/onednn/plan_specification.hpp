#pragma once

#include "backends/onednn/creation_options.hpp"
#include "backends/onednn/partitioning.hpp"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace difftest::backends::onednn {

/// What a plan's name says: how the graph is cut, and how the primitives are created. The name is the plan: whoever has
/// it can run it again.
///
///     BASE[@IMPLEMENTATION]{+DEVIATION}          (backends/plan_name)
///
/// BASE is the name of a Fusion, or "cut2.5": fused, but the second and the fifth result that "fused" keeps inside a
/// primitive go through memory. IMPLEMENTATION is a position in the library's order of preference ("fused@2") or a part
/// of a name ("fused@ref", "split@gemm"). DEVIATION is one of deviation_names(), each part of CreationOptions once.
struct PlanSpecification {
    Fusion fusion = Fusion::fused;
    std::vector<std::size_t> cuts;  ///< ascending, from 1
    CreationOptions options;
    friend bool operator==(const PlanSpecification&, const PlanSpecification&) = default;
};

std::string name_of(const PlanSpecification& specification);

/// The inverse of name_of; nothing when the text is no name of a plan.
std::optional<PlanSpecification> plan_specification_from(std::string_view name);

/// Every deviation that is enumerated, with a few numbers of threads for all.
std::vector<std::string> deviation_names();

/// Sets the deviation; false when there is none of that name, or when that part of the options is set already.
bool deviate(CreationOptions& options, std::string_view deviation);

/// The partitions of the plan, or why there are none.
std::variant<Partitioning, CannotLower> partition(const graph::Case& value, const PlanSpecification& specification);

}  // namespace difftest::backends::onednn
