#pragma once

#include "backends/onednn/creation_options.hpp"
#include "backends/onednn/partitioning.hpp"

#include <optional>
#include <string>
#include <string_view>

namespace difftest::backends::onednn {

/// What a plan's name says: how the graph is cut, and how the primitives are created. The name is the plan: whoever has
/// it can run it again.
///
///     BASE[@IMPLEMENTATION]
///
/// BASE is the name of a Fusion. IMPLEMENTATION is a position in the library's order of preference ("fused@2") or a
/// part of a name ("fused@ref", "split@gemm").
struct PlanSpecification {
    Fusion fusion = Fusion::fused;
    CreationOptions options;
    friend bool operator==(const PlanSpecification&, const PlanSpecification&) = default;
};

std::string name_of(const PlanSpecification& specification);

/// The inverse of name_of; nothing when the text is no name of a plan.
std::optional<PlanSpecification> plan_specification_from(std::string_view name);

}  // namespace difftest::backends::onednn
