// The verbs of the quantization workbench, run as programs: answers, exit codes, bad input.
#include "harness/cli/end_to_end_test.hpp"

#include "harness/export/npy_file.hpp"
#include "harness/export/onnx_file.hpp"
#include "reference/graph/case_builder.hpp"

#include <gmock/gmock.h>

#include <algorithm>

namespace difftest::harness::cli {
namespace {

using nlohmann::json;
using testing::HasSubstr;

void expect_bad_input(const std::vector<std::string>& arguments, const std::string& words) {
    const ProgramRun run = difftest(arguments);
    EXPECT_EQ(run.exit_code, 2) << run.errors;
    EXPECT_EQ(run.output, "");
    EXPECT_EQ(std::count(run.errors.begin(), run.errors.end(), '\n'), 1) << run.errors;
    EXPECT_THAT(run.errors, HasSubstr(words));
}

TEST(CompareRequantizeVerb, AnswersAndRefuses) {
    const std::string page = file_of_test("page.html", "").string();
    const ProgramRun run = difftest({"compare-requantize", "shift_cast", "shift", "--output", "0..255", "--multiplier",
                                     "0.0078125", "--json", "--plot", page});
    ASSERT_EQ(run.exit_code, 0) << run.errors;
    const json row = checked_document(run.output, "requantize").at("rows").at(0);
    EXPECT_EQ(row.at("smallest"), -65);  // (-65 + 64) >> 7 = -1, which is 255 as u8
    EXPECT_EQ(row.at("largest_distance"), 255);
    EXPECT_GT(std::filesystem::file_size(page), 100000U);  // Chart.js is in it
    const ProgramRun pairs =
        difftest({"compare-requantize", "--all", "tflite", "float", "--multiplier", "0.25", "--json"});
    ASSERT_EQ(pairs.exit_code, 0) << pairs.errors;
    EXPECT_EQ(checked_document(pairs.output, "requantize").at("pairs").size(), 1U);
    EXPECT_EQ(difftest({"compare-requantize", "float", "qnnpack_q31", "--multiplier", "2"}).exit_code, 3);
    expect_bad_input({"compare-requantize", "float", "bankers"}, "bankers");
    expect_bad_input({"compare-requantize", "float", "shift", "--output", "0-255"}, "--output 0-255");
    expect_bad_input({"compare-requantize", "float", "shift", "--multiplier", "0"}, "--multiplier");
}

TEST(QuantizeVerb, AnswersAndRefuses) {
    graph::CaseBuilder builder("model");
    const auto x = builder.input("x", graph::TensorData(graph::DataType::f32, {1, 1, 1, 4}));
    const auto y = builder.node("y", graph::Eltwise{}, {x}, graph::DataType::f32);
    OnnxGraph graph;
    graph.constants = {{"w", graph::TensorData(graph::DataType::f32, {1, 1, 1, 1}, {0.5})},
                       {"b", graph::TensorData(graph::DataType::f32, {1}, {1})}};
    graph.nodes = {{"Conv", {"x", "w", "b"}, "y", {}}};
    const std::string model = file_of_test("model.onnx", onnx_model_bytes(builder.build({y}), graph)).string();
    const std::string sample = npy_bytes(graph::TensorData(graph::DataType::f32, {1, 1, 1, 4}, {-4, 0, 2, 4}));
    const std::string data = file_of_test("0.npy", sample).parent_path().string();
    const ProgramRun run = difftest({"quantize", model, "--data", data, "--json"});
    ASSERT_EQ(run.exit_code, 0) << run.errors;
    EXPECT_EQ(checked_document(run.output, "quantize").at("tensors").at(0).at("zero_point"), 128);
    graph.nodes[0].type = "Erf";
    const std::string unknown = file_of_test("erf.onnx", onnx_model_bytes(builder.build({y}), graph)).string();
    expect_bad_input({"quantize", unknown, "--data", data}, "erf.onnx: node y (Erf)");
    expect_bad_input({"quantize", model, "--data", data + "/nowhere"}, "nowhere: no folder");
    expect_bad_input({"quantize", model, "--data", data, "--calibration", "kl"}, "--calibration kl");
}

TEST(EquivalentsVerb, AnswersAndRefuses) {
    const ProgramRun run =
        difftest({"equivalents", "conv_both_zero_points", "--without-runs", "--without-search", "--json"});
    ASSERT_EQ(run.exit_code, 0) << run.errors;
    EXPECT_EQ(checked_document(run.output, "equivalents").at("forms").size(), 9U);
    expect_bad_input({"equivalents", "deconv_quant_u8"}, "no convolution or deconvolution with a zero point");
    expect_bad_input({"equivalents", "conv_data_zero_point", "--node", "out"}, "node out");
    expect_bad_input({"equivalents", "no_such_case"}, "no_such_case");
}

}  // namespace
}  // namespace difftest::harness::cli
