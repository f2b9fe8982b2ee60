// Relations of accumulators under changes of the batch, the channels, the groups and the data.
#include "reference/oracle/testing/accumulator_relation.hpp"

#include <cstdint>
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
using testing::sum;
using testing::take;

using ChannelRelation = testing::AccumulatorRelation;

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

TEST_F(ChannelRelation, R1ImagesOfABatchAreIndependent) {
    for_random_problems(true, [&](ProblemSource& source, ConvolutionProblem problem) {
        const Array all = accumulators(problem);
        std::vector<std::int64_t> order = source.permutation(problem.x.shape[0]);
        order.push_back(order.front());  // permuted, one of them twice
        problem.x = take(problem.x, 0, order);
        expect_same(accumulators(problem), take(all, 0, order));
    });
}

TEST_F(ChannelRelation, R2OutputChannelsMoveWithTheirParameters) {
    for_random_problems(true, [&](ProblemSource& source, const ConvolutionProblem& problem) {
        const auto order = in_every_group(source.permutation(problem.outputs_in_group()), problem.groups);
        expect_same(accumulators(with_outputs(problem, order)), take(accumulators(problem), 1, order));
    });
}

TEST_F(ChannelRelation, R3InputChannelsAreSummedInAnyOrder) {
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

TEST_F(ChannelRelation, R4GroupsAreSeparateConvolutions) {
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

TEST_F(ChannelRelation, R4GroupsAreABlockDiagonalDenseConvolution) {
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

TEST_F(ChannelRelation, R9ConvolutionIsLinearInTheData) {
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

TEST_F(ChannelRelation, R12TheSumOverChannelsMaySplit) {
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

TEST_F(ChannelRelation, R12APartialSumMayEnterAsBias) {
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

TEST_F(ChannelRelation, R17OneZeroPointIsTheSameAsEqualOnes) {
    for_random_problems(true, [&](ProblemSource&, ConvolutionProblem problem) {
        problem.w_zero_point.resize(1);
        const Array expected = accumulators(problem);
        problem.x_zero_point.assign(static_cast<std::size_t>(problem.x.shape[1]), problem.x_zero_point[0]);
        problem.w_zero_point.assign(static_cast<std::size_t>(problem.w.shape[0]), problem.w_zero_point[0]);
        expect_same(accumulators(problem), expected);
    });
}

TEST_F(ChannelRelation, R20UnsignedDataBelow128AreSignedData) {
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
