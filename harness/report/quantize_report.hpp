#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

/// What `difftest quantize` has to say, as values.
namespace difftest::harness {

/// Signal to noise in dB.
struct SignalToNoise {
    double qdq = 0;      ///< f32 between DequantizeLinear and QuantizeLinear
    double integer = 0;  ///< integer kernels, whose s32 accumulators wrap
};

struct QuantizedTensor {
    std::string name;
    bool is_output = false;
    std::optional<float> scale;  ///< nothing: an output that is not quantized
    std::int32_t zero_point = 0;
    SignalToNoise before, after;  ///< the rule that enlarges small weight scales
};

struct QuantizedContraction {
    std::int64_t bias_overflowed = 0;  ///< elements that left s32 and were clipped
    std::int64_t scales_enlarged = 0;
    std::int64_t weights_clipped = 0;
    std::int64_t weights_vanished = 0;     ///< became 0 and were not
    std::int64_t head_room = 0;            ///< for |accumulator| beside the bias, the least of all channels
    std::int64_t channels_could_wrap = 0;  ///< some quantized input takes accumulator plus bias out of s32
    double largest_seen = 0;               ///< |accumulator plus bias| on the data
    std::int64_t wrapped = 0;              ///< elements that left s32 on the data
};

struct ContractionRow {
    std::string place;
    std::int64_t bias_elements = 0;
    std::int64_t weights = 0;
    std::int64_t channels = 0;
    double largest_possible = 0;  ///< |accumulator| without bias over all quantized inputs, after the rule
    QuantizedContraction before, after;
};

struct QuantizeReport {
    std::string model;
    std::int64_t samples = 0;
    std::vector<QuantizedTensor> tensors;
    std::vector<ContractionRow> contractions;
};

std::string quantize_screen(const QuantizeReport& report);

/// One JSON document: reports/schema/quantize.schema.json.
std::string quantize_document(const QuantizeReport& report);

}  // namespace difftest::harness
