#pragma once

#include "reference/contract/contract.hpp"
#include "reference/graph/data_type.hpp"
#include "reference/oracle/allowed_tensor.hpp"
#include "reference/oracle/testing/array.hpp"

#include <cstddef>
#include <cstdint>
#include <random>
#include <vector>

namespace difftest::oracle::testing {

/// A convolution or deconvolution as plain numbers, for tests that change it and compare.
struct ConvolutionProblem {
    bool transposed = false;
    graph::DataType x_type = graph::DataType::s8;
    graph::DataType w_type = graph::DataType::s8;
    Array x;  ///< [N, C, spatial...]
    Array w;  ///< [O, C/groups, kernel...]
    std::vector<double> bias;
    std::vector<double> x_zero_point;  ///< empty, one value, or one for each channel
    std::vector<double> w_zero_point;  ///< empty, one value, or one for each output channel
    std::vector<std::int64_t> strides, dilations, pads_begin, pads_end, output_padding;
    std::int64_t groups = 1;

    std::size_t rank() const { return x.shape.size() - 2; }
    std::int64_t channels_in_group() const { return w.shape[1]; }
    std::int64_t outputs_in_group() const { return w.shape[0] / groups; }
    std::int64_t kernel_reach(std::size_t d) const { return (w.shape[d + 2] - 1) * dilations[d] + 1; }
};

/// What follows the accumulator: a scale per channel, a bias in f32, relu, quantization.
struct Epilogue {
    std::vector<float> scales;
    std::vector<float> addends;
    bool relu = false;
    float output_scale = 1;
    double zero_point = 0;
    graph::DataType type = graph::DataType::s8;
};

class ProblemSource {
public:
    explicit ProblemSource(unsigned seed) : engine_(seed) {}

    std::int64_t between(std::int64_t lo, std::int64_t hi) {
        return lo + static_cast<std::int64_t>(engine_() % static_cast<std::uint64_t>(hi - lo + 1));
    }
    bool coin() { return between(0, 1) == 1; }
    std::vector<double> integers(std::size_t count, std::int64_t lo, std::int64_t hi);
    std::vector<std::int64_t> permutation(std::int64_t count);

    /// Small, of one to three spatial dimensions, with groups, strides, dilations, pads, a bias and zero points.
    ConvolutionProblem convolution(bool transposed);

    /// Scales of moderate size for accumulators of the problem, one for each output channel.
    Epilogue epilogue(const ConvolutionProblem& problem);

private:
    std::mt19937 engine_;
};

/// The accumulators, [N, O, spatial...]: points.
Array accumulators(const ConvolutionProblem& problem);

/// The sets of the output.
AllowedTensor evaluate_with(const ConvolutionProblem& problem, const Epilogue& epilogue,
                            const contract::Contract& contract);

}  // namespace difftest::oracle::testing
