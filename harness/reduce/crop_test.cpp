#include "harness/reduce/crop.hpp"

#include "reference/graph/case_builder.hpp"
#include "reference/graph/validation.hpp"
#include "reference/oracle/oracle.hpp"

#include <gtest/gtest.h>

namespace difftest::harness {
namespace {

using graph::CaseBuilder;
using graph::DataType;
using graph::TensorData;

TensorData counting(DataType type, const graph::Shape& shape, std::int64_t modulus) {
    TensorData data(type, shape);
    for (std::int64_t i = 0; i < data.size(); ++i) {
        data.set(i, static_cast<double>((i * 7 + 3) % modulus));
    }
    return data;
}

graph::Case window_case(const graph::Operation& operation, std::int64_t groups) {
    CaseBuilder builder("window");
    const auto data = builder.input("data", counting(DataType::u8, {2, 2 * groups, 5, 4}, 11));
    const auto weights = builder.constant("weights", counting(DataType::s8, {2 * groups, 2, 3, 2}, 5));
    const auto bias = builder.constant("bias", counting(DataType::s32, {2 * groups}, 100));
    const auto window = builder.node("window", operation, {data, weights, bias}, DataType::s32);
    const graph::Shape shape = builder.graph().tensor(window).shape;
    const auto full = builder.constant("full", counting(DataType::f32, shape, 13));
    const auto sum = builder.node("sum", graph::Binary{graph::BinaryAlgorithm::add}, {window, full}, DataType::f32);
    std::vector<float> factors;
    for (std::int64_t i = 0; i < 2 * groups; ++i) {
        factors.push_back(static_cast<float>(i + 1));
    }
    const auto factor = builder.per_channel("factor", factors, 4);
    return builder.build(
        {builder.node("out", graph::Binary{graph::BinaryAlgorithm::multiply}, {sum, factor}, DataType::f32)});
}

std::vector<double> values_of(const graph::Case& value) {
    return oracle::evaluate(value, contract::Contract()).of(value.graph.outputs[0]).points();
}

/// Every single element of the output, cut out, has the value that it has in the whole.
void expect_every_element_kept(const graph::Case& value) {
    ASSERT_FALSE(graph::validate_case(value));
    const graph::Shape shape = value.graph.tensor(value.graph.outputs[0]).shape;
    const std::vector<double> all = values_of(value);
    for (std::size_t i = 0; i < all.size(); ++i) {
        Region region;
        for (const std::int64_t c : graph::coordinates_of(static_cast<std::int64_t>(i), shape)) {
            region.push_back({c, c + 1});
        }
        const auto cropped = crop(value, region);
        ASSERT_TRUE(cropped) << i;
        const std::vector<double> one = values_of(*cropped);
        ASSERT_EQ(one.size(), 1U);
        ASSERT_EQ(one[0], all[i]) << "element " << i;
    }
}

TEST(Crop, ConvolutionWithStrideAndPadding) {
    expect_every_element_kept(window_case(graph::Convolution{{2, 1}, {1, 2}, {2, 1}, {1, 2}, 1}, 1));
}

TEST(Crop, ConvolutionWithGroups) {
    expect_every_element_kept(window_case(graph::Convolution{{1, 1}, {1, 1}, {1, 0}, {0, 1}, 3}, 3));
}

TEST(Crop, Deconvolution) {
    expect_every_element_kept(window_case(graph::Deconvolution{{1, 2}, {1, 1}, {1, 0}, {0, 1}, {0, 1}, 1}, 1));
}

TEST(Crop, DeconvolutionWithPositionsThatNothingReaches) {
    // A kernel of 2 with a stride of 3 leaves every third column without a tap.
    expect_every_element_kept(window_case(graph::Deconvolution{{1, 3}, {2, 1}, {0, 0}, {1, 0}, {0, 2}, 2}, 2));
}

TEST(Crop, ReadsOnlyTheReceptiveField) {
    const graph::Case value = window_case(graph::Convolution{{1, 1}, {1, 1}, {0, 0}, {0, 0}, 1}, 1);
    const auto cropped = crop(value, {{0, 1}, {1, 2}, {2, 3}, {0, 1}});
    ASSERT_TRUE(cropped);
    EXPECT_EQ(cropped->data_of(*cropped->graph.find_tensor("data")).shape(), (graph::Shape{1, 2, 3, 2}));
    EXPECT_EQ(cropped->data_of(*cropped->graph.find_tensor("weights")).shape(), (graph::Shape{1, 2, 3, 2}));
    EXPECT_EQ(cropped->data_of(*cropped->graph.find_tensor("full")).shape(), (graph::Shape{1, 1, 1, 1}));
}

}  // namespace
}  // namespace difftest::harness
