#include "reference/graph/half.hpp"
#include "reference/oracle/broken_node.hpp"
#include "reference/oracle/broken_values.hpp"

#include <algorithm>
#include <cmath>
#include <optional>

// Faults in how the constant parameters of a node reach the kernel: printed into its source, packed, indexed.

namespace difftest::oracle {
namespace {

constexpr std::size_t kInputLow = 1;
constexpr std::size_t kInputHigh = 2;
constexpr std::size_t kOutputLow = 3;
constexpr std::size_t kOutputHigh = 4;

/// The parameters of everything but contractions stand behind the data; the parts of a concatenation are none.
bool is_parameter(BrokenNode& node, std::size_t slot) {
    return slot > 0 && node.is_constant(slot) && !graph::is_contraction(node.operation()) &&
           node.is<graph::Concat>() == nullptr && node.is<graph::Select>() == nullptr;
}

/// The same numbers along another dimension of the result, when it has as many elements.
void move_axis(BrokenNode& node, std::size_t slot, std::size_t to) {
    const graph::Shape& result = node.output().shape;
    const AllowedTensor& parameter = node.operand(slot);
    const auto from = varying_axis(parameter.shape(), result);
    if (!from || *from == to || result[to] != parameter.size()) {
        return;
    }
    graph::Shape shape(result.size(), 1);
    shape[to] = parameter.size();
    node.replace(slot, gathered(parameter, shape, [](std::int64_t i) { return i; }));
}

/// A function of single values for every f32 constant of the node.
std::optional<double (*)(double)> value_rule(BrokenNode& node) {
    using Rule = double (*)(double);
    if (node.broken(Deviation::constants_with_six_decimals)) {
        return Rule([](double value) -> double { return with_six_decimals(static_cast<float>(value)); });
    }
    if (node.broken(Deviation::subnormal_constants_flushed)) {
        return Rule([](double value) -> double { return std::fabs(value) < 0x1p-126 ? 0 : value; });
    }
    if (node.broken(Deviation::folded_constant_in_half)) {
        return Rule([](double value) -> double { return graph::from_f16(graph::to_f16(static_cast<float>(value))); });
    }
    if (node.broken(Deviation::infinite_bound_loses_sign)) {
        return Rule([](double value) -> double { return std::isinf(value) ? std::fabs(value) : value; });
    }
    return std::nullopt;
}

/// Tables of a multiple of 8 are expected; what is read behind their end is 0.
AllowedTensor with_tail_of_zeros(const AllowedTensor& parameter) {
    constexpr std::int64_t kBlock = 8;
    AllowedTensor result = parameter;
    for (std::int64_t i = parameter.size() / kBlock * kBlock; i < parameter.size(); ++i) {
        result.set_point(i, 0);
    }
    return result;
}

void break_ranges(BrokenNode& node) {
    if (node.broken(Deviation::input_range_exchanged)) {
        node.exchange(kInputLow, kInputHigh);
    }
    if (node.broken(Deviation::output_range_exchanged)) {
        node.exchange(kOutputLow, kOutputHigh);
    }
    if (node.broken(Deviation::output_high_like_output_low) && node.operand(kOutputLow).size() == 1) {
        node.replace(kOutputHigh, gathered(node.operand(kOutputHigh), {}, [](std::int64_t) { return 0; }));
    }
    if (node.broken(Deviation::output_low_missing_at_zero_high)) {
        // y = k * (0 - ol) / (L - 1) + 0
        const auto zero = [](double) -> double { return 0; };
        const auto negative = [](double value) -> double { return -value; };
        node.replace(kOutputHigh, mapped(node.operand(kOutputLow), graph::DataType::f32, negative));
        node.replace(kOutputLow, mapped(node.operand(kOutputLow), graph::DataType::f32, zero));
    }
}

void break_axis(BrokenNode& node, std::size_t slot) {
    if (node.broken(Deviation::channel_parameters_along_last_axis)) {
        move_axis(node, slot, node.output().shape.size() - 1);
    }
    if (node.broken(Deviation::parameters_across_permutation)) {
        const graph::NodeId producer = node.tensor(0).producer;
        const auto* permute =
            producer < 0 ? nullptr : std::get_if<graph::Permute>(&node.context().node(producer).operation);
        if (permute != nullptr) {
            const auto channels = std::find(permute->order.begin(), permute->order.end(), 1);
            move_axis(node, slot, static_cast<std::size_t>(channels - permute->order.begin()));
        }
    }
}

}  // namespace

void break_parameters(BrokenNode& node) {
    if (node.is<graph::FakeQuantize>() != nullptr) {
        break_ranges(node);
    }
    const auto rule = value_rule(node);
    for (std::size_t slot = 1; slot < node.slots(); ++slot) {
        if (!is_parameter(node, slot)) {
            continue;
        }
        if (rule && node.tensor(slot).type == graph::DataType::f32) {
            node.replace(slot, mapped(node.operand(slot), graph::DataType::f32, *rule));
        }
        if (node.broken(Deviation::channel_tail_of_parameters) &&
            varying_axis(node.tensor(slot).shape, node.output().shape)) {
            node.replace(slot, with_tail_of_zeros(node.operand(slot)));
        }
        if (node.broken(Deviation::shared_constant_applied_twice)) {
            node.replace(slot, mapped(node.operand(slot), node.tensor(slot).type,
                                      [](double value) -> double { return static_cast<float>(value * value); }));
        }
        break_axis(node, slot);
    }
}

}  // namespace difftest::oracle
