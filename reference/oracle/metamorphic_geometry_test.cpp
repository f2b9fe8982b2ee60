// Relations of accumulators under changes of the spatial geometry and of zero points.
#include "reference/oracle/testing/accumulator_relation.hpp"

#include <cstdint>
#include <numeric>
#include <vector>

namespace difftest::oracle {
namespace {

using graph::DataType;
using testing::accumulators;
using testing::Array;
using testing::ConvolutionProblem;
using testing::padded;
using testing::ProblemSource;
using testing::range;
using testing::reversed;
using testing::stuffed;
using testing::sum;
using testing::take;

using GeometryRelation = testing::AccumulatorRelation;

TEST_F(GeometryRelation, R5CroppingTheInputCropsTheOutput) {
    for_random_problems(false, [&](ProblemSource&, ConvolutionProblem problem) {
        problem.pads_begin.assign(problem.rank(), 0);
        Array expected = accumulators(problem);
        for (std::size_t d = 0; d < problem.rank(); ++d) {
            const std::int64_t left = problem.x.shape[d + 2] - problem.strides[d];
            if (left < problem.kernel_reach(d)) {
                continue;
            }
            problem.x = take(problem.x, d + 2, range(left, problem.strides[d]));
            expected = take(expected, d + 2, range(expected.shape[d + 2] - 1, 1));
        }
        expect_same(accumulators(problem), expected);
    });
}

TEST_F(GeometryRelation, R5ShiftingTheInputOfADeconvolutionShiftsTheOutput) {
    for_random_problems(true, [&](ProblemSource&, ConvolutionProblem problem) {
        if (!problem.transposed) {
            return;
        }
        const Array expected = accumulators(problem);
        for (std::size_t d = 0; d < problem.rank(); ++d) {
            ConvolutionProblem shifted = problem;
            shifted.x = take(problem.x, d + 2, padded(range(problem.x.shape[d + 2]), 1, 0), problem.x_zero_point[0]);
            const Array result = accumulators(shifted);
            expect_same(take(result, d + 2, range(expected.shape[d + 2], problem.strides[d])), expected);
        }
    });
}

TEST_F(GeometryRelation, R6PadsAreZeroPointsAroundTheInput) {
    for_random_problems(false, [&](ProblemSource&, ConvolutionProblem problem) {
        const Array expected = accumulators(problem);
        for (std::size_t d = 0; d < problem.rank(); ++d) {
            problem.x = take(problem.x, d + 2,
                             padded(range(problem.x.shape[d + 2]), problem.pads_begin[d], problem.pads_end[d]),
                             problem.x_zero_point[0]);
            problem.pads_begin[d] = problem.pads_end[d] = 0;
        }
        expect_same(accumulators(problem), expected);
    });
}

TEST_F(GeometryRelation, R6PadsOfADeconvolutionCropItsOutput) {
    for_random_problems(true, [&](ProblemSource&, ConvolutionProblem problem) {
        if (!problem.transposed) {
            return;
        }
        const Array cropped = accumulators(problem);
        const auto begin = problem.pads_begin;
        problem.pads_begin.assign(problem.rank(), 0);
        problem.pads_end.assign(problem.rank(), 0);
        Array whole = accumulators(problem);
        for (std::size_t d = 0; d < problem.rank(); ++d) {
            whole = take(whole, d + 2, range(cropped.shape[d + 2], begin[d]));
        }
        expect_same(whole, cropped);
    });
}

TEST_F(GeometryRelation, R7ZeroPointsMoveWithTheData) {
    for_random_problems(true, [&](ProblemSource& source, ConvolutionProblem problem) {
        problem.x_type = DataType::u8;
        for (double& value : problem.x.values) {
            value = static_cast<double>(source.between(0, 200));
        }
        const Array expected = accumulators(problem);
        const auto offset = static_cast<double>(source.between(-100, 55));
        if (offset < 0) {
            problem.x_type = DataType::s8;
        }
        for (double& value : problem.x.values) {
            value = problem.x_type == DataType::s8 ? value - 100 : value + offset;
        }
        problem.x_zero_point[0] += problem.x_type == DataType::s8 ? -100 : offset;
        expect_same(accumulators(problem), expected);
    });
}

TEST_F(GeometryRelation, R7FourTermsGiveTheSameSum) {
    // sum (x - zx)(w - zw) = sum xw - zw sum x - zx sum w + zx zw K (seed 002, TVM qnn.conv2d), without pads.
    for_random_problems(false, [&](ProblemSource&, ConvolutionProblem problem) {
        problem.pads_begin.assign(problem.rank(), 0);
        problem.pads_end.assign(problem.rank(), 0);
        problem.w_zero_point.resize(1);
        const Array direct = accumulators(problem);
        const double zx = problem.x_zero_point[0];
        const double zw = problem.w_zero_point[0];
        ConvolutionProblem plain = problem;
        plain.x_zero_point.clear();
        plain.w_zero_point.clear();
        Array result = accumulators(plain);
        const auto with = [&](const Array& x, const Array& w) {
            ConvolutionProblem part = plain;
            part.bias.clear();
            part.x = x;
            part.w = w;
            return accumulators(part);
        };
        Array x_ones = problem.x;
        Array w_ones = problem.w;
        x_ones.values.assign(x_ones.values.size(), 1);
        w_ones.values.assign(w_ones.values.size(), 1);
        result = sum(result, with(problem.x, w_ones), -zw);
        result = sum(result, with(x_ones, problem.w), -zx);
        result = sum(result, with(x_ones, w_ones), zx * zw);
        expect_same(result, direct);
    });
}

/// Weights [O, C/groups, ...] as those of the transposed map, [C, O/groups, ...].
Array transposed_weights(const ConvolutionProblem& problem) {
    const std::int64_t outputs = problem.outputs_in_group();
    const std::int64_t channels = problem.channels_in_group();
    Array result{problem.w.shape, {}};
    result.shape[0] = channels * problem.groups;
    result.shape[1] = outputs;
    for (std::int64_t g = 0; g < problem.groups; ++g) {
        for (std::int64_t c = 0; c < channels; ++c) {
            for (std::int64_t o = 0; o < outputs; ++o) {
                const Array kernel = take(take(problem.w, 0, {g * outputs + o}), 1, {c});
                result.values.insert(result.values.end(), kernel.values.begin(), kernel.values.end());
            }
        }
    }
    return result;
}

double inner_product(const Array& a, const Array& b) {
    return std::inner_product(a.values.begin(), a.values.end(), b.values.begin(), 0.0);
}

TEST_F(GeometryRelation, R8DeconvolutionIsTheAdjointOfConvolution) {
    // <conv(x, w), y> = <x, deconv(y, w)> in exact integers.
    for_random_problems(false, [&](ProblemSource& source, ConvolutionProblem problem) {
        problem.bias.clear();
        problem.x_zero_point.clear();
        problem.w_zero_point.clear();
        const Array forward = accumulators(problem);
        ConvolutionProblem back = problem;
        back.transposed = true;
        back.x_type = DataType::s8;
        back.x = {forward.shape, source.integers(forward.values.size(), -128, 127)};
        back.w = transposed_weights(problem);
        for (std::size_t d = 0; d < problem.rank(); ++d) {
            const std::int64_t span = problem.x.shape[d + 2] + problem.pads_begin[d] + problem.pads_end[d];
            back.output_padding[d] = (span - problem.kernel_reach(d)) % problem.strides[d];
        }
        const Array backward = accumulators(back);
        ASSERT_EQ(backward.shape, problem.x.shape);
        ASSERT_EQ(inner_product(forward, back.x), inner_product(problem.x, backward));
        expect_same(backward, backward);
    });
}

TEST_F(GeometryRelation, R8DeconvolutionIsAConvolutionOfTheStuffedInputWithTheFlippedKernel) {
    for_random_problems(true, [&](ProblemSource&, ConvolutionProblem problem) {
        if (!problem.transposed) {
            return;
        }
        const Array expected = accumulators(problem);
        ConvolutionProblem equal = problem;
        equal.transposed = false;
        for (std::size_t d = 0; d < problem.rank(); ++d) {
            const std::int64_t reach = problem.kernel_reach(d) - 1;
            const auto order =
                padded(stuffed(problem.x.shape[d + 2], problem.strides[d] - 1), reach - problem.pads_begin[d],
                       reach - problem.pads_end[d] + problem.output_padding[d]);
            equal.x = take(equal.x, d + 2, order, problem.x_zero_point[0]);
            equal.w = take(equal.w, d + 2, reversed(problem.w.shape[d + 2]));
            equal.strides[d] = 1;
            equal.pads_begin[d] = equal.pads_end[d] = 0;
        }
        expect_same(accumulators(equal), expected);
    });
}

TEST_F(GeometryRelation, R19ADilatedKernelIsOneWithHoles) {
    for_random_problems(true, [&](ProblemSource&, ConvolutionProblem problem) {
        problem.w_zero_point.resize(1);
        const Array expected = accumulators(problem);
        for (std::size_t d = 0; d < problem.rank(); ++d) {
            if (problem.output_padding[d] >= problem.strides[d]) {
                return;  // only a dilation allows so much
            }
            problem.w = take(problem.w, d + 2, stuffed(problem.w.shape[d + 2], problem.dilations[d] - 1),
                             problem.w_zero_point[0]);
            problem.dilations[d] = 1;
        }
        expect_same(accumulators(problem), expected);
    });
}

TEST_F(GeometryRelation, R19FewerDimensionsAreMoreWithAnExtentOfOne) {
    for_random_problems(true, [&](ProblemSource&, ConvolutionProblem problem) {
        Array expected = accumulators(problem);
        while (problem.rank() < 3) {
            for (graph::Shape* shape : {&problem.x.shape, &problem.w.shape, &expected.shape}) {
                shape->insert(shape->begin() + 2, 1);
            }
            for (auto* list : {&problem.strides, &problem.dilations}) {
                list->insert(list->begin(), 1);
            }
            for (auto* list : {&problem.pads_begin, &problem.pads_end, &problem.output_padding}) {
                list->insert(list->begin(), 0);
            }
            expect_same(accumulators(problem), expected);
        }
    });
}

}  // namespace
}  // namespace difftest::oracle
