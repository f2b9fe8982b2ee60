#pragma once

#include "harness/workbench/quantization_plan.hpp"

#include <map>
#include <string>
#include <vector>

/// What a plan makes of a model's results: evaluated as QDQ (f32 between DequantizeLinear and QuantizeLinear) and as
/// integer kernels do it: an s32 accumulator that wraps, the bias added in s32, f32(f32(acc) * scale) rounded to even
/// (ONNX Runtime's fused form: engines_ort_xnnpack_tvm.md, section 1.3).
namespace difftest::harness {

/// One convolution or product with its weights and bias.
struct ContractionTrial {
    std::string place;  ///< "node NAME (TYPE)"
    std::int64_t bias_elements = 0;
    std::int64_t bias_overflowed = 0;  ///< left s32 and were clipped
    std::int64_t scales_enlarged = 0;  ///< weight scales that the rule changed
    std::int64_t weights = 0;
    std::int64_t weights_clipped = 0;
    std::int64_t weights_vanished = 0;  ///< became 0 and were not
    std::int64_t channels = 0;
    std::int64_t channels_could_wrap = 0;  ///< some quantized input would take accumulator plus bias out of s32
    std::int64_t head_room = 0;            ///< the least of all channels: what |accumulator| may reach beside the bias
    double largest_possible = 0;           ///< |accumulator| without bias, over all quantized inputs
    double largest_seen = 0;               ///< |accumulator plus bias| before it wraps, over the data
    std::int64_t wrapped = 0;              ///< elements that left s32 on the data
};

struct TensorTrial {
    std::string tensor;
    double qdq = 0;      ///< signal to noise in dB
    double integer = 0;  ///< likewise, of integer kernels
};

struct QuantizationTrial {
    std::vector<TensorTrial> tensors;  ///< quantized ones and outputs, in the order of the model
    std::vector<ContractionTrial> contractions;
    std::vector<Tensors> qdq, integer;  ///< all tensors, for each sample
};

QuantizationTrial try_quantization(const FloatModel& model, const std::vector<Tensors>& samples,
                                   const QuantizationPlan& plan);

}  // namespace difftest::harness
