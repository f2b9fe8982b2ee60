#pragma once

#include "harness/workbench/model_evaluation.hpp"
#include "reference/quantize/affine_parameters.hpp"

#include <map>
#include <optional>
#include <string>
#include <vector>

/// Which tensors of a model get which scales and zero points: ONNX Runtime's QDQ quantizer, operator by operator.
namespace difftest::harness {

struct QuantizeOptions {
    quantize::Calibration calibration;  ///< of activations; its integers are those of the activations
    quantize::CalibrationMethod weights = quantize::CalibrationMethod::min_max;
    bool per_channel = false;          ///< weights: a scale for each output channel
    bool enlarge_small_scales = true;  ///< seed 003's rule
};

/// An activation, or a constant operand of an element-wise operator.
struct ActivationParameters {
    quantize::AffineParameters affine;
    quantize::RealRange range;  ///< that was calibrated
};

struct WeightParameters {
    std::vector<float> scales;         ///< one, or one for each place along the axis
    std::optional<std::int64_t> axis;  ///< nothing: one for all
    std::vector<bool> enlarged;        ///< by the rule
    std::vector<std::int32_t> values;  ///< -128..127
    std::int64_t clipped = 0;          ///< elements that left -128..127
    std::int64_t vanished = 0;         ///< elements that became 0 and were not
};

struct BiasParameters {
    std::string input, weights;  ///< whose scales make the bias's
    quantize::QuantizedBias quantized;
    float beta = 1;
};

struct QuantizationPlan {
    quantize::IntegerRange activation_integers;
    std::map<std::string, ActivationParameters> activations;
    std::map<std::string, WeightParameters> weights;
    std::map<std::string, BiasParameters> biases;

    /// The scale that the weights have for an element.
    float weight_scale(const std::string& name, const graph::Shape& shape, std::size_t element) const;
};

/// Throws InputError naming the tensor or node: nothing to quantize, a bias or a weight that two nodes share and would
/// scale differently.
QuantizationPlan quantization_plan(const FloatModel& model, const std::vector<Tensors>& samples,
                                   const QuantizeOptions& options);

/// Convolutions and products: data, weights and perhaps a bias.
bool is_contraction(const ModelNode& node);

}  // namespace difftest::harness
