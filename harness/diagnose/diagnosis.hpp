#pragma once

#include "harness/diagnose/hypotheses.hpp"

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

namespace difftest::harness {

/// What a backend gave for a case, and under which contract. Nothing when it did not run or its result is no value to
/// reason about (crash, unwritten, nondeterministic).
struct ObservedOutputs {
    std::vector<graph::TensorData> outputs;  ///< in the order of Graph::outputs
    contract::Contract contract;
};
using RunBackend = std::function<std::optional<ObservedOutputs>(const graph::Case&)>;

struct DiagnosisBudget {
    std::uint64_t variants = 2000;   ///< drawn
    std::int64_t runs = 60;          ///< of the backend
    std::int64_t confirmations = 6;  ///< further cases on which what is named must be seen
    std::size_t pairs = 1200;        ///< tried when no single rule explains
};

struct RejectedHypothesis {
    std::string text;
    std::string because;  ///< "variant 7, element [0]: {28} expected of it, got 255"
};

struct Diagnosis {
    /// What explains the case, the original and every variant that was run, best first. Empty: unexplained.
    std::vector<Hypothesis> standing;
    std::vector<std::string> named;  ///< their texts
    std::vector<RejectedHypothesis> rejected;
    std::int64_t runs = 0;           ///< of the backend
    std::int64_t confirmations = 0;  ///< variants on which the first one differs from the graph and was seen
    /// When nothing stands: why, in a sentence.
    std::string unexplained;
};

/// Names the rule that a backend breaks. `value` is the failing case, best a minimal one; `original`, when there is
/// one, the case that it was reduced from. A hypothesis must reproduce the backend's outputs in every element on both,
/// and on variants that are made so that its prediction differs from that of another one and from the graph's. What is
/// never seen to differ from another hypothesis stands beside it.
Diagnosis diagnose(const graph::Case& value, const graph::Case* original, const RunBackend& run,
                   const DiagnosisBudget& budget = {});

}  // namespace difftest::harness
