#include "reference/faults/dictionary.hpp"

#include <algorithm>
#include <array>
#include <cmath>

namespace difftest::faults {
namespace {

using graph::Case;
using graph::NodeId;
using oracle::Deviation;

constexpr std::array<Fault, 15> kFaults{{
    {Deviation::clamp_dropped_mid_chain, "D01", "clamp_dropped_mid_chain",
     "A quantize saturates, also when it is fused in the middle of a chain.",
     "The clamp of a 256-level u8/s8 quantize that is not last is left to the final store.",
     "OpenVINO GPU on oneDNN, before pull request 14176 (the founding bug)",
     "256 levels, quantize not last, values beyond the input range"},
    {Deviation::round_dropped_mid_chain, "D02", "round_dropped_mid_chain",
     "A quantize rounds, also when it is fused in the middle of a chain.",
     "The rounding of an 8-bit quantize that is not last is dropped; the value flows on as a fraction.",
     "OpenVINO GPU, oneDNN path: round is emitted only for outputs that are not 8-bit",
     "8-bit quantize not last, fractional values, a larger factor behind it"},
    {Deviation::clamp_elided_at_256_levels, "D05", "clamp_elided_at_256_levels",
     "FakeQuantize saturates at its output range.",
     "With 256 levels the clamp is elided although the output range is narrower than the type.",
     "OpenVINO GPU, prepare_quantization: need_clamp looks at the levels only",
     "256 levels, u8, output range [0, 100]"},
    {Deviation::round_half_away_from_zero, "D07", "round_half_away_from_zero", "Ties round to even.",
     "Ties round away from zero.", "OpenCL C round() in quantize kernels; TVM relay round",
     "values exactly between two integers"},
    {Deviation::round_half_up, "D08", "round_half_up", "Ties round to even.", "Ties round up: floor(x + 1/2).",
     "TVM UPWARD requantize, ARM rounding shifts", "ties, also negative ones"},
    {Deviation::truncated_store, "D09", "truncated_store", "The conversion to an integer rounds to nearest.",
     "The conversion truncates.", "OpenCL convert_TYPE_sat without _rte", "any fraction of one half or more"},
    {Deviation::scale_before_quantize, "D04", "scale_before_quantize",
     "A scale that follows a quantize is applied to its integer result.", "The scale is applied before the quantize.",
     "first suspicion of the founding bug, rejected there", "any scale other than 1 behind a quantize"},
    {Deviation::levels_instead_of_levels_minus_one, "D23", "levels_instead_of_levels_minus_one",
     "L levels span L - 1 steps.", "The range is divided into L steps.", "hand-written quantizers",
     "any value well inside the range"},
    {Deviation::wrapped_store, "D13", "wrapped_store", "The conversion to an integer saturates.",
     "The conversion keeps the low bits.", "OpenVINO GPU eltwise kernels: non-saturating convert",
     "values outside the target type"},
    {Deviation::channel_zero_only, "D26", "channel_zero_only", "Per-channel parameters are taken at their own channel.",
     "The first channel's parameter is used for all.", "OpenVINO GPU: only channel 0 of input_low",
     "parameters that differ between channels"},
    {Deviation::padding_with_raw_zero, "D40", "padding_with_raw_zero",
     "Padding and the holes of a deconvolution contribute real zero.",
     "Taps outside the input contribute the raw integer zero, that is minus the zero point.",
     "OpenVINO asymmetric convolution; compensation over all taps", "a data zero point other than 0 and padding"},
    {Deviation::kernel_flipped, "D51", "kernel_flipped",
     "A convolution is a cross-correlation; a deconvolution is its adjoint.", "The kernel is flipped in space.",
     "deconvolution lowered to convolution without the flip", "a kernel that is not symmetric"},
    {Deviation::dilation_ignored, "D56", "dilation_ignored", "Taps are `dilation` elements apart.",
     "The dilation is ignored.", "0-based against 1-based dilation in adapters", "dilation above 1"},
    {Deviation::bias_dropped, "D59", "bias_dropped", "The bias is added to the accumulator once.",
     "The bias is left out.", "fusion passes that take another operand for the bias", "a bias other than 0"},
    {Deviation::repeated_eltwise_uses_first_parameters, "T27", "repeated_eltwise_uses_first_parameters",
     "Each element-wise post-op has parameters of its own.",
     "A later post-op of the same algorithm uses the parameters of the first.",
     "oneDNN before 2.7.5: injectors keyed by algorithm", "the same algorithm twice in a chain, other parameters"},
}};

bool is_mid_chain(const Case& value, NodeId id) {
    const graph::TensorId output = value.graph.node(id).output;
    return !value.graph.is_output(output) && !value.graph.consumers_of(output).empty();
}

bool is_eight_bit(graph::DataType type) {
    return type == graph::DataType::u8 || type == graph::DataType::s8;
}

template <class Op>
bool holds(const graph::Node& node) {
    return std::holds_alternative<Op>(node.operation);
}

bool is_fake_quantize(const graph::Node& node, std::int64_t levels = 0) {
    const auto* op = std::get_if<graph::FakeQuantize>(&node.operation);
    return op != nullptr && (levels == 0 || op->levels == levels);
}

bool converts_to_integer(const Case& value, const graph::Node& node) {
    return (holds<graph::Quantize>(node) || holds<graph::Requantize>(node) || holds<graph::Convert>(node)) &&
           graph::is_integer(value.graph.tensor(node.output).type) &&
           !(holds<graph::Convert>(node) && graph::is_integer(value.graph.tensor(node.inputs[0]).type));
}

/// Averages of integers that are integers again.
bool rounds_an_average(const Case& value, const graph::Node& node) {
    const auto* pooling = std::get_if<graph::Pooling>(&node.operation);
    const auto* reduction = std::get_if<graph::Reduction>(&node.operation);
    const auto* resampling = std::get_if<graph::Resampling>(&node.operation);
    const bool averages = (pooling != nullptr && pooling->algorithm != graph::PoolingAlgorithm::maximum) ||
                          (reduction != nullptr && reduction->algorithm == graph::ReductionAlgorithm::mean) ||
                          (resampling != nullptr && resampling->algorithm == graph::ResamplingAlgorithm::linear);
    return averages && graph::is_integer(value.graph.tensor(node.output).type);
}

bool wraps(const graph::Node& node) {
    const auto* op = std::get_if<graph::Convert>(&node.operation);
    return op != nullptr && op->overflow == graph::Overflow::wrap;
}

bool has_channel_parameter(const Case& value, const graph::Node& node) {
    if (graph::is_contraction(node.operation) || holds<graph::Dequantize>(node) || holds<graph::Concat>(node) ||
        holds<graph::Select>(node) || holds<graph::Sum>(node)) {
        return false;
    }
    return std::any_of(node.inputs.begin() + 1, node.inputs.end(), [&](graph::TensorId id) {
        return id != graph::kAbsent && value.graph.tensor(id).role == graph::TensorRole::constant &&
               graph::element_count(value.graph.tensor(id).shape).value_or(0) > 1;
    });
}

bool scales_a_quantized_value(const Case& value, const graph::Node& node) {
    const auto* op = std::get_if<graph::Binary>(&node.operation);
    if (op == nullptr || op->algorithm != graph::BinaryAlgorithm::multiply) {
        return false;
    }
    const NodeId producer = value.graph.tensor(node.inputs[0]).producer;
    return producer >= 0 && is_fake_quantize(value.graph.node(producer)) &&
           value.graph.tensor(node.inputs[1]).role == graph::TensorRole::constant;
}

bool repeats_an_algorithm(const Case& value, const graph::Node& node) {
    const auto* own = std::get_if<graph::Eltwise>(&node.operation);
    graph::TensorId at = own == nullptr ? graph::kAbsent : node.inputs[0];
    while (at != graph::kAbsent && value.graph.tensor(at).producer >= 0) {
        const graph::Node& before = value.graph.node(value.graph.tensor(at).producer);
        const auto* other = std::get_if<graph::Eltwise>(&before.operation);
        if (other != nullptr && other->algorithm == own->algorithm && !(*other == *own)) {
            return true;
        }
        at = before.inputs[0];
    }
    return false;
}

template <class Visit>
bool window_satisfies(const graph::Node& node, const Visit& visit) {
    if (const auto* op = std::get_if<graph::Convolution>(&node.operation)) {
        return visit(*op);
    }
    if (const auto* op = std::get_if<graph::Deconvolution>(&node.operation)) {
        return visit(*op);
    }
    return false;
}

bool has_zero_point(const Case& value, const graph::Node& node) {
    if (!holds<graph::Convolution>(node) && !holds<graph::Deconvolution>(node)) {
        return false;
    }
    const graph::TensorId id = graph::input_at(node, "data_zero_point");
    if (id == graph::kAbsent || value.graph.tensor(id).role == graph::TensorRole::intermediate) {
        return id != graph::kAbsent;
    }
    const graph::TensorData& data = value.data_of(id);
    for (std::int64_t i = 0; i < data.size(); ++i) {
        if (data.at(i) != 0) {
            return true;
        }
    }
    return false;
}

bool kernel_has_extent(const Case& value, const graph::Node& node) {
    const graph::Shape& weights = value.graph.tensor(node.inputs[1]).shape;
    return std::any_of(weights.begin() + 2, weights.end(), [](std::int64_t k) { return k > 1; });
}

bool applies(Deviation deviation, const Case& value, NodeId id) {
    const graph::Node& node = value.graph.node(id);
    const bool fake_quantize = is_fake_quantize(node);
    const bool eight_bit = is_eight_bit(value.graph.tensor(node.output).type);
    const bool to_integer = converts_to_integer(value, node);
    switch (deviation) {
        case Deviation::clamp_dropped_mid_chain:
            return is_mid_chain(value, id) &&
                   ((is_fake_quantize(node, 256) && eight_bit) || (to_integer && !wraps(node)));
        case Deviation::round_dropped_mid_chain:
            return is_mid_chain(value, id) && ((fake_quantize && eight_bit) || to_integer);
        case Deviation::clamp_elided_at_256_levels: return is_fake_quantize(node, 256) && eight_bit;
        case Deviation::round_half_away_from_zero:
        case Deviation::round_half_up:
        case Deviation::truncated_store: return fake_quantize || to_integer || rounds_an_average(value, node);
        case Deviation::scale_before_quantize: return scales_a_quantized_value(value, node);
        case Deviation::levels_instead_of_levels_minus_one: return fake_quantize;
        case Deviation::wrapped_store: return to_integer && !wraps(node);
        case Deviation::channel_zero_only: return has_channel_parameter(value, node);
        case Deviation::padding_with_raw_zero: return has_zero_point(value, node);
        case Deviation::kernel_flipped:
            return window_satisfies(node, [&](const auto& /*op*/) { return kernel_has_extent(value, node); });
        case Deviation::dilation_ignored:
            return window_satisfies(node, [&](const auto& op) {
                return kernel_has_extent(value, node) &&
                       std::any_of(op.dilations.begin(), op.dilations.end(), [](std::int64_t d) { return d > 1; });
            });
        case Deviation::bias_dropped: return graph::is_contraction(node.operation) && node.inputs[2] != graph::kAbsent;
        case Deviation::repeated_eltwise_uses_first_parameters: return repeats_an_algorithm(value, node);
    }
    return false;
}

}  // namespace

std::span<const Fault> all_faults() {
    return kFaults;
}

std::optional<Fault> find_fault(std::string_view name_or_id) {
    const auto found = std::find_if(kFaults.begin(), kFaults.end(), [&](const Fault& fault) {
        return fault.name == name_or_id || fault.id == name_or_id;
    });
    if (found == kFaults.end()) {
        return std::nullopt;
    }
    return *found;
}

std::vector<NodeId> applicable_nodes(const Fault& fault, const Case& value) {
    std::vector<NodeId> nodes;
    for (std::size_t i = 0; i < value.graph.nodes.size(); ++i) {
        if (applies(fault.deviation, value, static_cast<NodeId>(i))) {
            nodes.push_back(static_cast<NodeId>(i));
        }
    }
    return nodes;
}

}  // namespace difftest::faults
