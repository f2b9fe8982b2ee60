#include "harness/reduce/required_region.hpp"

#include <algorithm>
#include <variant>

namespace difftest::harness {
namespace {

using graph::kAbsent;
using graph::Shape;
using graph::TensorId;

std::int64_t floor_divide(std::int64_t a, std::int64_t b) {
    return a / b - (a % b < 0 ? 1 : 0);
}

std::int64_t ceil_divide(std::int64_t a, std::int64_t b) {
    return -floor_divide(-a, b);
}

/// The part of an operand that is broadcast to the region.
Region of_operand(const Shape& operand, const Region& result) {
    Region region = whole(operand);
    const std::size_t common = std::min(operand.size(), result.size());
    for (std::size_t back = 1; back <= common; ++back) {
        if (operand[operand.size() - back] != 1) {
            region[operand.size() - back] = result[result.size() - back];
        }
    }
    return region;
}

/// One spatial axis of a window: padding, stride and so on.
struct WindowAxis {
    std::int64_t size;  ///< of the data
    std::int64_t kernel;
    std::int64_t stride;
    std::int64_t dilation;
    std::int64_t begin;

    std::int64_t reach() const { return (kernel - 1) * dilation; }

    AxisRange read_forward(AxisRange out) const {
        const std::int64_t first = out.begin * stride - begin;
        const std::int64_t last = (out.end - 1) * stride - begin + reach();
        return clipped(first, last + 1);
    }

    /// Position i of the data reaches the results i * stride - begin + k * dilation.
    AxisRange read_transposed(AxisRange out) const {
        const std::int64_t first =
            std::min(ceil_divide(out.begin + begin - reach(), stride), floor_divide(out.begin + begin, stride));
        const std::int64_t last = floor_divide(out.end - 1 + begin, stride);
        return clipped(first, last + 1);
    }

private:
    /// At least one element, since no tensor may be empty.
    AxisRange clipped(std::int64_t first, std::int64_t last) const {
        first = std::clamp<std::int64_t>(first, 0, size - 1);
        return {first, std::clamp<std::int64_t>(last, first + 1, size)};
    }
};

template <typename Op>
WindowAxis window_axis(const graph::Graph& graph, const graph::Node& node, const Op& op, std::size_t d) {
    return {graph.tensor(node.inputs[0]).shape[d + 2], graph.tensor(node.inputs[1]).shape[d + 2], op.strides[d],
            op.dilations[d], op.pads_begin[d]};
}

/// Whole groups, or a part of a single one.
std::optional<AxisRange> group_range(AxisRange channels, std::int64_t per_group) {
    const AxisRange groups{channels.begin / per_group, (channels.end - 1) / per_group + 1};
    const bool whole_groups = groups.begin * per_group == channels.begin && groups.end * per_group == channels.end;
    if (groups.size() > 1 && !whole_groups) {
        return std::nullopt;
    }
    return groups;
}

class Requirement {
public:
    Requirement(const graph::Graph& graph, const graph::Node& node, const Region& result)
        : graph_(graph), node_(node), result_(result) {}

    using Regions = std::optional<std::vector<Region>>;

    template <typename Op>
    Regions operator()(const Op& op) const {
        if (!graph::is_elementwise(op)) {
            return std::nullopt;
        }
        std::vector<Region> regions;
        for (const TensorId id : node_.inputs) {
            regions.push_back(id == kAbsent ? Region{} : of_operand(shape(id), result_));
        }
        return regions;
    }

    Regions operator()(const graph::Convolution& op) const {
        return window(op, op.groups, [](const WindowAxis& axis, AxisRange out) { return axis.read_forward(out); });
    }

    Regions operator()(const graph::Deconvolution& op) const {
        return window(op, op.groups, [](const WindowAxis& axis, AxisRange out) { return axis.read_transposed(out); });
    }

    Regions operator()(const graph::Matmul& op) const {
        std::vector<Region> regions = whole_inputs();
        const AxisRange rows = result_[result_.size() - 2];
        const AxisRange columns = result_.back();
        cut_batch(regions[0]);
        cut_batch(regions[1]);
        regions[0][regions[0].size() - (op.transpose_a ? 1 : 2)] = rows;
        regions[1][regions[1].size() - (op.transpose_b ? 2 : 1)] = columns;
        cut_vector(regions, 2, columns);
        cut_vector(regions, 4, columns);
        return regions;
    }

    Regions operator()(const graph::InnerProduct& /*op*/) const {
        std::vector<Region> regions = whole_inputs();
        regions[0][0] = result_[0];
        regions[1][0] = result_[1];
        cut_vector(regions, 2, result_[1]);
        cut_vector(regions, 4, result_[1]);
        return regions;
    }

    Regions operator()(const graph::Permute& op) const {
        std::vector<Region> regions = whole_inputs();
        for (std::size_t d = 0; d < op.order.size(); ++d) {
            regions[0][static_cast<std::size_t>(op.order[d])] = result_[d];
        }
        return regions;
    }

    Regions operator()(const graph::Reorder& /*op*/) const { return std::vector<Region>{result_}; }

    Regions operator()(const graph::Reduction& op) const {
        std::vector<Region> regions{result_};
        for (const std::int64_t axis : op.axes) {
            regions[0][static_cast<std::size_t>(axis)] = {0, shape(node_.inputs[0])[static_cast<std::size_t>(axis)]};
        }
        return regions;
    }

    Regions operator()(const graph::Softmax& op) const {
        std::vector<Region> regions{result_};
        const auto axis = static_cast<std::size_t>(op.axis);
        regions[0][axis] = {0, shape(node_.inputs[0])[axis]};
        return regions;
    }

    Regions operator()(const graph::Pooling& op) const {
        std::vector<Region> regions{result_};
        for (std::size_t d = 0; d < op.kernel.size(); ++d) {
            const WindowAxis axis{shape(node_.inputs[0])[d + 2], op.kernel[d], op.strides[d], op.dilations[d],
                                  op.pads_begin[d]};
            regions[0][d + 2] = axis.read_forward(result_[d + 2]);
        }
        return regions;
    }

private:
    const Shape& shape(TensorId id) const { return graph_.tensor(id).shape; }

    std::vector<Region> whole_inputs() const {
        std::vector<Region> regions;
        for (const TensorId id : node_.inputs) {
            regions.push_back(id == kAbsent ? Region{} : whole(shape(id)));
        }
        return regions;
    }

    void cut_batch(Region& operand) const {
        for (std::size_t back = 3; back <= std::min(operand.size(), result_.size()); ++back) {
            AxisRange& range = operand[operand.size() - back];
            range = range.size() == 1 ? range : result_[result_.size() - back];
        }
    }

    static void cut_vector(std::vector<Region>& regions, std::size_t slot, AxisRange range) {
        if (regions[slot].size() == 1 && regions[slot][0].size() > 1) {
            regions[slot][0] = range;
        }
    }

    template <typename Op, typename Read>
    Regions window(const Op& op, std::int64_t groups, const Read& read) const {
        std::vector<Region> regions = whole_inputs();
        const std::int64_t out_per_group = shape(node_.inputs[1])[0] / groups;
        const std::int64_t in_per_group = shape(node_.inputs[1])[1];
        const auto kept = group_range(result_[1], out_per_group);
        if (!kept) {
            return std::nullopt;
        }
        regions[0][0] = result_[0];
        regions[0][1] = {kept->begin * in_per_group, kept->end * in_per_group};
        for (std::size_t d = 0; d < op.strides.size(); ++d) {
            regions[0][d + 2] = read(window_axis(graph_, node_, op, d), result_[d + 2]);
        }
        regions[1][0] = result_[1];
        cut_vector(regions, 2, result_[1]);
        cut_vector(regions, 3, regions[0][1]);
        cut_vector(regions, 4, result_[1]);
        return regions;
    }

    const graph::Graph& graph_;
    const graph::Node& node_;
    const Region& result_;
};

/// Paddings of a window over regions.
class Adaptation {
public:
    Adaptation(const graph::Graph& graph, const graph::Node& node, const std::vector<Region>& regions)
        : graph_(graph), node_(node), regions_(regions) {}

    bool operator()(graph::Convolution& op) const {
        op.groups = groups_left(op.groups);
        for (std::size_t d = 0; d < op.strides.size(); ++d) {
            if (!pad_forward(op, window_axis(graph_, node_, op, d), d)) {
                return false;
            }
        }
        return true;
    }

    bool operator()(graph::Pooling& op) const {
        for (std::size_t d = 0; d < op.strides.size(); ++d) {
            const WindowAxis axis{graph_.tensor(node_.inputs[0]).shape[d + 2], op.kernel[d], op.strides[d],
                                  op.dilations[d], op.pads_begin[d]};
            if (!pad_forward(op, axis, d)) {
                return false;
            }
        }
        return true;
    }

    bool operator()(graph::Deconvolution& op) const {
        op.groups = groups_left(op.groups);
        for (std::size_t d = 0; d < op.strides.size(); ++d) {
            const WindowAxis axis = window_axis(graph_, node_, op, d);
            const AxisRange in = region(node_.inputs[0])[d + 2];
            const AxisRange out = region(node_.output)[d + 2];
            const std::int64_t begin = axis.begin + out.begin - in.begin * axis.stride;
            const std::int64_t full = (in.size() - 1) * axis.stride + axis.reach() + 1;
            const std::int64_t end = full - begin - out.size();
            if (begin < 0) {
                return false;
            }
            op.pads_begin[d] = begin;
            op.pads_end[d] = std::max<std::int64_t>(end, 0);
            op.output_padding[d] = std::max<std::int64_t>(-end, 0);
        }
        return true;
    }

    template <typename Op>
    bool operator()(Op& /*op*/) const {
        return true;
    }

private:
    const Region& region(TensorId id) const { return regions_[static_cast<std::size_t>(id)]; }

    std::int64_t groups_left(std::int64_t groups) const {
        const std::int64_t per_group = graph_.tensor(node_.inputs[1]).shape[0] / groups;
        const auto kept = group_range(region(node_.output)[1], per_group);
        return kept ? kept->size() : groups;
    }

    template <typename Op>
    bool pad_forward(Op& op, const WindowAxis& axis, std::size_t d) const {
        const AxisRange in = region(node_.inputs[0])[d + 2];
        const AxisRange out = region(node_.output)[d + 2];
        const std::int64_t begin = in.begin - (out.begin * axis.stride - axis.begin);
        const std::int64_t end = (out.end - 1) * axis.stride - axis.begin + axis.reach() + 1 - in.end;
        if (begin < 0 || end < 0) {
            return false;
        }
        op.pads_begin[d] = begin;
        op.pads_end[d] = end;
        return true;
    }

    const graph::Graph& graph_;
    const graph::Node& node_;
    const std::vector<Region>& regions_;
};

}  // namespace

std::optional<std::vector<Region>> required_regions(const graph::Graph& graph, const graph::Node& node,
                                                    const Region& result) {
    return std::visit(Requirement(graph, node, result), node.operation);
}

bool adapt_to_regions(const graph::Graph& graph, graph::Node& node, const std::vector<Region>& regions) {
    const auto needed = required_regions(graph, node, regions[static_cast<std::size_t>(node.output)]);
    for (std::size_t i = 0; i < node.inputs.size(); ++i) {
        if (node.inputs[i] != kAbsent && (*needed)[i] != regions[static_cast<std::size_t>(node.inputs[i])]) {
            return false;
        }
    }
    return std::visit(Adaptation(graph, node, regions), node.operation);
}

}  // namespace difftest::harness
