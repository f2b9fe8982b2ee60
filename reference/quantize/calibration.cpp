#include "reference/quantize/calibration.hpp"

#include "reference/quantize/affine_parameters.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <numeric>
#include <stdexcept>
#include <utility>

namespace difftest::quantize {
namespace {

constexpr std::array<std::pair<std::string_view, CalibrationMethod>, 4> kNames = {{
    {"min-max", CalibrationMethod::min_max},
    {"percentile", CalibrationMethod::percentile},
    {"entropy", CalibrationMethod::entropy},
    {"mse", CalibrationMethod::mse},
}};

RealRange range_of(std::span<const float> values) {
    if (values.empty()) {
        throw std::invalid_argument("no values to calibrate with");
    }
    RealRange range{values.front(), values.front()};
    for (const float value : values) {
        if (!std::isfinite(value)) {
            throw std::invalid_argument("a value that is not finite cannot be calibrated with");
        }
        range = {std::min(range.lowest, value), std::max(range.highest, value)};
    }
    return range;
}

/// Zeros get a little of what the others have (calibrate.py, smooth_distribution). Empty: nothing to smooth.
std::vector<double> smoothed(const std::vector<std::int64_t>& counts) {
    constexpr double kLittle = 0.0001;
    const auto zeros = static_cast<double>(std::count(counts.begin(), counts.end(), 0));
    const double others = static_cast<double>(counts.size()) - zeros;
    if (others == 0) {
        return {};
    }
    std::vector<double> result;
    for (const std::int64_t count : counts) {
        // In f32, as there.
        result.push_back(static_cast<float>(count) +
                         static_cast<float>(count == 0 ? kLittle : -kLittle * zeros / others));
    }
    return result;
}

/// sum p log(p / q) of both made to sum 1 (scipy.stats.entropy).
double divergence(const std::vector<double>& p, const std::vector<double>& q) {
    const double all_p = std::accumulate(p.begin(), p.end(), 0.0);
    const double all_q = std::accumulate(q.begin(), q.end(), 0.0);
    double sum = 0;
    for (std::size_t i = 0; i < p.size(); ++i) {
        const double a = p[i] / all_p;
        sum += a > 0 ? a * std::log(a / (q[i] / all_q)) : 0;
    }
    return sum;
}

std::int64_t total(std::span<const std::int64_t> counts) {
    return std::accumulate(counts.begin(), counts.end(), std::int64_t{0});
}

/// The bins of a window merged into a few, and spread over the window's occupied bins again.
std::vector<std::int64_t> merged(std::span<const std::int64_t> window, const std::vector<std::int64_t>& outer,
                                 std::size_t quantized_bins) {
    const std::size_t each = window.size() / quantized_bins;
    std::vector<std::int64_t> spread(window.size(), 0);
    for (std::size_t level = 0; level < quantized_bins; ++level) {
        const std::size_t start = level * each;
        std::int64_t sum = total(window.subspan(start, each));
        if (level + 1 == quantized_bins) {
            sum += total(window.subspan(quantized_bins * each));
        }
        std::int64_t occupied = 0;
        for (std::size_t i = start; i < start + each; ++i) {
            occupied += outer[i] != 0 ? 1 : 0;
        }
        for (std::size_t i = start; i < start + each; ++i) {
            spread[i] = occupied == 0 ? 0 : sum / occupied;  // stored as an integer there
        }
    }
    return spread;
}

RealRange within(const RealRange& chosen, const RealRange& occurred) {
    return {std::max(chosen.lowest, occurred.lowest), std::min(chosen.highest, occurred.highest)};
}

double squared_error(std::span<const float> values, const RealRange& range, const Calibration& calibration) {
    const IntegerRange integers{calibration.lowest, calibration.highest};
    const AffineParameters parameters = affine_parameters(range, integers, calibration.symmetric);
    double sum = 0;
    for (const float value : values) {
        const double error =
            static_cast<double>(value) - dequantized(quantized(value, parameters, integers), parameters);
        sum += error * error;
    }
    return sum;
}

RealRange least_squares_range(std::span<const float> values, const RealRange& occurred,
                              const Calibration& calibration) {
    constexpr int kCandidates = 100;
    RealRange best = occurred;
    double least = std::numeric_limits<double>::infinity();
    for (int step = kCandidates; step > 0; --step) {  // of equal errors the widest range
        const float factor = static_cast<float>(step) / kCandidates;
        const RealRange candidate{occurred.lowest * factor, occurred.highest * factor};
        const double error = squared_error(values, candidate, calibration);
        if (error < least) {
            least = error;
            best = candidate;
        }
    }
    return best;
}

}  // namespace

std::optional<CalibrationMethod> calibration_method(std::string_view name) {
    const auto* found =
        std::find_if(kNames.begin(), kNames.end(), [name](const auto& each) { return each.first == name; });
    return found == kNames.end() ? std::nullopt : std::optional(found->second);
}

std::string_view name_of(CalibrationMethod method) {
    return kNames[static_cast<std::size_t>(method)].first;
}

Histogram histogram_of(std::span<const float> values, std::size_t bins, bool absolute) {
    Histogram result;
    result.range = range_of(values);
    std::vector<float> magnitudes;
    for (const float value : values) {
        magnitudes.push_back(std::fabs(value));
    }
    const auto [least, most] = std::minmax_element(magnitudes.begin(), magnitudes.end());
    RealRange span{absolute ? *least : -*most, *most};
    if (absolute) {
        values = magnitudes;
    }
    if (span.lowest == span.highest) {  // a bin of width 1 around a single value
        span = {span.lowest - 0.5F, span.highest + 0.5F};
    }
    const float step = (span.highest - span.lowest) / static_cast<float>(bins);
    for (std::size_t i = 0; i <= bins; ++i) {
        result.edges.push_back(i == bins ? span.highest : static_cast<float>(i) * step + span.lowest);
    }
    result.counts.assign(bins, 0);
    for (const float value : values) {
        const auto above = std::upper_bound(result.edges.begin(), result.edges.end(), value);
        const std::ptrdiff_t index = std::max<std::ptrdiff_t>(above - result.edges.begin() - 1, 0);
        ++result.counts[std::min(static_cast<std::size_t>(index), bins - 1)];
    }
    return result;
}

RealRange percentile_range(const Histogram& magnitudes, double percentile) {
    const auto all = static_cast<double>(total(magnitudes.counts));
    double sum = 0;
    std::size_t index = 0;
    for (; index < magnitudes.counts.size(); ++index) {
        sum += static_cast<double>(magnitudes.counts[index]) / all;
        if (sum >= percentile / 100) {
            break;
        }
    }
    const float most = magnitudes.edges[index];
    return within({-most, most}, magnitudes.range);
}

RealRange entropy_range(const Histogram& histogram, std::size_t quantized_bins) {
    const std::size_t bins = histogram.counts.size();
    const std::size_t middle = bins / 2;
    const std::span<const std::int64_t> counts(histogram.counts);
    double least = std::numeric_limits<double>::infinity();
    RealRange best{0, 0};
    bool first = true;
    for (std::size_t half = quantized_bins / 2; half <= middle; ++half) {
        const std::size_t start = middle - half;
        const std::size_t end = std::min(middle + half + 1, bins);
        const std::span<const std::int64_t> window = counts.subspan(start, end - start);
        std::vector<std::int64_t> outer(window.begin(), window.end());
        outer.front() += total(counts.first(start));
        outer.back() += total(counts.subspan(end));
        const std::vector<double> p = smoothed(outer);
        const std::vector<double> q = smoothed(merged(window, outer, quantized_bins));
        const double loss =
            p.empty() || q.empty() ? std::numeric_limits<double>::infinity() : static_cast<float>(divergence(p, q));
        if (first || loss < least) {  // of equal ones the first
            first = false;
            least = loss;
            best = {histogram.edges[start], histogram.edges[end]};
        }
    }
    return within(best, histogram.range);
}

RealRange calibrated_range(std::span<const float> values, const Calibration& calibration) {
    constexpr std::size_t kPercentileBins = 2048;
    constexpr std::size_t kEntropyBins = 128;
    RealRange range = range_of(values);
    switch (calibration.method) {
        case CalibrationMethod::min_max: break;
        case CalibrationMethod::percentile:
            range = percentile_range(histogram_of(values, kPercentileBins, true), calibration.percentile);
            break;
        case CalibrationMethod::entropy:
            range = entropy_range(histogram_of(values, kEntropyBins, false), kEntropyBins);
            break;
        case CalibrationMethod::mse: range = least_squares_range(values, range, calibration); break;
    }
    if (calibration.symmetric) {
        const float most = std::max(std::fabs(range.lowest), std::fabs(range.highest));
        return {-most, most};
    }
    return range;
}

}  // namespace difftest::quantize
