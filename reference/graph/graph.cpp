#include "reference/graph/graph.hpp"

#include <algorithm>
#include <array>

namespace difftest::graph {
namespace {

constexpr std::array<Slot, 5> kConvolutionSlots{
    {{"data"}, {"weights"}, {"bias", true}, {"data_zero_point", true}, {"weights_zero_point", true}}};
constexpr std::array<Slot, 5> kMatmulSlots{
    {{"a"}, {"b"}, {"bias", true}, {"a_zero_point", true}, {"b_zero_point", true}}};
constexpr std::array<Slot, 1> kUnarySlots{{{"data"}}};
constexpr std::array<Slot, 8> kConcatSlots{{{"data0"},
                                            {"data1", true},
                                            {"data2", true},
                                            {"data3", true},
                                            {"data4", true},
                                            {"data5", true},
                                            {"data6", true},
                                            {"data7", true}}};
constexpr std::array<Slot, 2> kBinarySlots{{{"a"}, {"b"}}};
constexpr std::array<Slot, 3> kSelectSlots{{{"condition"}, {"a"}, {"b"}}};
constexpr std::array<Slot, 2> kPreluSlots{{{"data"}, {"slope"}}};
constexpr std::array<Slot, 2> kSumSlots{{{"data"}, {"previous"}}};
constexpr std::array<Slot, 5> kFakeQuantizeSlots{
    {{"data"}, {"input_low"}, {"input_high"}, {"output_low"}, {"output_high"}}};
constexpr std::array<Slot, 3> kScaleSlots{{{"data"}, {"scale"}, {"zero_point", true}}};
constexpr std::array<Slot, 3> kMultiplierSlots{{{"data"}, {"multiplier"}, {"zero_point", true}}};
constexpr std::array<Slot, 4> kFixedPointSlots{{{"data"}, {"multiplier"}, {"shift"}, {"zero_point", true}}};

std::span<const Slot> slots(const Convolution& /*op*/) {
    return kConvolutionSlots;
}
std::span<const Slot> slots(const Deconvolution& /*op*/) {
    return kConvolutionSlots;
}
std::span<const Slot> slots(const Matmul& /*op*/) {
    return kMatmulSlots;
}
std::span<const Slot> slots(const InnerProduct& /*op*/) {
    return kConvolutionSlots;
}
std::span<const Slot> slots(const Eltwise& /*op*/) {
    return kUnarySlots;
}
std::span<const Slot> slots(const Binary& /*op*/) {
    return kBinarySlots;
}
std::span<const Slot> slots(const Select& /*op*/) {
    return kSelectSlots;
}
std::span<const Slot> slots(const Prelu& /*op*/) {
    return kPreluSlots;
}
std::span<const Slot> slots(const Sum& /*op*/) {
    return kSumSlots;
}
std::span<const Slot> slots(const FakeQuantize& /*op*/) {
    return kFakeQuantizeSlots;
}
std::span<const Slot> slots(const Quantize& /*op*/) {
    return kScaleSlots;
}
std::span<const Slot> slots(const Dequantize& /*op*/) {
    return kScaleSlots;
}
std::span<const Slot> slots(const Requantize& /*op*/) {
    return kMultiplierSlots;
}
std::span<const Slot> slots(const Convert& /*op*/) {
    return kUnarySlots;
}
std::span<const Slot> slots(const RequantizeFixedPoint& /*op*/) {
    return kFixedPointSlots;
}
std::span<const Slot> slots(const ShiftRound& /*op*/) {
    return kUnarySlots;
}
std::span<const Slot> slots(const Permute& /*op*/) {
    return kUnarySlots;
}
std::span<const Slot> slots(const Reshape& /*op*/) {
    return kUnarySlots;
}
std::span<const Slot> slots(const Slice& /*op*/) {
    return kUnarySlots;
}
std::span<const Slot> slots(const Concat& /*op*/) {
    return kConcatSlots;
}
std::span<const Slot> slots(const Reorder& /*op*/) {
    return kUnarySlots;
}
std::span<const Slot> slots(const Pooling& /*op*/) {
    return kUnarySlots;
}
std::span<const Slot> slots(const Reduction& /*op*/) {
    return kUnarySlots;
}
std::span<const Slot> slots(const Resampling& /*op*/) {
    return kUnarySlots;
}
std::span<const Slot> slots(const Softmax& /*op*/) {
    return kUnarySlots;
}

}  // namespace

std::string_view name_of(const Operation& operation) {
    return std::visit([](const auto& op) { return op.name; }, operation);
}

bool is_elementwise(const Operation& operation) {
    return std::holds_alternative<Eltwise>(operation) || std::holds_alternative<Binary>(operation) ||
           std::holds_alternative<Select>(operation) || std::holds_alternative<Prelu>(operation) ||
           std::holds_alternative<Sum>(operation) || std::holds_alternative<FakeQuantize>(operation) ||
           std::holds_alternative<Quantize>(operation) || std::holds_alternative<Dequantize>(operation) ||
           std::holds_alternative<Requantize>(operation) || std::holds_alternative<Convert>(operation) ||
           std::holds_alternative<Reorder>(operation) || std::holds_alternative<RequantizeFixedPoint>(operation) ||
           std::holds_alternative<ShiftRound>(operation);
}

std::span<const Slot> slots_of(const Operation& operation) {
    return std::visit([](const auto& op) { return slots(op); }, operation);
}

bool is_contraction(const Operation& operation) {
    return std::holds_alternative<Convolution>(operation) || std::holds_alternative<Deconvolution>(operation) ||
           std::holds_alternative<Matmul>(operation) || std::holds_alternative<InnerProduct>(operation);
}

std::optional<std::size_t> slot_index(const Operation& operation, std::string_view slot) {
    const auto all = slots_of(operation);
    const auto found = std::find_if(all.begin(), all.end(), [&](const Slot& entry) { return entry.name == slot; });
    if (found == all.end()) {
        return std::nullopt;
    }
    return static_cast<std::size_t>(found - all.begin());
}

TensorId input_at(const Node& node, std::string_view slot) {
    const auto index = slot_index(node.operation, slot);
    return index && *index < node.inputs.size() ? node.inputs[*index] : kAbsent;
}

std::optional<TensorId> Graph::find_tensor(std::string_view name) const {
    const auto found = std::find_if(tensors.begin(), tensors.end(), [&](const Tensor& t) { return t.name == name; });
    if (found == tensors.end()) {
        return std::nullopt;
    }
    return static_cast<TensorId>(found - tensors.begin());
}

std::optional<NodeId> Graph::find_node(std::string_view name) const {
    const auto found = std::find_if(nodes.begin(), nodes.end(), [&](const Node& n) { return n.name == name; });
    if (found == nodes.end()) {
        return std::nullopt;
    }
    return static_cast<NodeId>(found - nodes.begin());
}

std::vector<NodeId> Graph::consumers_of(TensorId id) const {
    std::vector<NodeId> result;
    for (std::size_t i = 0; i < nodes.size(); ++i) {
        if (std::find(nodes[i].inputs.begin(), nodes[i].inputs.end(), id) != nodes[i].inputs.end()) {
            result.push_back(static_cast<NodeId>(i));
        }
    }
    return result;
}

bool Graph::is_output(TensorId id) const {
    return std::find(outputs.begin(), outputs.end(), id) != outputs.end();
}

}  // namespace difftest::graph
