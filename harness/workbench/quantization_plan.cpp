#include "harness/workbench/quantization_plan.hpp"

#include "harness/campaign/input_error.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <set>

namespace difftest::harness {
namespace {

using quantize::RealRange;

constexpr quantize::IntegerRange kWeightIntegers{-128, 127};
constexpr quantize::IntegerRange kSymmetricIntegers{-127, 127};  // which the scale of a weight spans

std::vector<float> single(const std::vector<double>& values) {
    return {values.begin(), values.end()};
}

bool shares_parameters(const ModelNode& node) {
    return node.type == "MaxPool" || node.type == "AveragePool" || node.type == "Reshape" || node.type == "Flatten" ||
           node.type == "Identity";
}

bool is_clamp(const ModelNode& node) {
    return node.type == "Relu" || node.type == "Clip";
}

class Planner {
public:
    Planner(const FloatModel& model, const QuantizeOptions& options) : model_(model), options_(options) {
        plan_.activation_integers = {options.calibration.lowest, options.calibration.highest};
    }

    QuantizationPlan plan(const std::vector<Tensors>& samples) {
        collect(samples);
        calibrate();
        for (const ModelNode& node : model_.nodes) {
            mark(node);
        }
        for (const auto& [name, weight] : weights_) {
            scale_weight(name, weight);
        }
        for (const ModelNode* node : with_bias_) {
            scale_bias(*node);
        }
        for (auto& [name, weight] : plan_.weights) {
            quantize_weight(name, weight);
        }
        if (plan_.activations.empty()) {
            throw InputError(model_.file + ": no tensor to quantize");
        }
        return std::move(plan_);
    }

private:
    void collect(const std::vector<Tensors>& samples) {
        const auto keep = [this](const std::string& name, const RealTensor& tensor) {
            std::vector<float>& all = values_[name];
            all.insert(all.end(), tensor.values.begin(), tensor.values.end());
        };
        for (const Tensors& sample : samples) {
            evaluate_model(model_, model_.constants, sample, keep);
        }
    }

    RealRange range_of(const std::string& name, const std::vector<float>& values,
                       const quantize::Calibration& calibration) const {
        try {
            return quantize::calibrated_range(values, calibration);
        } catch (const std::invalid_argument& error) {
            throw InputError(fmt::format("{}: tensor {}: {}", model_.file, name, error.what()));
        }
    }

    /// What a clamp alone reads has the range of its result, as nothing else is seen of it.
    void calibrate() {
        for (const auto& [name, values] : values_) {
            ranges_[name] = range_of(name, values, options_.calibration);
        }
        for (const ModelNode& node : model_.nodes) {
            if (is_clamp(node) && model_.consumers_of(node.inputs[0]).size() == 1 && ranges_.contains(node.inputs[0])) {
                ranges_[node.inputs[0]] = ranges_.at(node.output);
            }
        }
    }

    void set_activation(const std::string& name) {
        if (plan_.activations.contains(name)) {
            return;
        }
        const auto constant = model_.constants.find(name);
        if (constant != model_.constants.end()) {
            quantize::Calibration whole = options_.calibration;  // a constant is what it is: nothing is cut off
            whole.method = quantize::CalibrationMethod::min_max;
            ranges_[name] = range_of(name, single(constant->second.values), whole);
        }
        const RealRange& range = ranges_.at(name);
        plan_.activations[name] = {
            quantize::affine_parameters(range, plan_.activation_integers, options_.calibration.symmetric), range};
    }

    struct Weight {
        std::optional<std::int64_t> axis;
    };

    void set_weight(const std::string& name, const ModelNode& node, std::int64_t axis) {
        if (!model_.is_constant(name)) {
            set_activation(name);
            return;
        }
        const std::size_t rank = model_.constants.at(name).shape.size();
        Weight weight;
        if (options_.per_channel && rank > 1) {
            weight.axis = axis;
        }
        const auto [at, is_new] = weights_.emplace(name, weight);
        if (!is_new && at->second.axis != weight.axis) {
            refuse_node(node, fmt::format("the weights {} have scales along another axis elsewhere", name));
        }
    }

    void mark(const ModelNode& node) {
        if (is_contraction(node)) {
            mark_contraction(node);
        } else if (is_clamp(node)) {
            mark_clamp(node);
        } else if (shares_parameters(node)) {
            const auto input = plan_.activations.find(node.inputs[0]);
            if (input != plan_.activations.end()) {
                plan_.activations[node.output] = input->second;
            }
        } else {
            for (const std::string& input : node.inputs) {
                if (!input.empty()) {
                    set_activation(input);
                }
            }
            set_activation(node.output);
        }
    }

    void mark_contraction(const ModelNode& node) {
        const bool is_product = node.type == "MatMul";
        if (is_product && model_.is_constant(node.inputs[0])) {
            set_weight(node.inputs[0], node, 1);
        } else {
            set_activation(node.inputs[0]);
        }
        const bool second =
            node.type == "ConvTranspose" || is_product || (node.type == "Gemm" && node.integer("transB", 0) == 0);
        set_weight(node.inputs[1], node, second ? 1 : 0);
        set_activation(node.output);
        if (node.has_input(2) && model_.is_constant(node.inputs[2]) && weights_.contains(node.inputs[1])) {
            with_bias_.push_back(&node);
        }
    }

    /// An asymmetric quantizer clamps by itself: the clamp's input is then not quantized for its own.
    void mark_clamp(const ModelNode& node) {
        const std::string& input = node.inputs[0];
        if (!plan_.activations.contains(input)) {
            return;
        }
        const bool alone =
            model_.consumers_of(input).size() == 1 && !model_.is_output(input) && model_.producer_of(input) != nullptr;
        if (!options_.calibration.symmetric && alone) {
            plan_.activations.erase(input);
        }
        set_activation(node.output);
    }

    void scale_weight(const std::string& name, const Weight& weight) {
        const RealTensor& tensor = model_.constants.at(name);
        std::vector<std::vector<float>> channels(1);
        std::int64_t inner = 1;
        if (weight.axis) {
            channels.resize(static_cast<std::size_t>(tensor.shape[static_cast<std::size_t>(*weight.axis)]));
            for (std::size_t d = static_cast<std::size_t>(*weight.axis) + 1; d < tensor.shape.size(); ++d) {
                inner *= tensor.shape[d];
            }
        }
        for (std::size_t i = 0; i < tensor.values.size(); ++i) {
            const std::size_t channel =
                static_cast<std::size_t>(static_cast<std::int64_t>(i) / inner) % channels.size();
            channels[weight.axis ? channel : 0].push_back(static_cast<float>(tensor.values[i]));
        }
        WeightParameters& parameters = plan_.weights[name];
        parameters.axis = weight.axis;
        quantize::Calibration calibration;
        calibration.method = options_.weights;
        calibration.symmetric = true;
        calibration.lowest = kSymmetricIntegers.lowest;
        calibration.highest = kSymmetricIntegers.highest;
        for (const std::vector<float>& values : channels) {
            const RealRange range = quantize::calibrated_range(values, calibration);
            parameters.scales.push_back(quantize::affine_parameters(range, kSymmetricIntegers, true).scale);
        }
        parameters.enlarged.assign(parameters.scales.size(), false);
    }

    void scale_bias(const ModelNode& node) {
        const std::string& name = node.inputs[2];
        WeightParameters& weight = plan_.weights.at(node.inputs[1]);
        std::vector<float> bias = single(model_.constants.at(name).values);
        if (weight.axis && weight.scales.size() != bias.size()) {
            // A transposed convolution with groups: its weights have fewer channels than the result.
            refuse_node(node, "scales for each channel do not fit the bias; quantize it per tensor");
        }
        if (plan_.biases.contains(name)) {
            refuse_node(node, fmt::format("the bias {} is read by another node, too", name));
        }
        if (model_.consumers_of(node.inputs[1]).size() > 1) {
            refuse_node(node, fmt::format("the weights {} are read by another node, too", node.inputs[1]));
        }
        const float input_scale = plan_.activations.at(node.inputs[0]).affine.scale;
        if (options_.enlarge_small_scales) {
            weight.enlarged = quantize::enlarge_weight_scales(weight.scales, input_scale, bias);
        }
        const float beta = node.type == "Gemm" ? node.number("beta", 1) : 1;
        std::vector<float> scales = weight.scales;
        if (beta == 0) {
            std::fill(bias.begin(), bias.end(), 0.0F);
        } else if (beta != 1) {
            refuse_node(node, "a beta other than 0 and 1 is not quantized");
        }
        plan_.biases[name] = {node.inputs[0], node.inputs[1], quantize::quantized_bias(bias, input_scale, scales),
                              beta};
    }

    void quantize_weight(const std::string& name, WeightParameters& weight) {
        const RealTensor& tensor = model_.constants.at(name);
        for (std::size_t i = 0; i < tensor.values.size(); ++i) {
            const auto value = static_cast<float>(tensor.values[i]);
            const float scale = plan_.weight_scale(name, tensor.shape, i);
            weight.values.push_back(quantize::quantized(value, {scale, 0}, kWeightIntegers));
            const double level = std::nearbyint(value / scale);
            weight.clipped += level < kWeightIntegers.lowest || level > kWeightIntegers.highest ? 1 : 0;
            weight.vanished += value != 0 && weight.values.back() == 0 ? 1 : 0;
        }
    }

    const FloatModel& model_;
    const QuantizeOptions& options_;
    QuantizationPlan plan_;
    std::map<std::string, std::vector<float>> values_;
    std::map<std::string, RealRange> ranges_;
    std::map<std::string, Weight> weights_;
    std::vector<const ModelNode*> with_bias_;
};

}  // namespace

bool is_contraction(const ModelNode& node) {
    return node.type == "Conv" || node.type == "ConvTranspose" || node.type == "Gemm" || node.type == "MatMul";
}

float QuantizationPlan::weight_scale(const std::string& name, const graph::Shape& shape, std::size_t element) const {
    const WeightParameters& weight = weights.at(name);
    if (!weight.axis) {
        return weight.scales[0];
    }
    std::size_t inner = 1;
    for (std::size_t d = static_cast<std::size_t>(*weight.axis) + 1; d < shape.size(); ++d) {
        inner *= static_cast<std::size_t>(shape[d]);
    }
    return weight.scales[element / inner % weight.scales.size()];
}

QuantizationPlan quantization_plan(const FloatModel& model, const std::vector<Tensors>& samples,
                                   const QuantizeOptions& options) {
    return Planner(model, options).plan(samples);
}

}  // namespace difftest::harness
