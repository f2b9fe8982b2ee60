#include "harness/generate/gate.hpp"

#include "reference/faults/sharpness.hpp"

#include <algorithm>

namespace difftest::harness {
namespace {

/// Elements of the integer outputs, and how many of them have several allowed values. One in a small tensor is no
/// share.
struct Ambiguity {
    std::int64_t elements = 0;
    std::int64_t ambiguous = 0;
};

Ambiguity ambiguity_of(const graph::Case& value, const oracle::Evaluation& evaluation) {
    Ambiguity result;
    for (const graph::TensorId output : value.graph.outputs) {
        const oracle::AllowedTensor& tensor = evaluation.of(output);
        if (!graph::is_integer(tensor.type())) {
            continue;
        }
        result.elements += tensor.size();
        for (const std::int64_t index : tensor.wide_indices()) {
            result.ambiguous += tensor.at(index).unconstrained ? 0 : 1;
        }
    }
    return result;
}

/// Every output element is the same single value.
bool is_constant(const graph::Case& value, const oracle::Evaluation& evaluation) {
    std::optional<double> only;
    for (const graph::TensorId output : value.graph.outputs) {
        const oracle::AllowedTensor& tensor = evaluation.of(output);
        if (!tensor.all_points()) {
            return false;
        }
        for (const double each : tensor.points()) {
            only = only.value_or(each);
            if (each != *only) {
                return false;
            }
        }
    }
    return true;
}

}  // namespace

std::optional<std::string_view> complaint_of_gate(const GateLimits& limits, const graph::Case& value,
                                                  const oracle::Evaluation& evaluation) {
    const oracle::Metrics& metrics = evaluation.metrics;
    if (metrics.elements == 0) {
        return "no element in the outputs";
    }
    const auto elements = static_cast<double>(metrics.elements);
    if (static_cast<double>(metrics.unconstrained) > limits.most_unconstrained * elements) {
        return "out of contract";
    }
    if (metrics.largest_set > limits.largest_set) {
        return "an element may be too many integers";
    }
    const auto sums = std::count_if(value.graph.nodes.begin(), value.graph.nodes.end(),
                                    [](const graph::Node& node) { return graph::is_contraction(node.operation); });
    const double most = sums > 1 ? limits.most_ambiguous_behind_several : limits.most_ambiguous;
    const Ambiguity ambiguity = ambiguity_of(value, evaluation);
    const bool one = ambiguity.ambiguous <= 1;
    if (!one && static_cast<double>(ambiguity.ambiguous) > most * static_cast<double>(ambiguity.elements)) {
        return "too ambiguous";
    }
    // Where the output varies some fault shows: it need not be looked for.
    if (limits.must_expose && is_constant(value, evaluation) &&
        faults::sharpness_up_to_first(value, evaluation).exposed() == 0) {
        return "would expose no fault";
    }
    return std::nullopt;
}

}  // namespace difftest::harness
