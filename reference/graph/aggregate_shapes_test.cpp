#include "reference/graph/case_builder.hpp"
#include "reference/graph/validation.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <string>
#include <vector>

namespace difftest::graph {
namespace {

std::string shape_or_problem(const Operation& operation, const Shape& data) {
    const ShapeResult result = infer_shape(operation, {data});
    return result.problem ? result.problem->place + ": " + result.problem->message : to_string(result.shape);
}

struct Line {
    std::int64_t size, kernel, stride, dilation, pad_begin, pad_end;
};

/// For every position of the window the number of its elements that are data: counted, not computed.
std::vector<std::int64_t> elements_of_windows(const Line& line) {
    std::vector<std::int64_t> counts;
    for (std::int64_t start = -line.pad_begin; start + (line.kernel - 1) * line.dilation < line.size + line.pad_end;
         start += line.stride) {
        counts.push_back(0);
        for (std::int64_t k = 0; k < line.kernel; ++k) {
            const std::int64_t at = start + k * line.dilation;
            counts.back() += at >= 0 && at < line.size ? 1 : 0;
        }
    }
    return counts;
}

void expect_all_windows_hold_data(const Line& line) {
    const Pooling op{PoolingAlgorithm::maximum, {line.kernel},    {line.stride},
                     {line.dilation},           {line.pad_begin}, {line.pad_end}};
    const ShapeResult result = infer_shape(op, {{2, 3, line.size}});
    const std::vector<std::int64_t> counts = elements_of_windows(line);
    const bool empty = std::find(counts.begin(), counts.end(), 0) != counts.end();
    if (result.problem) {
        // A dilation beyond the data is refused with padding, whether or not it hits one of the elements.
        EXPECT_TRUE(counts.empty() || empty || line.dilation > line.size) << result.problem->message;
    } else {
        EXPECT_FALSE(empty);
        EXPECT_EQ(result.shape, (Shape{2, 3, static_cast<std::int64_t>(counts.size())}));
    }
}

TEST(AggregateShapes, EveryWindowOfAPoolingHoldsData) {
    for (std::int64_t size = 1; size <= 6; ++size) {
        for (std::int64_t kernel = 1; kernel <= 4; ++kernel) {
            for (std::int64_t stride = 1; stride <= 3; ++stride) {
                for (std::int64_t dilation = 1; dilation <= 3; ++dilation) {
                    for (std::int64_t pads = 0; pads < 36; ++pads) {
                        expect_all_windows_hold_data({size, kernel, stride, dilation, pads % 6, pads / 6});
                    }
                }
            }
        }
    }
}

TEST(AggregateShapes, PoolingRefusals) {
    const auto pooling = [](std::vector<std::int64_t> kernel, std::int64_t begin, std::int64_t end) {
        return Pooling{PoolingAlgorithm::maximum, std::move(kernel), {1}, {1}, {begin}, {end}};
    };
    EXPECT_EQ(shape_or_problem(pooling({2}, 0, 0), {2, 3}),
              "/inputs/data: shape 2x3 has not 1 to 3 spatial dimensions");
    EXPECT_EQ(shape_or_problem(pooling({2, 2}, 0, 0), {2, 3, 5}),
              "/attributes/kernel: 2 values for 1 spatial dimensions");
    EXPECT_EQ(shape_or_problem(pooling({0}, 0, 0), {2, 3, 5}), "/attributes/kernel/0: 0 is outside 1 to 2147483647");
    EXPECT_EQ(shape_or_problem(pooling({6}, 0, 0), {2, 3, 5}),
              "/attributes/kernel/0: a window of 6 does not fit into 5 padded elements");
    EXPECT_EQ(shape_or_problem(pooling({2}, 2, 0), {2, 3, 5}),
              "/attributes/pads_begin/0: the first window holds padding only");
    EXPECT_EQ(shape_or_problem(pooling({2}, 0, 2), {2, 3, 5}),
              "/attributes/pads_end/0: the last window holds padding only");
    const Pooling wide{PoolingAlgorithm::maximum, {2}, {1}, {4}, {1}, {3}};
    EXPECT_EQ(shape_or_problem(wide, {2, 3, 3}), "/attributes/dilations/0: 4 steps over the 3 elements of the data");
}

TEST(AggregateShapes, Reduction) {
    const auto sum = [](std::vector<std::int64_t> axes) { return Reduction{ReductionAlgorithm::sum, std::move(axes)}; };
    EXPECT_EQ(shape_or_problem(sum({1, 3}), {2, 3, 5, 7}), "2x1x5x1");
    EXPECT_EQ(shape_or_problem(sum({0}), {0, 3}), "/attributes/axes/0: dimension 0 of 0x3 is empty");
    EXPECT_EQ(shape_or_problem(sum({1}), {0, 3}), "0x1");
    EXPECT_EQ(shape_or_problem(sum({}), {2, 3}), "/attributes/axes: there is no axis");
    EXPECT_EQ(shape_or_problem(sum({2}), {2, 3}), "/attributes/axes/0: there is no dimension 2 in 2x3");
    EXPECT_EQ(shape_or_problem(sum({-1}), {2, 3}), "/attributes/axes/0: there is no dimension -1 in 2x3");
    EXPECT_EQ(shape_or_problem(sum({1, 1}), {2, 3}), "/attributes/axes/1: axis 1 does not ascend");
    EXPECT_EQ(shape_or_problem(sum({1, 0}), {2, 3}), "/attributes/axes/1: axis 0 does not ascend");
}

TEST(AggregateShapes, Resampling) {
    const auto nearest = [](std::vector<std::int64_t> sizes) {
        return Resampling{ResamplingAlgorithm::nearest, std::move(sizes)};
    };
    EXPECT_EQ(shape_or_problem(nearest({9, 1}), {2, 3, 5, 7}), "2x3x9x1");
    EXPECT_EQ(shape_or_problem(nearest({9}), {2, 3}), "/inputs/data: shape 2x3 has not 1 to 3 spatial dimensions");
    EXPECT_EQ(shape_or_problem(nearest({9}), {2, 3, 5, 7}), "/attributes/sizes: 1 values for 2 spatial dimensions");
    EXPECT_EQ(shape_or_problem(nearest({0}), {2, 3, 5}), "/attributes/sizes/0: 0 is outside 1 to 2147483647");
    EXPECT_EQ(shape_or_problem(nearest({9}), {2, 3, 0}), "/inputs/data: spatial dimension 0 of 2x3x0 is empty");
}

std::string problem_of(const Operation& operation, DataType data, DataType output) {
    CaseBuilder builder("one");
    const auto result = builder.node("result", operation, {builder.input("x", TensorData(data, {1, 1, 4}))}, output);
    const auto problem = validate_case(builder.build({result}));
    return problem ? problem->place + ": " + problem->message : "none";
}

TEST(AggregateRules, Types) {
    const auto pooling = [](PoolingAlgorithm algorithm) { return Pooling{algorithm, {2}, {1}, {1}, {0}, {0}}; };
    const auto reduction = [](ReductionAlgorithm algorithm) { return Reduction{algorithm, {2}}; };
    const std::string only_u8 = "/graph/nodes/0/output/type: type f32 is not allowed here, only u8";
    EXPECT_EQ(problem_of(pooling(PoolingAlgorithm::maximum), DataType::u8, DataType::f32), only_u8);
    EXPECT_EQ(problem_of(pooling(PoolingAlgorithm::average_include_padding), DataType::u8, DataType::f32), "none");
    EXPECT_EQ(problem_of(pooling(PoolingAlgorithm::average_exclude_padding), DataType::f32, DataType::u8),
              "/graph/nodes/0/output/type: type u8 is not allowed here, only f32");
    EXPECT_EQ(problem_of(reduction(ReductionAlgorithm::sum), DataType::u8, DataType::s32), "none");
    EXPECT_EQ(problem_of(reduction(ReductionAlgorithm::sum), DataType::u8, DataType::u8),
              "/graph/nodes/0/output/type: type u8 is not allowed here, only s32");
    EXPECT_EQ(problem_of(reduction(ReductionAlgorithm::sum), DataType::f16, DataType::f16), "none");
    EXPECT_EQ(problem_of(reduction(ReductionAlgorithm::mean), DataType::u8, DataType::f32), "none");
    EXPECT_EQ(problem_of(reduction(ReductionAlgorithm::mean), DataType::u8, DataType::s8),
              "/graph/nodes/0/output/type: type s8 is not allowed here, only u8, f32");
    EXPECT_EQ(problem_of(reduction(ReductionAlgorithm::minimum), DataType::u8, DataType::f32), only_u8);
    EXPECT_EQ(problem_of(Resampling{ResamplingAlgorithm::nearest, {2}}, DataType::u8, DataType::f32), only_u8);
    EXPECT_EQ(problem_of(Resampling{ResamplingAlgorithm::linear, {2}}, DataType::u8, DataType::f32), "none");
}

}  // namespace
}  // namespace difftest::graph
