#include "harness/reduce/quantization_ranges.hpp"

#include <algorithm>
#include <string_view>
#include <variant>

namespace difftest::harness {
namespace {

/// Whether the ends meet anywhere. Each is a single number or one for each of the same channels; for anything else, and
/// for ends that are no constants, the answer is no.
bool meet(const graph::Case& value, const graph::Node& node, std::string_view low_slot, std::string_view high_slot,
          bool may_be_reversed) {
    const graph::TensorId low_id = graph::input_at(node, low_slot);
    const graph::TensorId high_id = graph::input_at(node, high_slot);
    for (const graph::TensorId id : {low_id, high_id}) {
        if (id == graph::kAbsent || value.graph.tensor(id).role == graph::TensorRole::intermediate) {
            return false;
        }
    }
    const graph::TensorData& low = value.data_of(low_id);
    const graph::TensorData& high = value.data_of(high_id);
    const std::int64_t count = std::max(low.size(), high.size());
    if ((low.size() != 1 && low.size() != count) || (high.size() != 1 && high.size() != count)) {
        return false;
    }
    for (std::int64_t i = 0; i < count; ++i) {
        const double from = low.at(low.size() == 1 ? 0 : i);
        const double to = high.at(high.size() == 1 ? 0 : i);
        if (from == to || (from > to && !may_be_reversed)) {
            return true;
        }
    }
    return false;
}

bool has_ranges(const graph::Case& value, const graph::Node& node) {
    return !meet(value, node, "input_low", "input_high", false) &&
           !meet(value, node, "output_low", "output_high", true);
}

}  // namespace

bool keeps_quantization_ranges(const graph::Case& before, const graph::Case& after) {
    const std::size_t count = std::min(before.graph.nodes.size(), after.graph.nodes.size());
    for (std::size_t i = 0; i < count; ++i) {
        const graph::Node& node = before.graph.nodes[i];
        if (std::holds_alternative<graph::FakeQuantize>(node.operation) && has_ranges(before, node) &&
            std::holds_alternative<graph::FakeQuantize>(after.graph.nodes[i].operation) &&
            !has_ranges(after, after.graph.nodes[i])) {
            return false;
        }
    }
    return true;
}

}  // namespace difftest::harness
