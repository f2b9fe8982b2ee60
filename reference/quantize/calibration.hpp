#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

/// How the range of a tensor is chosen from what calibration data make of it, as ONNX Runtime's quantizer does
/// (onnxruntime/python/tools/quantization/calibrate.py).
namespace difftest::quantize {

/// Real numbers from lowest to highest.
struct RealRange {
    float lowest = 0;
    float highest = 0;
};

enum class CalibrationMethod : std::uint8_t {
    min_max,     ///< everything that occurred
    percentile,  ///< the largest magnitudes are cut off, a share of all, on a histogram of 2048 bins
    entropy,     ///< the range whose 128 levels lose least by the Kullback-Leibler divergence, on 128 bins
    mse          ///< the range with the least mean squared error of quantization, of 100 that shrink towards 0
};

std::optional<CalibrationMethod> calibration_method(std::string_view name);
std::string_view name_of(CalibrationMethod method);

struct Calibration {
    CalibrationMethod method = CalibrationMethod::min_max;
    double percentile = 99.999;  ///< of the values are kept
    bool symmetric = false;      ///< the range is made -m to m
    std::int32_t lowest = 0;     ///< of the integers; only mse asks
    std::int32_t highest = 255;
};

/// Equally wide bins from -m to m, m the largest magnitude, or of the magnitudes alone; with edges in f32, as
/// numpy.histogram has them: the last bin holds its upper edge, too.
struct Histogram {
    std::vector<std::int64_t> counts;
    std::vector<float> edges;  ///< one more than counts
    RealRange range;           ///< of the values
};

/// Throws std::invalid_argument when there is no value, or one that is not finite.
Histogram histogram_of(std::span<const float> values, std::size_t bins, bool absolute);

/// The magnitude below which so many percent lie, rounded down to an edge, on both sides, within what occurred.
RealRange percentile_range(const Histogram& magnitudes, double percentile);

RealRange entropy_range(const Histogram& histogram, std::size_t quantized_bins);

/// Throws std::invalid_argument as histogram_of does.
RealRange calibrated_range(std::span<const float> values, const Calibration& calibration);

}  // namespace difftest::quantize
