// Metamorphic relations of convolution and deconvolution (semantics, section 4.2): two problems whose accumulators must
// agree exactly, whatever the accumulators are.
#include "reference/oracle/testing/proof.hpp"
#include "reference/oracle/testing/random_convolution.hpp"

#include <gtest/gtest.h>

#include <cstddef>
#include <cstdint>
#include <functional>
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
using testing::ProofCount;
using testing::range;
using testing::reversed;
using testing::stuffed;
using testing::take;

/// Calls check(source, problem) for random convolutions, and deconvolutions when wanted.
class Geometry : public ::testing::Test {
protected:
    void for_random_problems(bool with_deconvolutions,
                             const std::function<void(ProblemSource&, ConvolutionProblem)>& check) {
        ProblemSource source(static_cast<unsigned>(::testing::UnitTest::GetInstance()->random_seed()) + 1);
        const std::size_t problems = testing::proof_size("DIFFTEST_PROOF_PROBLEMS", 20);
        for (std::size_t i = 0; i < problems && !HasFailure(); ++i) {
            check(source, source.convolution(with_deconvolutions && source.coin()));
        }
    }

    void expect_same(const Array& actual, const Array& expected) {
        ASSERT_EQ(actual.shape, expected.shape);
        ASSERT_EQ(actual.values, expected.values);
        proof_.add(actual.values.size());
    }

private:
    ProofCount proof_{::testing::UnitTest::GetInstance()->current_test_info()->name(), "metamorphic"};
};

/// The entries `order` of a parameter that has one value for each channel.
std::vector<double> picked(const std::vector<double>& values, const std::vector<std::int64_t>& order) {
    if (values.size() <= 1) {
        return values;
    }
    std::vector<double> result;
    for (const std::int64_t index : order) {
        result.push_back(values[static_cast<std::size_t>(index)]);
    }
    return result;
}

/// The same permutation in every group of an axis.
std::vector<std::int64_t> in_every_group(const std::vector<std::int64_t>& order, std::int64_t groups) {
    std::vector<std::int64_t> result;
    for (std::int64_t g = 0; g < groups; ++g) {
        for (const std::int64_t index : order) {
            result.push_back(g * static_cast<std::int64_t>(order.size()) + index);
        }
    }
    return result;
}

ConvolutionProblem with_outputs(ConvolutionProblem problem, const std::vector<std::int64_t>& order) {
    problem.w = take(problem.w, 0, order);
    std::vector<double> bias;
    for (const std::int64_t index : order) {
        bias.push_back(problem.bias[static_cast<std::size_t>(index)]);
    }
    problem.bias = bias;
    problem.w_zero_point = picked(problem.w_zero_point, order);
    return problem;
}

Array sum(const Array& a, const Array& b, double factor = 1) {
    Array result = a;
    for (std::size_t i = 0; i < a.values.size(); ++i) {
        result.values[i] += factor * b.values[i];
    }
    return result;
}

TEST_F(Geometry, R1ImagesOfABatchAreIndependent) {
    for_random_problems(true, [&](ProblemSource& source, ConvolutionProblem problem) {
        const Array all = accumulators(problem);
        std::vector<std::int64_t> order = source.permutation(problem.x.shape[0]);
        order.push_back(order.front());  // permuted, one of them twice
        problem.x = take(problem.x, 0, order);
        expect_same(accumulators(problem), take(all, 0, order));
    });
}

TEST_F(Geometry, R2OutputChannelsMoveWithTheirParameters) {
    for_random_problems(true, [&](ProblemSource& source, const ConvolutionProblem& problem) {
        const auto order = in_every_group(source.permutation(problem.outputs_in_group()), problem.groups);
        expect_same(accumulators(with_outputs(problem, order)), take(accumulators(problem), 1, order));
    });
}

TEST_F(Geometry, R3InputChannelsAreSummedInAnyOrder) {
    for_random_problems(true, [&](ProblemSource& source, ConvolutionProblem problem) {
        problem.x_zero_point = source.integers(static_cast<std::size_t>(problem.x.shape[1]), 0, 127);
        const Array expected = accumulators(problem);
        const auto order = source.permutation(problem.channels_in_group());
        const auto all = in_every_group(order, problem.groups);
        problem.x = take(problem.x, 1, all);
        problem.x_zero_point = picked(problem.x_zero_point, all);
        problem.w = take(problem.w, 1, order);
        expect_same(accumulators(problem), expected);
    });
}

TEST_F(Geometry, R4GroupsAreSeparateConvolutions) {
    for_random_problems(true, [&](ProblemSource&, const ConvolutionProblem& problem) {
        const Array all = accumulators(problem);
        for (std::int64_t g = 0; g < problem.groups; ++g) {
            const auto outputs = range(problem.outputs_in_group(), g * problem.outputs_in_group());
            ConvolutionProblem one = with_outputs(problem, outputs);
            one.x = take(problem.x, 1, range(problem.channels_in_group(), g * problem.channels_in_group()));
            one.groups = 1;
            expect_same(accumulators(one), take(all, 1, outputs));
        }
    });
}

TEST_F(Geometry, R4GroupsAreABlockDiagonalDenseConvolution) {
    for_random_problems(true, [&](ProblemSource&, ConvolutionProblem problem) {
        problem.w_zero_point.resize(1);
        const Array expected = accumulators(problem);
        Array dense{problem.w.shape, {}};
        for (std::int64_t g = 0; g < problem.groups; ++g) {
            const Array block = take(problem.w, 0, range(problem.outputs_in_group(), g * problem.outputs_in_group()));
            const std::int64_t before = g * problem.channels_in_group();
            const std::int64_t after = (problem.groups - 1 - g) * problem.channels_in_group();
            const Array rows =
                take(block, 1, padded(range(problem.channels_in_group()), before, after), problem.w_zero_point[0]);
            dense.shape[1] = rows.shape[1];
            dense.values.insert(dense.values.end(), rows.values.begin(), rows.values.end());
        }
        problem.w = dense;
        problem.groups = 1;
        expect_same(accumulators(problem), expected);
    });
}

TEST_F(Geometry, R5CroppingTheInputCropsTheOutput) {
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

TEST_F(Geometry, R5ShiftingTheInputOfADeconvolutionShiftsTheOutput) {
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

TEST_F(Geometry, R6PadsAreZeroPointsAroundTheInput) {
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

TEST_F(Geometry, R6PadsOfADeconvolutionCropItsOutput) {
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

TEST_F(Geometry, R7ZeroPointsMoveWithTheData) {
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

TEST_F(Geometry, R7FourTermsGiveTheSameSum) {
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

TEST_F(Geometry, R8DeconvolutionIsTheAdjointOfConvolution) {
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

TEST_F(Geometry, R8DeconvolutionIsAConvolutionOfTheStuffedInputWithTheFlippedKernel) {
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

TEST_F(Geometry, R9ConvolutionIsLinearInTheData) {
    for_random_problems(true, [&](ProblemSource& source, ConvolutionProblem problem) {
        problem.x_type = DataType::s8;
        problem.x_zero_point.clear();
        problem.bias.clear();
        ConvolutionProblem other = problem;
        problem.x.values = source.integers(problem.x.values.size(), -64, 63);
        other.x.values = source.integers(problem.x.values.size(), -64, 63);
        ConvolutionProblem both = problem;
        both.x = sum(problem.x, other.x);
        expect_same(accumulators(both), sum(accumulators(problem), accumulators(other)));
    });
}

TEST_F(Geometry, R12TheSumOverChannelsMaySplit) {
    for_random_problems(true, [&](ProblemSource&, ConvolutionProblem problem) {
        if (problem.groups != 1 || problem.channels_in_group() < 2) {
            return;
        }
        const Array expected = accumulators(problem);
        const std::int64_t cut = problem.channels_in_group() / 2;
        const auto part = [&](const std::vector<std::int64_t>& channels, bool with_bias) {
            ConvolutionProblem one = problem;
            one.x = take(problem.x, 1, channels);
            one.w = take(problem.w, 1, channels);
            if (!with_bias) {
                one.bias.clear();
            }
            return accumulators(one);
        };
        expect_same(sum(part(range(cut), true), part(range(problem.channels_in_group() - cut, cut), false)), expected);
    });
}

TEST_F(Geometry, R12APartialSumMayEnterAsBias) {
    for_random_problems(false, [&](ProblemSource& source, ConvolutionProblem problem) {
        // Two channels and a kernel as large as the input: one output position, so that a partial sum is a bias.
        problem.groups = 1;
        problem.x.shape[0] = 1;
        problem.x.shape[1] = problem.w.shape[1] = 2;
        std::int64_t size = 2;
        for (std::size_t d = 0; d < problem.rank(); ++d) {
            size *= problem.x.shape[d + 2];
            problem.w.shape[d + 2] = problem.x.shape[d + 2];
            problem.dilations[d] = 1;
            problem.pads_begin[d] = problem.pads_end[d] = 0;
        }
        problem.x.values = source.integers(static_cast<std::size_t>(size), 0, 127);
        problem.w.values = source.integers(static_cast<std::size_t>(size * problem.w.shape[0]), -128, 127);
        const Array expected = accumulators(problem);
        ConvolutionProblem first = problem;
        first.x = take(problem.x, 1, {0});
        first.w = take(problem.w, 1, {0});
        ConvolutionProblem second = problem;
        second.x = take(problem.x, 1, {1});
        second.w = take(problem.w, 1, {1});
        second.bias = accumulators(first).values;
        expect_same(accumulators(second), expected);
    });
}

TEST_F(Geometry, R17OneZeroPointIsTheSameAsEqualOnes) {
    for_random_problems(true, [&](ProblemSource&, ConvolutionProblem problem) {
        problem.w_zero_point.resize(1);
        const Array expected = accumulators(problem);
        problem.x_zero_point.assign(static_cast<std::size_t>(problem.x.shape[1]), problem.x_zero_point[0]);
        problem.w_zero_point.assign(static_cast<std::size_t>(problem.w.shape[0]), problem.w_zero_point[0]);
        expect_same(accumulators(problem), expected);
    });
}

TEST_F(Geometry, R19ADilatedKernelIsOneWithHoles) {
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

TEST_F(Geometry, R19FewerDimensionsAreMoreWithAnExtentOfOne) {
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

TEST_F(Geometry, R20UnsignedDataBelow128AreSignedData) {
    for_random_problems(true, [&](ProblemSource& source, ConvolutionProblem problem) {
        problem.x_type = DataType::u8;
        problem.x.values = source.integers(problem.x.values.size(), 0, 127);
        problem.x_zero_point = source.integers(1, 0, 127);
        const Array expected = accumulators(problem);
        problem.x_type = DataType::s8;
        expect_same(accumulators(problem), expected);
    });
}

}  // namespace
}  // namespace difftest::oracle
