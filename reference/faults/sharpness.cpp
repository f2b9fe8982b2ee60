#include "reference/faults/sharpness.hpp"

#include <algorithm>

namespace difftest::faults {
namespace {

std::optional<Witness> find_witness(const graph::Case& value, const oracle::Evaluation& allowed,
                                    const std::vector<graph::TensorData>& faulty) {
    std::optional<Witness> witness;
    double farthest = 0;
    for (std::size_t output = 0; output < faulty.size(); ++output) {
        const oracle::AllowedTensor& tensor = allowed.of(value.graph.outputs[output]);
        for (std::int64_t i = 0; i < tensor.size(); ++i) {
            const double got = faulty[output].at(i);
            if (tensor.contains(i, got)) {
                continue;
            }
            const double distance = tensor.at(i).distance(got);
            const std::int64_t elements = witness ? witness->elements + 1 : 1;
            if (!witness || distance > farthest) {
                witness = Witness{output, i, got, elements};
                farthest = distance;
            }
            witness->elements = elements;
        }
    }
    return witness;
}

Sharpness exposures(const graph::Case& value, const oracle::Evaluation& allowed, bool one_is_enough) {
    Sharpness result;
    for (const Fault& fault : all_faults()) {
        for (const graph::NodeId node : applicable_nodes(fault, value)) {
            const Placement placement{fault, node};
            result.exposures.push_back(
                {placement, find_witness(value, allowed, evaluate_with_faults(value, {&placement, 1}))});
            if (one_is_enough && result.exposures.back().witness) {
                return result;
            }
        }
    }
    return result;
}

}  // namespace

std::size_t Sharpness::exposed() const {
    return static_cast<std::size_t>(std::count_if(
        exposures.begin(), exposures.end(), [](const Exposure& exposure) { return exposure.witness.has_value(); }));
}

bool exposes(const graph::Case& value, const oracle::Evaluation& allowed, const Fault& fault) {
    std::vector<Placement> placements;
    for (const graph::NodeId node : applicable_nodes(fault, value)) {
        placements.push_back({fault, node});
    }
    return !placements.empty() && find_witness(value, allowed, evaluate_with_faults(value, placements)).has_value();
}

Sharpness sharpness(const graph::Case& value, const oracle::Evaluation& allowed) {
    return exposures(value, allowed, false);
}

Sharpness sharpness_up_to_first(const graph::Case& value, const oracle::Evaluation& allowed) {
    return exposures(value, allowed, true);
}

}  // namespace difftest::faults
