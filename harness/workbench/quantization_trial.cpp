#include "harness/workbench/quantization_trial.hpp"

#include "reference/quantize/rounding.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

namespace difftest::harness {
namespace {

using quantize::AffineParameters;
using quantize::IntegerRange;

constexpr double kHighest = std::numeric_limits<std::int32_t>::max();
constexpr double kLowest = std::numeric_limits<std::int32_t>::min();

/// An operand of a contraction in integers, its zero point taken off.
struct IntegerOperand {
    RealTensor integers;
    std::vector<float> scales;  ///< one, or one for each output channel
};

class Trial {
public:
    Trial(const FloatModel& model, const QuantizationPlan& plan) : model_(model), plan_(plan) {
        constants_ = model.constants;
        for (const auto& [name, weight] : plan.weights) {
            RealTensor& tensor = constants_.at(name);
            for (std::size_t i = 0; i < tensor.values.size(); ++i) {
                tensor.values[i] =
                    quantize::dequantized(weight.values[i], {plan.weight_scale(name, tensor.shape, i), 0});
            }
        }
        for (const auto& [name, bias] : plan.biases) {
            RealTensor& tensor = constants_.at(name);
            const std::vector<float>& scales = bias.quantized.scales;
            for (std::size_t i = 0; i < tensor.values.size(); ++i) {
                tensor.values[i] = quantize::dequantized(bias.quantized.values[i], {scales[i % scales.size()], 0});
            }
        }
        for (auto& [name, tensor] : constants_) {
            through_integers(name, tensor);
        }
        for (const ModelNode& node : model.nodes) {
            if (is_contraction(node)) {
                contractions_[node.output] = static_trial(node);
            }
        }
    }

    Tensors evaluate(const Tensors& sample, bool integers) {
        const auto hook = [this](const std::string& name, RealTensor& tensor) { through_integers(name, tensor); };
        const auto rule = [this](const ModelNode& node, const std::vector<const RealTensor*>& inputs, RealTensor& out) {
            return is_contraction(node) && integer_kernel(node, inputs, out);
        };
        return evaluate_model(model_, constants_, sample, hook, integers ? NodeRule(rule) : NodeRule());
    }

    std::vector<ContractionTrial> contractions() const {
        std::vector<ContractionTrial> result;
        for (const ModelNode& node : model_.nodes) {
            if (is_contraction(node)) {
                result.push_back(contractions_.at(node.output));
            }
        }
        return result;
    }

private:
    void through_integers(const std::string& name, RealTensor& tensor) const {
        const auto found = plan_.activations.find(name);
        if (found == plan_.activations.end()) {
            return;
        }
        for (double& value : tensor.values) {
            const std::int32_t q =
                quantize::quantized(static_cast<float>(value), found->second.affine, plan_.activation_integers);
            value = quantize::dequantized(q, found->second.affine);
        }
    }

    std::optional<IntegerOperand> operand(const std::string& name, const RealTensor& value) const {
        if (const auto weight = plan_.weights.find(name); weight != plan_.weights.end()) {
            const std::vector<std::int32_t>& integers = weight->second.values;
            return IntegerOperand{{value.shape, {integers.begin(), integers.end()}}, weight->second.scales};
        }
        const auto activation = plan_.activations.find(name);
        if (activation == plan_.activations.end()) {
            return std::nullopt;
        }
        IntegerOperand result{value, {activation->second.affine.scale}};
        for (double& each : result.integers.values) {
            each = std::nearbyint(each / activation->second.affine.scale);
        }
        return result;
    }

    /// The parameters that a result is stored with: its own, or those behind the clamp that alone reads it.
    const ActivationParameters* stored_as(const std::string& output) const {
        const auto own = plan_.activations.find(output);
        if (own != plan_.activations.end()) {
            return &own->second;
        }
        const auto consumers = model_.consumers_of(output);
        const auto behind =
            consumers.size() == 1 ? plan_.activations.find(consumers[0]->output) : plan_.activations.end();
        return behind == plan_.activations.end() ? nullptr : &behind->second;
    }

    static std::size_t channel_of(const ModelNode& node, const RealTensor& out, std::size_t element) {
        const bool is_product = node.type == "Gemm" || node.type == "MatMul";
        const std::size_t axis = is_product ? out.shape.size() - 1 : 1;
        std::size_t inner = 1;
        for (std::size_t d = axis + 1; d < out.shape.size(); ++d) {
            inner *= static_cast<std::size_t>(out.shape[d]);
        }
        return element / inner % static_cast<std::size_t>(out.shape[axis]);
    }

    bool integer_kernel(const ModelNode& node, const std::vector<const RealTensor*>& inputs, RealTensor& out) {
        const auto a = operand(node.inputs[0], *inputs[0]);
        const auto b = operand(node.inputs[1], *inputs[1]);
        const ActivationParameters* stored = stored_as(node.output);
        if (!a || !b || stored == nullptr || node.number("alpha", 1) != 1) {
            return false;
        }
        std::vector<const RealTensor*> operands{&a->integers, &b->integers};
        RealTensor bias;
        if (node.has_input(2)) {
            const auto found = plan_.biases.find(node.inputs[2]);
            if (found == plan_.biases.end()) {
                return false;
            }
            const std::vector<std::int32_t>& values = found->second.quantized.values;
            bias = {inputs[2]->shape, {values.begin(), values.end()}};
            operands.push_back(&bias);
        }
        out = evaluate_node(node, operands);
        ContractionTrial& trial = contractions_.at(node.output);
        const AffineParameters& to = stored->affine;
        for (std::size_t i = 0; i < out.values.size(); ++i) {
            const double exact = out.values[i];
            trial.largest_seen = std::max(trial.largest_seen, std::fabs(exact));
            trial.wrapped += exact < kLowest || exact > kHighest ? 1 : 0;
            const float product = a->scales[0] * b->scales[channel_of(node, out, i) % b->scales.size()];
            const float scale = product / to.scale;
            const float real = static_cast<float>(quantize::wrap(exact, graph::DataType::s32)) * scale;
            const IntegerRange& range = plan_.activation_integers;
            const double level =
                quantize::saturate(real, quantize::Range(range.lowest - to.zero_point, range.highest - to.zero_point));
            out.values[i] = quantize::dequantized(static_cast<std::int64_t>(std::nearbyint(level)) + to.zero_point, to);
        }
        return true;
    }

    ContractionTrial static_trial(const ModelNode& node) const {
        ContractionTrial trial;
        trial.place = node.place();
        trial.head_room = std::numeric_limits<std::int32_t>::max();
        const auto weight = plan_.weights.find(node.inputs[1]);
        const auto data = plan_.activations.find(node.inputs[0]);
        if (weight == plan_.weights.end() || data == plan_.activations.end()) {
            return trial;
        }
        const WeightParameters& w = weight->second;
        trial.weights = static_cast<std::int64_t>(w.values.size());
        trial.weights_clipped = w.clipped;
        trial.weights_vanished = w.vanished;
        trial.scales_enlarged = std::count(w.enlarged.begin(), w.enlarged.end(), true);
        const std::vector<double> sums = largest_sums(node, data->second.affine.zero_point);
        trial.channels = static_cast<std::int64_t>(sums.size());
        const auto bias = node.has_input(2) ? plan_.biases.find(node.inputs[2]) : plan_.biases.end();
        for (std::size_t c = 0; c < sums.size(); ++c) {
            std::int64_t room = std::numeric_limits<std::int32_t>::max();
            if (bias != plan_.biases.end()) {
                const std::vector<std::int32_t>& values = bias->second.quantized.values;
                room = quantize::head_room(values[c % values.size()]);
            }
            trial.head_room = std::min(trial.head_room, room);
            trial.largest_possible = std::max(trial.largest_possible, sums[c]);
            trial.channels_could_wrap += sums[c] > static_cast<double>(room) ? 1 : 0;
        }
        if (bias != plan_.biases.end()) {
            trial.bias_elements = static_cast<std::int64_t>(bias->second.quantized.values.size());
            trial.bias_overflowed = bias->second.quantized.overflowed;
        }
        return trial;
    }

    /// For each output channel the sum of |weight| times the largest |data - zero point|.
    std::vector<double> largest_sums(const ModelNode& node, std::int32_t zero_point) const {
        const RealTensor& shape_of = model_.constants.at(node.inputs[1]);
        const graph::Shape& shape = shape_of.shape;
        const bool transposed = node.type == "ConvTranspose";
        const bool columns = node.type == "MatMul" || (node.type == "Gemm" && node.integer("transB", 0) == 0);
        const std::size_t axis = transposed || columns ? shape.size() - (columns ? 1 : shape.size() - 1) : 0;
        const std::int64_t groups = transposed ? node.integer("group", 1) : 1;
        std::size_t inner = 1;
        for (std::size_t d = axis + 1; d < shape.size(); ++d) {
            inner *= static_cast<std::size_t>(shape[d]);
        }
        const auto extent = static_cast<std::size_t>(shape[axis]);
        std::vector<double> sums(extent * static_cast<std::size_t>(groups), 0);
        const std::vector<std::int32_t>& values = plan_.weights.at(node.inputs[1]).values;
        const std::size_t group_size = values.size() / static_cast<std::size_t>(groups);
        const double reach = std::max(std::abs(plan_.activation_integers.lowest - zero_point),
                                      std::abs(plan_.activation_integers.highest - zero_point));
        for (std::size_t i = 0; i < values.size(); ++i) {
            sums[i / group_size * extent + i / inner % extent] += std::abs(values[i]) * reach;
        }
        return sums;
    }

    const FloatModel& model_;
    const QuantizationPlan& plan_;
    Tensors constants_;
    std::map<std::string, ContractionTrial> contractions_;
};

/// One tensor of all samples, one after the other.
std::vector<float> over_samples(const std::vector<Tensors>& samples, const std::string& name) {
    std::vector<float> all;
    for (const Tensors& sample : samples) {
        const std::vector<double>& values = sample.at(name).values;
        all.insert(all.end(), values.begin(), values.end());
    }
    return all;
}

}  // namespace

QuantizationTrial try_quantization(const FloatModel& model, const std::vector<Tensors>& samples,
                                   const QuantizationPlan& plan) {
    Trial trial(model, plan);
    QuantizationTrial result;
    std::vector<Tensors> exact;
    for (const Tensors& sample : samples) {
        exact.push_back(evaluate_model(model, model.constants, sample, [](const std::string&, RealTensor&) {}));
        result.qdq.push_back(trial.evaluate(sample, false));
        result.integer.push_back(trial.evaluate(sample, true));
    }
    const auto add = [&](const std::string& name) {
        if (plan.activations.contains(name) || model.is_output(name)) {
            const std::vector<float> expected = over_samples(exact, name);
            result.tensors.push_back({name, quantize::signal_to_noise(expected, over_samples(result.qdq, name)),
                                      quantize::signal_to_noise(expected, over_samples(result.integer, name))});
        }
    };
    for (const auto& [name, shape] : model.inputs) {
        add(name);
    }
    for (const ModelNode& node : model.nodes) {
        add(node.output);
    }
    result.contractions = trial.contractions();
    return result;
}

}  // namespace difftest::harness
