#pragma once

#include "harness/compare/verdict.hpp"
#include "harness/execute/outcome.hpp"

#include <optional>
#include <span>

namespace difftest::harness {

/// The verdict of a run. `comparisons` holds one entry for each graph output and each materialized tensor, in
/// the order of the graph, when the outcome is `completed`.
///
/// When several apply, the one that makes the others unreliable wins:
/// harness_error, crash, hang, unsupported, overrun, unwritten, nondeterministic, violation, vacuous, allowed, exact.
/// (Corrupted memory makes values meaningless; an element that was never written differs between executions and is
/// outside; values that differ between executions are not *the* value.)
Judgement judge(const RunOutcome& outcome, std::span<const Comparison> comparisons,
                const std::optional<Sharpness>& sharpness);

}  // namespace difftest::harness
