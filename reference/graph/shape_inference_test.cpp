#include "reference/graph/validation.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <string>
#include <vector>

namespace difftest::graph {
namespace {

Convolution convolution(std::size_t spatial) {
    const std::vector<std::int64_t> ones(spatial, 1);
    const std::vector<std::int64_t> zeros(spatial, 0);
    return {ones, ones, zeros, zeros, 1};
}

Deconvolution deconvolution(std::size_t spatial) {
    const std::vector<std::int64_t> ones(spatial, 1);
    const std::vector<std::int64_t> zeros(spatial, 0);
    return {ones, ones, zeros, zeros, zeros, 1};
}

/// Shapes for the five slots of a convolution without zero points.
std::vector<Shape> slots(Shape data, Shape weights, Shape bias = {}) {
    return {std::move(data), std::move(weights), std::move(bias), {}, {}};
}

std::string problem_of(const Operation& operation, const std::vector<Shape>& inputs) {
    const ShapeResult result = infer_shape(operation, inputs);
    return result.problem ? result.problem->place + ": " + result.problem->message : to_string(result.shape);
}

/// Number of positions of a window: counted, not computed.
std::int64_t count_windows(std::int64_t size, std::int64_t kernel, std::int64_t stride, std::int64_t dilation,
                           std::int64_t pads) {
    std::int64_t count = 0;
    for (std::int64_t start = 0; start + (kernel - 1) * dilation < size + pads; start += stride) {
        ++count;
    }
    return count;
}

TEST(ShapeInference, ConvolutionCountsWindowPositions) {
    for (std::int64_t size = 1; size <= 9; ++size) {
        for (std::int64_t kernel = 1; kernel <= 4; ++kernel) {
            for (std::int64_t stride = 1; stride <= 3; ++stride) {
                for (std::int64_t dilation = 1; dilation <= 3; ++dilation) {
                    for (std::int64_t pad = 0; pad <= 2; ++pad) {
                        const Convolution op{{stride}, {dilation}, {pad}, {pad + 1}, 1};
                        const auto result = infer_shape(op, slots({2, 3, size}, {5, 3, kernel}));
                        const auto count = count_windows(size, kernel, stride, dilation, 2 * pad + 1);
                        EXPECT_EQ(result.problem.has_value(), count == 0);
                        EXPECT_EQ(result.shape, count == 0 ? Shape{} : (Shape{2, 5, count}));
                    }
                }
            }
        }
    }
}

TEST(ShapeInference, DeconvolutionReachesFromTheFirstToTheLastTap) {
    for (std::int64_t size = 1; size <= 5; ++size) {
        for (std::int64_t kernel = 1; kernel <= 3; ++kernel) {
            for (std::int64_t stride = 1; stride <= 3; ++stride) {
                for (std::int64_t dilation = 1; dilation <= 3; ++dilation) {
                    for (std::int64_t extra = 0; extra < std::max(stride, dilation); ++extra) {
                        const Deconvolution op{{stride}, {dilation}, {0}, {0}, {extra}, 1};
                        std::int64_t last = 0;
                        for (std::int64_t i = 0; i < size; ++i) {
                            for (std::int64_t k = 0; k < kernel; ++k) {
                                last = std::max(last, i * stride + k * dilation);
                            }
                        }
                        EXPECT_EQ(infer_shape(op, slots({1, 3, size}, {2, 3, kernel})).shape,
                                  (Shape{1, 2, last + 1 + extra}));
                    }
                }
            }
        }
    }
}

TEST(ShapeInference, HandComputedShapes) {
    // (224 + 3 + 3 - 6 - 1) / 2 + 1 = 112
    const Convolution resnet{{2, 2}, {1, 1}, {3, 3}, {3, 3}, 1};
    EXPECT_EQ(problem_of(resnet, slots({1, 3, 224, 224}, {64, 3, 7, 7}, {64})), "1x64x112x112");
    // Depthwise in three dimensions, (5 + 2 - 2 * 2 - 1) / 2 + 1 = 2
    const Convolution depthwise{{2, 2, 2}, {2, 2, 2}, {1, 1, 1}, {1, 1, 1}, 4};
    EXPECT_EQ(problem_of(depthwise, slots({1, 4, 5, 5, 5}, {4, 1, 3, 3, 3})), "1x4x2x2x2");
    // (3 - 1) * 2 - 1 - 0 + (3 - 1) * 2 + 1 + 1 = 9; (4 - 1) * 3 - 1 - 2 + (2 - 1) * 1 + 1 + 0 = 8
    const Deconvolution op{{2, 3}, {2, 1}, {1, 1}, {0, 2}, {1, 0}, 2};
    EXPECT_EQ(problem_of(op, slots({7, 6, 3, 4}, {10, 3, 3, 2})), "7x10x9x8");
    EXPECT_EQ(problem_of(convolution(1), slots({0, 3, 4}, {2, 3, 1})), "0x2x4");
}

TEST(ShapeInference, ElementwiseOperationsKeepTheShapeOfTheData) {
    EXPECT_EQ(problem_of(Eltwise{}, {{2, 3}}), "2x3");
    EXPECT_EQ(problem_of(Convert{}, {{}}), "scalar");
    EXPECT_EQ(problem_of(Quantize{}, {{1, 3, 2, 2}, {3, 1, 1}, {}}), "1x3x2x2");
    EXPECT_EQ(problem_of(Binary{}, {{3, 1}, {2, 1, 4}}), "2x3x4");
    EXPECT_EQ(problem_of(Quantize{}, {{1, 3}, {2, 3}, {}}),
              "/inputs/scale: shape 2x3 does not broadcast to the data's 1x3");
    EXPECT_EQ(problem_of(FakeQuantize{}, {{2, 3}, {}, {1}, {4}, {}}),
              "/inputs/output_low: shape 4 does not broadcast to the data's 2x3");
    EXPECT_EQ(problem_of(Dequantize{}, {{2, 3}, {}, {1, 2, 3}}),
              "/inputs/zero_point: shape 1x2x3 does not broadcast to the data's 2x3");
    EXPECT_EQ(problem_of(Binary{}, {{2}, {3}}), "/inputs/b: shape 3 does not broadcast with 2");
    EXPECT_EQ(problem_of(Binary{}, {{2}}), "/inputs: 1 inputs for 2 slots");
}

TEST(ShapeInference, RefusesInconsistentConvolutions) {
    EXPECT_EQ(problem_of(convolution(0), slots({1, 3}, {2, 3})),
              "/inputs/data: shape 1x3 has not 1 to 3 spatial dimensions");
    EXPECT_EQ(problem_of(convolution(1), slots({1, 3, 4}, {2, 3, 1, 1})),
              "/inputs/weights: shape 2x3x1x1 has not as many dimensions as the data's 1x3x4");
    EXPECT_EQ(problem_of(convolution(1), slots({1, 3, 4}, {2, 4, 1})),
              "/inputs/weights: shape 2x4x1 has 4 channels per group, the data 3");
    EXPECT_EQ(problem_of(convolution(1), slots({1, 3, 4}, {2, 3, 0})),
              "/inputs/weights: shape 2x3x0 has an empty kernel");
    EXPECT_EQ(problem_of(convolution(1), slots({1, 3, 4}, {2, 3, 5})),
              "/inputs/weights: a window of 5 does not fit into 4 padded elements of spatial dimension 0");
    EXPECT_EQ(problem_of(convolution(1), slots({1, 3, 4}, {2, 3, 1}, {3})),
              "/inputs/bias: shape 3 is not that of 2 channels");
    EXPECT_EQ(problem_of(convolution(1), {{1, 3, 4}, {2, 3, 1}, {}, {2}, {}}),
              "/inputs/data_zero_point: shape 2 is neither scalar nor 3 channels");
    EXPECT_EQ(problem_of(convolution(1), {{1, 3, 4}, {2, 3, 1}, {}, {3}, {3}}),
              "/inputs/weights_zero_point: shape 3 is neither scalar nor 2 channels");
}

TEST(ShapeInference, RefusesAttributesOutOfTheirBounds) {
    const auto inputs = slots({1, 4, 6}, {6, 2, 3});
    const Convolution good{{1}, {1}, {0}, {0}, 2};
    EXPECT_EQ(problem_of(good, inputs), "1x6x4");
    Convolution op = good;
    op.groups = 3;
    EXPECT_EQ(problem_of(op, inputs), "/attributes/groups: 3 groups do not divide 4 data and 6 result channels");
    op.groups = 0;
    EXPECT_EQ(problem_of(op, inputs), "/attributes/groups: 0 is outside 1 to 2147483647");
    op = good;
    op.strides = {0};
    EXPECT_EQ(problem_of(op, inputs), "/attributes/strides/0: 0 is outside 1 to 2147483647");
    op = good;
    op.dilations = {1, 1};
    EXPECT_EQ(problem_of(op, inputs), "/attributes/dilations: 2 values for 1 spatial dimensions");
    op = good;
    op.pads_end = {-1};
    EXPECT_EQ(problem_of(op, inputs), "/attributes/pads_end/0: -1 is outside 0 to 2147483647");
}

TEST(ShapeInference, RefusesImpossibleDeconvolutions) {
    Deconvolution op = deconvolution(1);
    op.output_padding = {1};
    EXPECT_EQ(problem_of(op, slots({1, 1, 4}, {1, 1, 3})),
              "/attributes/output_padding/0: 1 is not less than the stride 1 or the dilation 1");
    op = deconvolution(1);
    op.pads_begin = {3};
    op.pads_end = {3};
    EXPECT_EQ(problem_of(op, slots({1, 1, 4}, {1, 1, 3})),
              "/attributes/pads_begin: padding leaves 0 elements of spatial dimension 0");
}

TEST(ShapeInference, LargestTermsDoNotOverflow) {
    const std::int64_t large = 2147483647;
    const Deconvolution op{{large}, {large}, {0}, {0}, {0}, 1};
    const std::int64_t expected = (large - 1) * large + (large - 1) * large + 1;
    EXPECT_EQ(infer_shape(op, slots({1, 1, large}, {1, 1, large})).shape, (Shape{1, 1, expected}));
    EXPECT_EQ(problem_of(convolution(1), slots({1, 1, large + 1}, {1, 1, 1})),
              "/inputs/data: dimension 2147483648 is outside 0 to 2147483647");
}

}  // namespace
}  // namespace difftest::graph
