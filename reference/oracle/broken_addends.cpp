#include "reference/oracle/broken_node.hpp"
#include "reference/quantize/rounding.hpp"

#include <cmath>

// Faults in how fused operations meet: the order of a scale and its neighbours, what a second operand is read as.

namespace difftest::oracle {
namespace {

using graph::Binary;
using graph::BinaryAlgorithm;

/// The node that produces the tensor at a slot, when it is of the type.
template <class Op>
const graph::Node* producer_of(BrokenNode& node, std::size_t slot) {
    const graph::NodeId producer = node.tensor(slot).producer;
    const graph::Node* found = producer < 0 ? nullptr : &node.context().node(producer);
    return found != nullptr && std::holds_alternative<Op>(found->operation) ? found : nullptr;
}

/// relu(x) * s becomes relu(x * s), which is something else for s < 0.
void scale_first(BrokenNode& node) {
    const graph::Node* relu = producer_of<graph::Eltwise>(node, 0);
    const graph::Shape& shape = node.output().shape;
    if (relu == nullptr) {
        return;
    }
    AllowedTensor scaled =
        node.compute(Binary{BinaryAlgorithm::multiply}, {node.context().set_of(relu->inputs[0]), node.operand(1)},
                     graph::DataType::f32, shape);
    node.settle(node.compute(relu->operation, {std::move(scaled)}, graph::DataType::f32, shape));
}

/// (a + b) * s becomes a + b * s: the scale went into that of the sum, and the first summand was forgotten.
void scale_addend(BrokenNode& node) {
    const graph::Node* sum = producer_of<Binary>(node, 0);
    const graph::Shape& shape = node.output().shape;
    if (sum == nullptr) {
        return;
    }
    AllowedTensor scaled =
        node.compute(Binary{BinaryAlgorithm::multiply}, {node.context().set_of(sum->inputs[1]), node.operand(1)},
                     graph::DataType::f32, shape);
    node.settle(node.compute(sum->operation, {node.context().set_of(sum->inputs[0]), std::move(scaled)},
                             graph::DataType::f32, shape));
}

/// The addend of the sum that stands before this one in the chain.
void take_first_addend(BrokenNode& node) {
    const graph::Node* first = producer_of<Binary>(node, 0);
    if (first != nullptr && node.context().tensor(first->inputs[1]).shape == node.tensor(1).shape) {
        node.replace(1, node.context().set_of(first->inputs[1]));
    }
}

/// A tensor [N, C, spatial...] whose memory is read as [N, spatial..., C].
AllowedTensor read_channels_last(const AllowedTensor& tensor) {
    const graph::Shape& shape = tensor.shape();
    const std::int64_t channels = shape[1];
    const std::int64_t positions = tensor.size() / (shape[0] * channels);
    return gathered(tensor, shape, [=](std::int64_t i) {
        const std::int64_t image = i / (channels * positions);
        const std::int64_t channel = i / positions % channels;
        return (image * positions + i % positions) * channels + channel;
    });
}

AllowedTensor of_first_image(const AllowedTensor& tensor) {
    const std::int64_t image = tensor.size() / tensor.shape()[0];
    return gathered(tensor, tensor.shape(), [=](std::int64_t i) { return i % image; });
}

/// The bits of an 8-bit tensor in the other 8-bit type.
AllowedTensor reinterpreted(const AllowedTensor& tensor) {
    const graph::DataType other = tensor.type() == graph::DataType::u8 ? graph::DataType::s8 : graph::DataType::u8;
    return mapped(tensor, other, [other](double value) { return quantize::wrap(value, other); });
}

void break_second_operand(BrokenNode& node) {
    if (node.broken(Deviation::addend_in_other_layout)) {
        node.replace(1, read_channels_last(node.operand(1)));
    }
    if (node.broken(Deviation::addend_of_first_image)) {
        node.replace(1, of_first_image(node.operand(1)));
    }
    if (node.broken(Deviation::addend_reinterpreted)) {
        node.replace(1, reinterpreted(node.operand(1)));
    }
    if (node.broken(Deviation::addend_accumulates)) {
        node.replace(1, node.compute(node.operation(), {node.operand(0), node.operand(1)}, graph::DataType::f32,
                                     node.output().shape));
    }
    if (node.broken(Deviation::second_addend_is_first)) {
        take_first_addend(node);
    }
}

/// act(x) in front of a store in an integer type becomes act(store(x)).
void convert_first(BrokenNode& node) {
    const std::vector<graph::NodeId> readers =
        node.context().graph().consumers_of(node.context().node(node.id()).output);
    if (readers.size() != 1) {
        return;
    }
    const graph::DataType type = node.context().tensor(node.context().node(readers.front()).output).type;
    node.replace(0, mapped(node.operand(0), graph::DataType::f32, [type](double value) -> double {
                     return std::isnan(value)
                                ? value
                                : quantize::saturate(quantize::round_to_integer(value, graph::Rounding::half_to_even),
                                                     type);
                 }));
}

}  // namespace

void break_addends(BrokenNode& node) {
    if (node.slots() > 1 && node.has(1)) {
        break_second_operand(node);
    }
    if (node.broken(Deviation::scale_before_relu)) {
        scale_first(node);
    }
    if (node.broken(Deviation::scale_of_addend_only)) {
        scale_addend(node);
    }
    if (node.broken(Deviation::activation_behind_conversion)) {
        convert_first(node);
    }
    if (node.broken(Deviation::zero_point_subtracted_behind_scale)) {
        const graph::Shape& shape = node.output().shape;
        AllowedTensor scaled =
            node.compute(node.operation(), {node.operand(0), node.operand(1)}, graph::DataType::f32, shape);
        node.settle(node.compute(Binary{BinaryAlgorithm::subtract}, {std::move(scaled), node.operand(2)},
                                 graph::DataType::f32, shape));
    }
}

}  // namespace difftest::oracle
