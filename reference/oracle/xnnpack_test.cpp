// Quantized convolution and deconvolution against XNNPACK's own kernels: the same integers in every element.
#include "reference/graph/case_builder.hpp"
#include "reference/oracle/oracle.hpp"
#include "reference/oracle/testing/proof.hpp"
#include "reference/oracle/testing/random_convolution.hpp"

#include <gtest/gtest.h>
#include <xnnpack.h>

#include <cmath>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <stdexcept>
#include <string>
#include <vector>

namespace difftest::oracle {
namespace {

using graph::DataType;
using testing::Array;
using testing::ConvolutionProblem;
using testing::ProblemSource;
using testing::ProofCount;

struct Scales {
    float input = 1;
    std::vector<float> weights;  ///< one, or one for each output channel
    float output = 1;
    std::int32_t zero_point = 0;
};

/// [N, C, H, W] as [N, H, W, C]: XNNPACK's order, also for weights (O, H, W, C).
template <typename Byte>
std::vector<Byte> channels_last(const Array& array) {
    const auto& s = array.shape;
    std::vector<Byte> bytes;
    for (std::int64_t n = 0; n < s[0]; ++n) {
        for (std::int64_t y = 0; y < s[2]; ++y) {
            for (std::int64_t x = 0; x < s[3]; ++x) {
                for (std::int64_t c = 0; c < s[1]; ++c) {
                    const std::int64_t at = ((n * s[1] + c) * s[2] + y) * s[3] + x;
                    bytes.push_back(static_cast<Byte>(array.values[static_cast<std::size_t>(at)]));
                }
            }
        }
    }
    return bytes;
}

/// The expected output, XNNPACK's order back to [N, O, H, W].
template <typename Byte>
std::vector<double> channels_first(const std::vector<Byte>& bytes, const graph::Shape& s) {
    std::vector<double> values;
    for (std::int64_t n = 0; n < s[0]; ++n) {
        for (std::int64_t c = 0; c < s[1]; ++c) {
            for (std::int64_t y = 0; y < s[2]; ++y) {
                for (std::int64_t x = 0; x < s[3]; ++x) {
                    values.push_back(bytes[static_cast<std::size_t>(((n * s[2] + y) * s[3] + x) * s[1] + c)]);
                }
            }
        }
    }
    return values;
}

void require(xnn_status status, const char* what) {
    if (status != xnn_status_success) {
        throw std::runtime_error(std::string(what) + " failed with status " + std::to_string(status));
    }
}

using Operator = std::unique_ptr<xnn_operator, decltype(&xnn_delete_operator)>;

std::uint32_t word(std::int64_t value) {
    return static_cast<std::uint32_t>(value);
}
std::size_t size(std::int64_t value) {
    return static_cast<std::size_t>(value);
}

/// What XNNPACK computes. `create` is its function for the element type, with what is common to all bound in order.
template <typename Byte, typename Create, typename Setup>
std::vector<double> run(const ConvolutionProblem& p, const graph::Shape& output, const Create& create,
                        const Setup& setup) {
    constexpr std::size_t kReadBeyondTheEnd = 16;  // XNN_EXTRA_BYTES
    std::vector<Byte> x = channels_last<Byte>(p.x);
    x.resize(x.size() + kReadBeyondTheEnd);
    const std::vector<Byte> w = channels_last<Byte>(p.w);
    const std::vector<std::int32_t> bias(p.bias.begin(), p.bias.end());
    std::vector<Byte> y(size(graph::element_count(output).value()));
    xnn_operator_t created = nullptr;
    require(create(w.data(), bias.data(), &created), "creating the operator");
    const Operator op(created, &xnn_delete_operator);
    require(setup(op.get(), x.data(), y.data()), "setting up the operator");
    require(xnn_run_operator(op.get(), nullptr), "running the operator");
    return channels_first(y, output);
}

std::vector<double> xnnpack_signed(const ConvolutionProblem& p, const graph::Shape& output, const Scales& scales) {
    const auto pad = [&](bool begin, std::size_t d) { return word(begin ? p.pads_begin[d] : p.pads_end[d]); };
    const auto zx = static_cast<std::int8_t>(p.x_zero_point[0]);
    const auto zy = static_cast<std::int8_t>(scales.zero_point);
    const std::size_t outputs = size(p.w.shape[0]);
    const auto create = [&](const std::int8_t* w, const std::int32_t* bias, xnn_operator_t* op) {
        if (p.transposed) {
            return xnn_create_deconvolution2d_nhwc_qs8(
                pad(true, 0), pad(false, 1), pad(false, 0), pad(true, 1), word(p.w.shape[2]), word(p.w.shape[3]),
                word(p.strides[0]), word(p.strides[1]), word(p.dilations[0]), word(p.dilations[1]), word(p.groups),
                size(p.channels_in_group()), size(p.outputs_in_group()), size(p.x.shape[1]), outputs, zx, scales.input,
                scales.weights[0], w, bias, zy, scales.output, -128, 127, 0, op);
        }
        if (scales.weights.size() > 1) {
            return xnn_create_convolution2d_nhwc_qc8(
                pad(true, 0), pad(false, 1), pad(false, 0), pad(true, 1), word(p.w.shape[2]), word(p.w.shape[3]),
                word(p.strides[0]), word(p.strides[1]), word(p.dilations[0]), word(p.dilations[1]), word(p.groups),
                size(p.channels_in_group()), size(p.outputs_in_group()), size(p.x.shape[1]), outputs, zx, scales.input,
                scales.weights.data(), w, bias, zy, scales.output, -128, 127, 0, op);
        }
        return xnn_create_convolution2d_nhwc_qs8(
            pad(true, 0), pad(false, 1), pad(false, 0), pad(true, 1), word(p.w.shape[2]), word(p.w.shape[3]),
            word(p.strides[0]), word(p.strides[1]), word(p.dilations[0]), word(p.dilations[1]), word(p.groups),
            size(p.channels_in_group()), size(p.outputs_in_group()), size(p.x.shape[1]), outputs, zx, scales.input,
            scales.weights[0], w, bias, zy, scales.output, -128, 127, 0, op);
    };
    const auto setup = [&](xnn_operator_t op, const std::int8_t* x, std::int8_t* y) {
        const std::size_t n = size(p.x.shape[0]);
        const std::size_t height = size(p.x.shape[2]);
        const std::size_t width = size(p.x.shape[3]);
        if (p.transposed) {
            return xnn_setup_deconvolution2d_nhwc_qs8(op, n, height, width, word(p.output_padding[0]),
                                                      word(p.output_padding[1]), x, y, nullptr);
        }
        return scales.weights.size() > 1 ? xnn_setup_convolution2d_nhwc_qc8(op, n, height, width, x, y, nullptr)
                                         : xnn_setup_convolution2d_nhwc_qs8(op, n, height, width, x, y, nullptr);
    };
    return run<std::int8_t>(p, output, create, setup);
}

std::vector<double> xnnpack_unsigned(const ConvolutionProblem& p, const graph::Shape& output, const Scales& scales) {
    const auto pad = [&](bool begin, std::size_t d) { return word(begin ? p.pads_begin[d] : p.pads_end[d]); };
    const auto zx = static_cast<std::uint8_t>(p.x_zero_point[0]);
    const auto zw = static_cast<std::uint8_t>(p.w_zero_point[0]);
    const auto zy = static_cast<std::uint8_t>(scales.zero_point);
    const auto make = p.transposed ? xnn_create_deconvolution2d_nhwc_qu8 : xnn_create_convolution2d_nhwc_qu8;
    const auto create = [&](const std::uint8_t* w, const std::int32_t* bias, xnn_operator_t* op) {
        return make(pad(true, 0), pad(false, 1), pad(false, 0), pad(true, 1), word(p.w.shape[2]), word(p.w.shape[3]),
                    word(p.strides[0]), word(p.strides[1]), word(p.dilations[0]), word(p.dilations[1]), word(p.groups),
                    size(p.channels_in_group()), size(p.outputs_in_group()), size(p.x.shape[1]), size(p.w.shape[0]), zx,
                    scales.input, zw, scales.weights[0], w, bias, zy, scales.output, 0, 255, 0, op);
    };
    const auto setup = [&](xnn_operator_t op, const std::uint8_t* x, std::uint8_t* y) {
        const std::size_t n = size(p.x.shape[0]);
        const std::size_t height = size(p.x.shape[2]);
        const std::size_t width = size(p.x.shape[3]);
        return p.transposed ? xnn_setup_deconvolution2d_nhwc_qu8(op, n, height, width, word(p.output_padding[0]),
                                                                 word(p.output_padding[1]), x, y, nullptr)
                            : xnn_setup_convolution2d_nhwc_qu8(op, n, height, width, x, y, nullptr);
    };
    return run<std::uint8_t>(p, output, create, setup);
}

/// The oracle's answer: saturate(round(f32(acc) * multiplier) + zero_point), the multiplier as XNNPACK makes it.
AllowedTensor allowed(const ConvolutionProblem& problem, const Array& acc, const Scales& scales, DataType type) {
    std::vector<float> multipliers;
    for (const float weight : scales.weights) {
        multipliers.push_back(scales.input * weight / scales.output);
    }
    graph::CaseBuilder builder("requantize");
    const auto x = builder.input("acc", graph::TensorData(DataType::s32, acc.shape, acc.values));
    const auto multiplier = multipliers.size() == 1 ? builder.scalar("multiplier", multipliers[0])
                                                    : builder.per_channel("multiplier", multipliers, acc.shape.size());
    const auto zero_point =
        builder.constant("zero_point", graph::TensorData(DataType::s32, {}, {static_cast<double>(scales.zero_point)}));
    const auto y = builder.node("y", graph::Requantize{}, {x, multiplier, zero_point}, type);
    const graph::Case value = builder.build({y});
    EXPECT_EQ(acc.shape[1], problem.w.shape[0]);
    return evaluate(value, {}).of(value.graph.outputs.front());
}

/// A problem of two spatial dimensions with larger channel counts, so that the blocked kernels and their tails run.
ConvolutionProblem two_dimensional(ProblemSource& source, bool transposed) {
    for (;;) {
        ConvolutionProblem problem = source.convolution(transposed);
        if (problem.rank() != 2) {
            continue;
        }
        const bool depthwise = source.between(0, 4) == 0;
        const std::int64_t channels = depthwise ? 1 : source.between(1, 20);
        const std::int64_t outputs = depthwise ? 1 : source.between(1, 20);
        problem.groups = depthwise ? source.between(1, 20) : source.between(1, 2);
        problem.x.shape[1] = channels * problem.groups;
        problem.w.shape[0] = outputs * problem.groups;
        problem.w.shape[1] = channels;
        problem.x.values = source.integers(size(graph::element_count(problem.x.shape).value()), -128, 127);
        problem.w.values = source.integers(size(graph::element_count(problem.w.shape).value()), -128, 127);
        problem.bias = source.integers(size(problem.w.shape[0]), -20000, 20000);
        return problem;
    }
}

float random_scale(ProblemSource& source, int exponent) {
    return std::ldexp(1.0F + static_cast<float>(source.between(0, 8388607)) * 0x1p-23F, exponent);
}

class Xnnpack : public ::testing::TestWithParam<bool> {
protected:
    void SetUp() override { require(xnn_initialize(nullptr), "xnn_initialize"); }

    void check(const char* kernel, bool transposed,
               const std::function<std::vector<double>(ProblemSource&, ConvolutionProblem&, Scales&)>& run_kernel,
               DataType type) {
        ProblemSource source(7);
        ProofCount proof(std::string(kernel) + (transposed ? " deconvolution" : " convolution"), "XNNPACK");
        const std::size_t problems = testing::proof_size("DIFFTEST_PROOF_PROBLEMS", 20);
        for (std::size_t n = 0; n < problems; ++n) {
            ConvolutionProblem problem = two_dimensional(source, transposed);
            Scales scales;
            scales.input = random_scale(source, -6);
            scales.weights = {random_scale(source, -7)};
            scales.output = random_scale(source, -1);
            const std::vector<double> expected = run_kernel(source, problem, scales);
            const AllowedTensor sets = allowed(problem, testing::accumulators(problem), scales, type);
            for (std::int64_t i = 0; i < sets.size(); ++i) {
                const double value = expected[static_cast<std::size_t>(i)];
                if (proof.failed(sets.is_point(i) && sets.point(i) == value)) {
                    ADD_FAILURE() << "problem " << n << ", element " << i << ": " << sets.at(i).to_string()
                                  << ", XNNPACK " << value;
                }
            }
        }
    }
};

TEST_P(Xnnpack, SignedKernelsAgree) {
    check(
        "qs8", GetParam(),
        [](ProblemSource& source, ConvolutionProblem& problem, Scales& scales) {
            problem.x_type = problem.w_type = DataType::s8;
            problem.w_zero_point.clear();
            problem.x_zero_point = source.integers(1, -128, 127);
            scales.zero_point = static_cast<std::int32_t>(source.between(-128, 127));
            return xnnpack_signed(problem, testing::accumulators(problem).shape, scales);
        },
        DataType::s8);
}

TEST_P(Xnnpack, UnsignedKernelsAgree) {
    check(
        "qu8", GetParam(),
        [](ProblemSource& source, ConvolutionProblem& problem, Scales& scales) {
            problem.x_type = problem.w_type = DataType::u8;
            for (Array* array : {&problem.x, &problem.w}) {
                for (double& value : array->values) {
                    value += 128;
                }
            }
            problem.x_zero_point = source.integers(1, 0, 255);
            problem.w_zero_point = source.integers(1, 0, 255);
            scales.zero_point = static_cast<std::int32_t>(source.between(0, 255));
            return xnnpack_unsigned(problem, testing::accumulators(problem).shape, scales);
        },
        DataType::u8);
}

TEST_P(Xnnpack, KernelsWithAScaleForEachChannelAgree) {
    if (GetParam()) {
        return;  // XNNPACK has them for convolution only
    }
    check(
        "qc8", false,
        [](ProblemSource& source, ConvolutionProblem& problem, Scales& scales) {
            problem.x_type = problem.w_type = DataType::s8;
            problem.w_zero_point.clear();
            problem.x_zero_point = source.integers(1, -128, 127);
            scales.weights.clear();
            for (std::int64_t c = 0; c < problem.w.shape[0]; ++c) {
                scales.weights.push_back(random_scale(source, static_cast<int>(source.between(-9, -6))));
            }
            return xnnpack_signed(problem, testing::accumulators(problem).shape, scales);
        },
        DataType::s8);
}

std::string direction(const ::testing::TestParamInfo<bool>& info) {
    return info.param ? "deconvolution" : "convolution";
}

INSTANTIATE_TEST_SUITE_P(Kernels, Xnnpack, ::testing::Bool(), direction);

}  // namespace
}  // namespace difftest::oracle
