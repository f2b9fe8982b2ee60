#include "reference/graph/validation.hpp"

#include "reference/graph/case_file.hpp"
#include "reference/graph/case_sample.hpp"

#include <gtest/gtest.h>

#include <functional>
#include <limits>
#include <string>

/// What a case file cannot say, but a case made by a program can; and the limits.
namespace difftest::graph {
namespace {

Case sample() {
    return parse_case(kCaseSample, "sample");
}

std::string text_of(const std::optional<Problem>& problem) {
    return problem ? problem->place + ": " + problem->message : "none";
}

std::string problem_after(const std::function<void(Case&)>& change) {
    Case value = sample();
    change(value);
    return text_of(validate_case(value));
}

TEST(Validation, FindsNothingInTheSample) {
    EXPECT_EQ(text_of(validate_graph(sample().graph)), "none");
    EXPECT_EQ(text_of(validate_case(sample())), "none");
}

TEST(Validation, RequiresTheOrderOfTheFile) {
    const std::string message = "/graph: tensors do not stand in the order inputs, constants, node outputs";
    EXPECT_EQ(problem_after([](Case& value) { std::swap(value.graph.tensors[0], value.graph.tensors[1]); }), message);
    EXPECT_EQ(problem_after([](Case& value) { value.graph.tensors[1].producer = 0; }), message);
    EXPECT_EQ(problem_after([](Case& value) { value.graph.tensors[10].role = TensorRole::constant; }),
              "/graph/nodes/1: the node's output does not stand at its place among the tensors");
    EXPECT_EQ(problem_after([](Case& value) { value.graph.nodes[1].output = 99; }),
              "/graph/nodes/1: the node's output does not stand at its place among the tensors");
    EXPECT_EQ(problem_after([](Case& value) { value.graph.tensors.resize(2); }),
              "/graph: there are fewer tensors than nodes");
}

TEST(Validation, ChecksIdsBeforeUsingThem) {
    EXPECT_EQ(problem_after([](Case& value) { value.graph.nodes[2].inputs[0] = 12; }),
              "/graph/nodes/2/inputs/data: the node reads a tensor that does not stand before it");
    EXPECT_EQ(problem_after([](Case& value) { value.graph.nodes[2].inputs[0] = -7; }),
              "/graph/nodes/2/inputs/data: the node reads a tensor that does not stand before it");
    EXPECT_EQ(problem_after([](Case& value) { value.graph.nodes[2].inputs[0] = kAbsent; }),
              "/graph/nodes/2/inputs/data: the input is missing");
    EXPECT_EQ(problem_after([](Case& value) { value.graph.nodes[0].inputs.pop_back(); }),
              "/graph/nodes/0/inputs: 4 inputs for 5 slots");
    EXPECT_EQ(problem_after([](Case& value) { value.graph.outputs = {99}; }),
              "/graph/outputs/0: there is no such tensor");
}

TEST(Validation, ChecksNames) {
    EXPECT_EQ(problem_after([](Case& value) { value.graph.tensors[2].name = std::string("a\xFF"); }),
              "/graph/constants/1/name: the name \"a\xEF\xBF\xBD\" is not valid UTF-8");
    EXPECT_EQ(problem_after([](Case& value) { value.graph.tensors[9].name = std::string("x"); }),
              "/graph/nodes/0/output/name: another tensor has the name \"x\"");
    EXPECT_EQ(problem_after([](Case& value) { value.graph.nodes[1].name = std::string("conv"); }),
              "/graph/nodes/1/name: another node has the name \"conv\"");
    EXPECT_EQ(problem_after([](Case& value) { value.annotations.emplace("key", "\xC3"); }),
              "/annotations/key: the text is not valid UTF-8");
}

TEST(Validation, ChecksShapesAndTypesOfResults) {
    EXPECT_EQ(problem_after([](Case& value) {
                  value.graph.tensors[9].shape = {1, 2, 2, 3};
              }),
              "/graph/nodes/0/output/shape: shape 1x2x2x3 where 1x2x2x2 follows from the inputs");
    EXPECT_EQ(problem_after([](Case& value) { value.graph.tensors[9].shape = {-1}; }),
              "/graph/nodes/0: dimension -1 is negative");
    EXPECT_EQ(problem_after([](Case& value) { value.graph.tensors[11].type = DataType::s8; }),
              "/graph/nodes/2/output/type: type s8 is not allowed here, only f32, f16, bf16");
}

TEST(Validation, ChecksAttributes) {
    const auto with = [](float alpha, float beta) {
        return problem_after([=](Case& value) {
            value.graph.nodes[2].operation = Eltwise{EltwiseAlgorithm::linear, alpha, beta};
        });
    };
    EXPECT_EQ(with(3, 2), "none");  // bounds only for clip
    EXPECT_EQ(with(std::numeric_limits<float>::infinity(), 0), "/graph/nodes/2/attributes/alpha: inf is not finite");
    EXPECT_EQ(with(0, std::numeric_limits<float>::quiet_NaN()), "/graph/nodes/2/attributes/beta: nan is not finite");
}

TEST(Validation, RequiresTheDataOfInputsAndConstantsOnly) {
    EXPECT_EQ(problem_after([](Case& value) { value.data.pop_back(); }), "/data: 13 entries for 14 tensors");
    EXPECT_EQ(problem_after([](Case& value) { value.data[1] = {}; }), "/data/w: the values are missing");
    EXPECT_EQ(problem_after([](Case& value) { value.data[9] = value.data[1]; }),
              "/data/acc: the output of a node has values");
    EXPECT_EQ(problem_after([](Case& value) { value.data[1] = TensorData(DataType::u8, {2}); }),
              "/data/w: values of u8 2 for a tensor of s8 2x2x2x2");
}

TEST(Validation, ZeroPointOfWeightsIsInTheirType) {
    const auto with = [](double zero_point) {
        return problem_after([=](Case& value) {
            value.data[3].set(0, zero_point);
            value.graph.nodes[0].inputs = {0, 1, 2, kAbsent, 3};
        });
    };
    EXPECT_EQ(with(-128), "none");  // the weights are s8
    EXPECT_EQ(with(128), "/data/zx/values/0: a zero point of 128 is outside s8 (-128 to 127)");
}

TEST(Validation, ZeroPointOfDequantizeIsInTheTypeOfItsData) {
    const auto with = [](double zero_point) {
        Case value;
        value.name = std::string("dequantize");
        value.graph.tensors = {{"x", DataType::s8, {2}, TensorRole::input, -1},
                               {"s", DataType::f32, {}, TensorRole::constant, -1},
                               {"z", DataType::s32, {}, TensorRole::constant, -1},
                               {"y", DataType::f32, {2}, TensorRole::intermediate, 0}};
        value.graph.nodes = {{"n", Dequantize{}, {0, 1, 2}, 3}};
        value.graph.outputs = {3};
        value.data = {TensorData(DataType::s8, {2}), TensorData(DataType::f32, {}, {1}),
                      TensorData(DataType::s32, {}, {zero_point}), TensorData()};
        return text_of(validate_case(value));
    };
    EXPECT_EQ(with(-128), "none");
    EXPECT_EQ(with(-129), "/data/z/values/0: a zero point of -129 is outside s8 (-128 to 127)");
}

TEST(Validation, AppliesTheLimits) {
    const Graph graph = sample().graph;
    Limits limits;
    limits.nodes = 4;
    EXPECT_EQ(text_of(validate_graph(graph, limits)), "/graph/nodes: 5 nodes are more than 4");
    limits = {};
    limits.elements_per_tensor = 17;
    EXPECT_EQ(text_of(validate_graph(graph, limits)), "/graph/inputs/0/shape: shape 1x2x3x3 has more than 17 elements");
    limits = {};
    // x 18, w 16, b 8, zx 4, s 8, zy 4, low 4, high 8, factor 2, acc 32, q 8, c 32, f 8, y 32
    limits.bytes_per_case = 184;
    EXPECT_EQ(text_of(validate_graph(graph, limits)), "none");
    limits.bytes_per_case = 183;
    EXPECT_EQ(text_of(validate_graph(graph, limits)), "/graph: the tensors together have more than 183 bytes");
    limits = {};
    // 2 result channels of 2x2 elements, each the sum of 2 channels of 2x2 products
    limits.multiply_accumulates = 64;
    EXPECT_EQ(text_of(validate_graph(graph, limits)), "none");
    limits.multiply_accumulates = 63;
    EXPECT_EQ(text_of(validate_graph(graph, limits)),
              "/graph/nodes/0: 64 multiply-accumulate operations are more than 63");
}

}  // namespace
}  // namespace difftest::graph
