#include "harness/reduce/axis_classes.hpp"
#include "harness/reduce/passes.hpp"
#include "harness/reduce/settle.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <numeric>

namespace difftest::harness {
namespace {

using graph::Case;
using graph::TensorId;
using Indices = std::vector<std::int64_t>;

/// The numbers 0 to size - 1 without [begin, end).
Indices without(std::int64_t size, std::int64_t begin, std::int64_t end) {
    Indices indices;
    for (std::int64_t i = 0; i < size; ++i) {
        if (i < begin || i >= end) {
            indices.push_back(i);
        }
    }
    return indices;
}

/// What may be kept of `size`: the first or last only, then so many as vectors and blocks are wide, one more or less,
/// then everything without a half, a quarter, ... a single one.
std::vector<Indices> kept_of(std::int64_t size) {
    std::vector<Indices> result = {{0}, {size - 1}};
    for (const std::int64_t natural : {2, 3, 4, 5, 7, 8, 9, 15, 16, 17, 31, 32, 33}) {
        if (natural < size) {
            result.push_back(without(size, natural, size));
        }
    }
    for (std::int64_t length = size / 2; length > 0; length /= 2) {
        for (std::int64_t begin = 0; begin < size; begin += length) {
            Indices kept = without(size, begin, std::min(begin + length, size));
            if (kept.size() > 1) {
                result.push_back(std::move(kept));
            }
        }
    }
    return result;
}

std::optional<Case> with_groups(const Case& value, std::size_t index, const Indices& kept, std::int64_t groups) {
    const graph::Node& node = value.graph.nodes[index];
    const AxisClasses classes(value.graph);
    Case result = value;
    const auto cut = [&](TensorAxis axis, std::int64_t per_group) {
        Indices channels;
        for (const std::int64_t group : kept) {
            for (std::int64_t i = 0; i < per_group; ++i) {
                channels.push_back(group * per_group + i);
            }
        }
        for (const TensorAxis& each : classes.members(axis)) {
            if (is_leaf(value.graph, each.tensor)) {
                set_leaf(result, each.tensor, take(result.data_of(each.tensor), each.axis, channels));
            }
        }
    };
    cut({node.inputs[0], 1}, value.graph.tensor(node.inputs[0]).shape[1] / groups);
    cut({node.output, 1}, value.graph.tensor(node.output).shape[1] / groups);
    std::visit(
        [&kept](auto& op) {
            if constexpr (requires { op.groups; }) {
                op.groups = static_cast<std::int64_t>(kept.size());
            }
        },
        result.graph.nodes[index].operation);
    return settle(result);
}

/// Keeps the same channels of every group: of the data that go in, or of the result.
std::optional<Case> with_group_channels(const Case& value, std::size_t index, const Indices& kept, std::int64_t groups,
                                        bool result_side) {
    const graph::Node& node = value.graph.nodes[index];
    const TensorAxis axis = result_side ? TensorAxis{node.output, 1} : TensorAxis{node.inputs[0], 1};
    const std::int64_t per_group = value.graph.tensor(axis.tensor).shape[1] / groups;
    Indices channels;
    for (std::int64_t group = 0; group < groups; ++group) {
        for (const std::int64_t i : kept) {
            channels.push_back(group * per_group + i);
        }
    }
    std::vector<TensorAxis> members = AxisClasses(value.graph).members(axis);
    Case result = value;
    if (!result_side && is_leaf(value.graph, node.inputs[1])) {
        set_leaf(result, node.inputs[1], take(value.data_of(node.inputs[1]), 1, kept));
    }
    return keep_indices(result, members, channels);
}

/// Keeps the taps [begin, end) of one spatial axis. `shift`: the paddings follow, so that the other results stay.
std::optional<Case> with_taps(const Case& value, std::size_t index, std::size_t d, std::int64_t begin, std::int64_t end,
                              bool shift) {
    Case result = value;
    graph::Node& node = result.graph.nodes[index];
    const TensorId weights = node.inputs[1];
    const std::int64_t size = value.graph.tensor(weights).shape[d + 2];
    Indices kept(static_cast<std::size_t>(end - begin));
    std::iota(kept.begin(), kept.end(), begin);
    set_leaf(result, weights, take(value.data_of(weights), d + 2, kept));
    std::visit(
        [&](auto& op) {
            if constexpr (requires { op.groups; }) {
                if (shift) {
                    op.pads_begin[d] = std::max<std::int64_t>(op.pads_begin[d] - begin * op.dilations[d], 0);
                    op.pads_end[d] = std::max<std::int64_t>(op.pads_end[d] - (size - end) * op.dilations[d], 0);
                }
            }
        },
        node.operation);
    return settle(result);
}

class AxisPass : public Pass {
public:
    std::string_view name() const override { return "dimensions"; }

    std::vector<Opportunity> opportunities(const Case& value, const PassContext& /*context*/) const override {
        std::vector<Opportunity> result;
        for (std::size_t i = 0; i < value.graph.nodes.size(); ++i) {
            offer_groups(result, value, i);
            offer_taps(result, value, i);
        }
        for (const std::vector<TensorAxis>& members : AxisClasses(value.graph).resizable()) {
            const graph::Tensor& first = value.graph.tensor(members.front().tensor);
            for (Indices& kept : kept_of(first.shape[members.front().axis])) {
                const std::string what = fmt::format("{} {} of axis {} of {}", kept.size() == 1 ? "only" : "less, only",
                                                     kept.size(), members.front().axis, first.name);
                result.push_back(
                    {what, [&value, members, kept = std::move(kept)] { return keep_indices(value, members, kept); }});
            }
        }
        return result;
    }

private:
    static void offer_groups(std::vector<Opportunity>& list, const Case& value, std::size_t index) {
        const std::int64_t groups = std::visit(
            [](const auto& op) -> std::int64_t {
                if constexpr (requires { op.groups; }) {
                    return op.groups;
                }
                return 1;
            },
            value.graph.nodes[index].operation);
        if (groups == 1) {
            return;
        }
        for (Indices& kept : kept_of(groups)) {
            list.push_back(
                {fmt::format("{} of {} groups of {}", kept.size(), groups, value.graph.nodes[index].name),
                 [&value, index, kept = std::move(kept), groups] { return with_groups(value, index, kept, groups); }});
        }
        for (const bool result_side : {true, false}) {
            const graph::Node& node = value.graph.nodes[index];
            const TensorId tensor = result_side ? node.output : node.inputs[0];
            const std::int64_t per_group = value.graph.tensor(tensor).shape[1] / groups;
            for (Indices& kept : kept_of(per_group)) {
                if (static_cast<std::int64_t>(kept.size()) == per_group) {
                    continue;
                }
                list.push_back({fmt::format("{} of {} channels in each group of {}", kept.size(), per_group, node.name),
                                [&value, index, kept = std::move(kept), groups, result_side] {
                                    return with_group_channels(value, index, kept, groups, result_side);
                                }});
            }
        }
    }

    static void offer_taps(std::vector<Opportunity>& list, const Case& value, std::size_t index) {
        const graph::Node& node = value.graph.nodes[index];
        const bool window = std::holds_alternative<graph::Convolution>(node.operation) ||
                            std::holds_alternative<graph::Deconvolution>(node.operation);
        if (!window || !is_leaf(value.graph, node.inputs[1])) {
            return;
        }
        const graph::Shape& shape = value.graph.tensor(node.inputs[1]).shape;
        for (std::size_t d = 0; d + 2 < shape.size(); ++d) {
            const std::int64_t size = shape[d + 2];
            std::vector<std::pair<std::int64_t, std::int64_t>> ranges;
            for (std::int64_t tap = 0; size > 1 && tap < size; ++tap) {
                ranges.emplace_back(tap, tap + 1);
            }
            if (size > 2) {
                ranges.emplace_back(0, size - 1);
                ranges.emplace_back(1, size);
            }
            for (const auto& [begin, end] : ranges) {
                for (const bool shift : {true, false}) {
                    list.push_back({fmt::format("{}: taps {}..{} of spatial axis {}", node.name, begin, end - 1, d),
                                    [&value, index, d, begin = begin, end = end, shift] {
                                        return with_taps(value, index, d, begin, end, shift);
                                    }});
                }
            }
        }
    }
};

}  // namespace

std::unique_ptr<Pass> make_axis_pass() {
    return std::make_unique<AxisPass>();
}

}  // namespace difftest::harness
