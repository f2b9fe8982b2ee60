#include "harness/export/onnx_lowering.hpp"
#include "harness/export/fusion_test_snippet.hpp"
#include "harness/export/onnx_file.hpp"
#include "harness/export/openvino_file.hpp"
#include "reference/graph/case_file.hpp"

#include <gmock/gmock.h>
#include <onnx/onnx_pb.h>

#include <algorithm>

namespace difftest::harness {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

/// A u8 deconvolution of two groups with a zero point and a bias, quantized.
constexpr const char* kCase = R"({"difftest_case": 1, "name": "small", "graph": {
  "inputs": [{"name": "data", "type": "u8", "shape": [1, 4, 1, 2]}],
  "constants": [{"name": "weights", "type": "s8", "shape": [6, 2, 1, 1]}, {"name": "zero", "type": "s32", "shape": []},
                {"name": "bias", "type": "s32", "shape": [6]}, {"name": "scale", "type": "f32", "shape": [6, 1, 1]}],
  "nodes": [
    {"name": "deconvolution", "op": "deconvolution",
     "inputs": {"data": "data", "weights": "weights", "bias": "bias", "data_zero_point": "zero"},
     "attributes": {"strides": [1, 1], "dilations": [1, 1], "pads_begin": [0, 1], "pads_end": [0, 0],
                    "output_padding": [0, 0], "groups": 2},
     "output": {"name": "sums", "type": "s32"}},
    {"name": "quantize", "op": "quantize", "inputs": {"data": "sums", "scale": "scale"},
     "attributes": {"rounding": "ROUNDING", "zero_point_site": "after_rounding"},
     "output": {"name": "result", "type": "u8"}}],
  "outputs": ["result"]},
  "data": {"data": {"values": [1, 2, 3, 4, 5, 6, 7, 8]}, "weights": {"values": [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12]},
           "zero": {"values": [3]}, "bias": {"values": [0, 0, 0, 0, 0, 0]},
           "scale": {"values": [1, 1, 1, 1, 2, 1]}}})";

graph::Case small_case(const std::string& rounding) {
    std::string text = kCase;
    text.replace(text.find("ROUNDING"), 8, rounding);
    return graph::parse_case(text, "test");
}

std::vector<std::string> types_of(const OnnxGraph& graph) {
    std::vector<std::string> types;
    for (const OnnxNode& node : graph.nodes) {
        types.push_back(node.type);
    }
    return types;
}

TEST(OnnxLowering, IsDequantizeComputeQuantize) {
    const OnnxGraph graph = onnx_graph(small_case("half_to_even"));
    EXPECT_THAT(types_of(graph), ElementsAre("DequantizeLinear", "DequantizeLinear", "Reshape", "Transpose", "Reshape",
                                             "Cast", "ConvTranspose", "Cast", "Cast", "QuantizeLinear"));
    const OnnxNode& last = graph.nodes.back();
    EXPECT_EQ(last.output, "result");
    EXPECT_EQ(std::get<std::int64_t>(last.attributes.front().second), 1);  // a scale for each channel
}

TEST(OnnxLowering, SaysWhyNot) {
    EXPECT_THROW(onnx_graph(small_case("half_up")), NotExpressible);
}

/// As scale and shift only where the range increases: elsewhere the branches of the specification decide (oracle/
/// fake_quantize.cpp).
TEST(OnnxLowering, ADecreasingRangeHasTheBranchesOfTheSpecification) {
    const graph::Case value = graph::parse_case(R"({"difftest_case": 1, "name": "range", "graph": {
  "inputs": [{"name": "data", "type": "f32", "shape": [1]}],
  "constants": [{"name": "lo", "type": "f32", "shape": []}, {"name": "hi", "type": "f32", "shape": []}],
  "nodes": [{"name": "quantize", "op": "fake_quantize",
             "inputs": {"data": "data", "input_low": "lo", "input_high": "hi", "output_low": "lo", "output_high": "hi"},
             "attributes": {"levels": 256, "form": "scale_shift"}, "output": {"name": "result", "type": "f32"}}],
  "outputs": ["result"]},
  "data": {"data": {"values": [0]}, "lo": {"values": [1]}, "hi": {"values": [-1]}}})",
                                                "test");
    const std::vector<OnnxNode> nodes = onnx_graph(value).nodes;
    const auto choice =
        std::find_if(nodes.rbegin(), nodes.rend(), [](const auto& node) { return node.type == "Where"; });
    ASSERT_NE(choice, nodes.rend());
    const auto condition =
        std::find_if(nodes.begin(), nodes.end(), [&](const auto& node) { return node.output == choice->inputs.at(0); });
    ASSERT_NE(condition, nodes.end());
    EXPECT_EQ(condition->type, "Less");
    EXPECT_THAT(condition->inputs, ElementsAre("lo", "hi"));
}

TEST(OnnxFile, HoldsTheGraph) {
    const graph::Case value = small_case("half_to_even");
    onnx::ModelProto model;
    ASSERT_TRUE(model.ParseFromString(onnx_model_bytes(value, onnx_graph(value))));
    EXPECT_EQ(model.graph().input(0).name(), "data");
    EXPECT_EQ(model.graph().input(0).type().tensor_type().elem_type(), onnx::TensorProto::UINT8);
    EXPECT_EQ(model.graph().output(0).type().tensor_type().shape().dim(3).dim_value(), 1);  // 2 columns, 1 of padding
    EXPECT_EQ(model.graph().node_size(), 10);
    onnx::TensorProto tensor;
    ASSERT_TRUE(tensor.ParseFromString(onnx_tensor_bytes("x", graph::TensorData(graph::DataType::s8, {2}, {-1, 2}))));
    EXPECT_EQ(tensor.raw_data(), "\xff\x02");
    EXPECT_EQ(tensor.dims(0), 2);
}

/// The words of opset1 in OpenVINO's documentation; a grouped deconvolution's weights are [G, C, O, ...].
TEST(OpenvinoFile, HoldsLayersEdgesAndConstants) {
    const graph::Case value = small_case("half_to_even");
    const OpenvinoModel model = openvino_model(value, onnx_graph(value, ModelDialect::openvino));
    EXPECT_THAT(model.xml, HasSubstr(R"(<data shape="1,4,1,2" element_type="u8" />)"));
    EXPECT_THAT(model.xml, HasSubstr(R"(type="GroupConvolutionBackpropData" version="opset1">)"));
    EXPECT_THAT(model.xml, HasSubstr(R"(pads_begin="0,1" pads_end="0,0" auto_pad="explicit" dilations="1,1")"));
    EXPECT_THAT(model.xml, HasSubstr(R"(<data destination_type="u8" />)"));
    EXPECT_THAT(model.xml, HasSubstr(R"(<edge from-layer="0" from-port="0" to-layer=")"));
    EXPECT_EQ(model.xml.find("QuantizeLinear"), std::string::npos);
    EXPECT_EQ(model.constants.substr(0, 12), "\x01\x02\x03\x04\x05\x06\x07\x08\x09\x0a\x0b\x0c");
}

/// The form of deconvolution_fusion_test.cpp (../shared/reference/fusion_catalogue.md, section 1.1): x before y.
TEST(FusionTestSnippet, HasTheParametersAndTheChain) {
    std::string text = format_case(small_case("half_to_even"));
    for (const auto& [from, to] :
         {std::pair<std::string, std::string>{R"("pads_begin": [0, 1])", R"("pads_begin": [0, 0])"},
          {R"(, "bias": "bias", "data_zero_point": "zero")", ""},
          {R"("op": "quantize")", R"("op": "binary")"},
          {R"("inputs": {"data": "sums", "scale": "scale"})", R"("inputs": {"a": "sums", "b": "scale"})"},
          {R"("rounding": "half_to_even", "zero_point_site": "after_rounding")", R"("algorithm": "multiply")"},
          {R"("name": "result", "type": "u8")", R"("name": "result", "type": "f32")"}}) {
        const std::size_t at = text.find(from);
        ASSERT_NE(at, std::string::npos) << from << text;
        text.replace(at, from.size(), to);
    }
    ExportSubject subject;
    subject.value = graph::parse_case(text, "test");
    const std::string snippet = fusion_test_snippet(subject).front().text;
    EXPECT_THAT(snippet,
                HasSubstr("{1, 4, 2, 1}, {1, 6, 2, 1}, {1, 1, 1, 1}, {1, 1}, {0, 0}, {1, 1}, 2, data_types::u8"));
    EXPECT_THAT(snippet, HasSubstr(R"(deconvolution("sums", input_info("input"), {"weights"}, p.groups)"));
    EXPECT_THAT(snippet,
                HasSubstr(R"(eltwise("result", { input_info("sums"), input_info("scale") }, eltwise_mode::prod)"));
    subject.value = small_case("half_to_even");
    EXPECT_THROW(fusion_test_snippet(subject), NotExpressible);  // a bias
}

}  // namespace
}  // namespace difftest::harness
