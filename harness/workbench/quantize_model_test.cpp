// The quantizer of whole models against the numbers of ONNX Runtime's own (engines_ort_xnnpack_tvm.md, section 1.6),
// and models that it must refuse.
#include "harness/workbench/quantize_model.hpp"

#include "harness/campaign/input_error.hpp"
#include "harness/export/npy_file.hpp"
#include "harness/export/onnx_file.hpp"
#include "harness/workbench/calibration_data.hpp"
#include "reference/graph/case_builder.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <fstream>

namespace difftest::harness {
namespace {

using graph::DataType;
using graph::TensorData;
using testing::HasSubstr;

/// x -> 1x1 convolution -> y.
FloatModel pointwise_model(RealTensor weights, std::vector<double> bias) {
    FloatModel model;
    model.file = "pointwise";
    const auto channels = static_cast<std::int64_t>(bias.size());
    model.inputs = {{"x", {1, weights.shape[1], 1, -1}}};
    model.constants = {{"w", std::move(weights)}, {"b", {{channels}, std::move(bias)}}};
    round_to_single(model.constants.at("w"));
    round_to_single(model.constants.at("b"));
    model.nodes = {{"conv", "Conv", {"x", "w", "b"}, "y", {}}};
    model.outputs = {"y"};
    model.operator_set = 13;
    return model;
}

QuantizeOptions unsigned_options(bool enlarge, bool per_channel = false) {
    QuantizeOptions options;
    options.enlarge_small_scales = enlarge;
    options.per_channel = per_channel;
    return options;
}

/// Section 1.6 A.
FloatModel founding_model() {
    return pointwise_model({{2, 1, 1, 1}, {1e-7, -5e-8}}, {5, -4.5});
}
const std::vector<Tensors> kFoundingData = {{{"x", {{1, 1, 1, 4}, {0, 0, 6.375, 12.75}}}}};

TEST(QuantizeModel, TheFoundingPullRequestWithoutTheRule) {
    const FloatModel model = founding_model();
    const QuantizationPlan plan = quantization_plan(model, kFoundingData, unsigned_options(false));
    EXPECT_EQ(plan.activations.at("x").affine, (quantize::AffineParameters{0.05F, 0}));
    EXPECT_EQ(static_cast<double>(plan.activations.at("y").affine.scale), 0.03725491091609001);
    EXPECT_EQ(plan.weights.at("w").values, (std::vector<std::int32_t>{127, -64}));
    const QuantizationTrial trial = try_quantization(model, kFoundingData, plan);
    EXPECT_EQ(trial.contractions[0].bias_overflowed, 2);
    const std::vector<double>& y = trial.qdq[0].at("y").values;
    EXPECT_NEAR(y[0], 0.07451, 5e-6);
    EXPECT_NEAR(y[4], -0.07451, 5e-6);
    ASSERT_EQ(trial.tensors.back().tensor, "y");
    EXPECT_NEAR(trial.tensors.back().qdq, 0.1369, 5e-5);
    // In integer kernels the bias wraps wherever the accumulator is not 0: 2 of 4 elements of each channel.
    EXPECT_NEAR(trial.tensors.back().integer, -0.0011, 5e-5);
    EXPECT_EQ(trial.contractions[0].wrapped, 4);
}

TEST(QuantizeModel, TheFoundingPullRequestWithTheRule) {
    const FloatModel model = founding_model();
    for (const bool per_channel : {false, true}) {
        const QuantizationPlan plan = quantization_plan(model, kFoundingData, unsigned_options(true, per_channel));
        EXPECT_EQ(static_cast<double>(plan.weights.at("w").scales[0]), 4.657078633840683e-08);
        EXPECT_EQ(plan.weights.at("w").values, (std::vector<std::int32_t>{2, -1}));
        const std::vector<std::int32_t>& bias = plan.biases.at("b").quantized.values;
        EXPECT_EQ(bias[0], 2147268834);
        EXPECT_EQ(bias[1], per_channel ? -2147268857 : -1932541951);
        const QuantizationTrial trial = try_quantization(model, kFoundingData, plan);
        for (const auto& outputs : {trial.qdq[0].at("y").values, trial.integer[0].at("y").values}) {
            EXPECT_NEAR(outputs[0], 4.992158, 5e-7);
            EXPECT_NEAR(outputs[4], -4.507844, 5e-7);
        }
        EXPECT_NEAR(trial.tensors.back().qdq, 55.6558, 5e-5);
        EXPECT_NEAR(trial.tensors.back().integer, 55.6558, 5e-5);
        EXPECT_EQ(trial.contractions[0].scales_enlarged, per_channel ? 2 : 1);
        EXPECT_EQ(trial.contractions[0].channels_could_wrap, 0);  // 255 * 2 is far below the head room
    }
}

/// Section 1.6 B: 16 channels of 1e-6, and a bias of `times` (2^31 - 1) units of the bias scale, on the pixels of A.
/// The numbers of `times` 0.9998 were measured with ONNX Runtime 1.32.0: the section says that nothing wraps there, but
/// 2147054138 + 518160 > 2^31 - 1, and the runtime gives 0 and 6.019 dB.
QuantizationTrial head_room_trial(double times, QuantizationPlan& plan) {
    const double scale = static_cast<float>(0.05F * static_cast<float>(static_cast<double>(1e-6F) / 127));
    const FloatModel model =
        pointwise_model({{1, 16, 1, 1}, std::vector<double>(16, 1e-6)}, {scale * 2147483647.0 * times});
    std::vector<double> x;
    for (int channel = 0; channel < 16; ++channel) {
        x.insert(x.end(), {0, 0, 6.375, 12.75});
    }
    const std::vector<Tensors> data = {{{"x", {{1, 16, 1, 4}, x}}}};
    plan = quantization_plan(model, data, unsigned_options(true));
    return try_quantization(model, data, plan);
}

TEST(QuantizeModel, TheRuleLeavesNoHeadRoom) {
    QuantizationPlan plan;
    const QuantizationTrial inactive = head_room_trial(0.9998, plan);
    EXPECT_EQ(plan.biases.at("b").quantized.values[0], 2147054138);
    EXPECT_EQ(inactive.contractions[0].scales_enlarged, 0);
    EXPECT_NEAR(inactive.tensors.back().qdq, 74.846, 5e-4);
    EXPECT_NEAR(inactive.tensors.back().integer, 6.019, 5e-4);
    EXPECT_EQ(inactive.contractions[0].wrapped, 1);

    const QuantizationTrial active = head_room_trial(1, plan);
    EXPECT_EQ(plan.biases.at("b").quantized.values[0], 2147268839);
    EXPECT_EQ(plan.weights.at("w").values[0], 127);
    EXPECT_EQ(active.contractions[0].scales_enlarged, 1);
    EXPECT_EQ(active.contractions[0].largest_possible, 518160);  // 16 * 255 * 127
    EXPECT_EQ(active.contractions[0].head_room, 214808);
    EXPECT_EQ(active.contractions[0].channels_could_wrap, 1);
    EXPECT_EQ(active.contractions[0].wrapped, 2);  // 16 * 127 * 127.5 rounded to 128 is beyond it, too
    EXPECT_NEAR(active.qdq[0].at("y").values[3], 0.84567, 5e-6);
    EXPECT_EQ(active.integer[0].at("y").values[3], 0);
    EXPECT_NEAR(active.tensors.back().qdq, 74.847, 5e-4);
    EXPECT_NEAR(active.tensors.back().integer, 3.010, 5e-4);

    head_room_trial(2, plan);
    EXPECT_EQ(plan.weights.at("w").values[0], 63);
    const QuantizationTrial ample = head_room_trial(10, plan);
    EXPECT_EQ(plan.weights.at("w").values[0], 13);
    EXPECT_EQ(plan.biases.at("b").quantized.values[0], 2147268809);
    EXPECT_NEAR(ample.tensors.back().integer, 94.844, 5e-4);
}

// --- Files.

std::string temporary(const std::string& name) {
    return testing::TempDir() + "/quantize_model_" + name;
}

void write(const std::string& file, const std::string& bytes) {
    std::ofstream(file, std::ios::binary) << bytes;
}

/// x [1,1,2,2] -> convolution with 1/2 and bias 1 -> `last` -> y.
std::string small_model(const std::string& name, const std::string& last) {
    graph::CaseBuilder builder("small");
    const auto x = builder.input("x", TensorData(DataType::f32, {1, 1, 2, 2}));
    const auto y = builder.node("y", graph::Eltwise{}, {x}, DataType::f32);
    OnnxGraph graph;
    graph.constants = {{"w", TensorData(DataType::f32, {1, 1, 1, 1}, {0.5})},
                       {"b", TensorData(DataType::f32, {1}, {1})}};
    graph.nodes = {{"Conv", {"x", "w", "b"}, "c", {}}, {last, {"c"}, "y", {}}};
    const std::string file = temporary(name);
    write(file, onnx_model_bytes(builder.build({y}), graph));
    return file;
}

std::string small_data() {
    const std::string folder = temporary("data");
    std::filesystem::create_directories(folder);
    write(folder + "/0.npy", npy_bytes(TensorData(DataType::f32, {1, 1, 2, 2}, {-4, 0, 2, 4})));
    return folder;
}

TEST(QuantizeModel, AFileBecomesAQdqModel) {
    QuantizeRequest request{small_model("small.onnx", "Relu"), small_data(), temporary("qdq.onnx"), {}};
    const QuantizeReport report = quantize_model(request);
    EXPECT_EQ(report.samples, 1);
    // The convolution gives -1, 1, 2, 3; behind the relu 0 to 3: scale 3/255. What the relu alone reads is not
    // quantized.
    ASSERT_EQ(report.tensors.size(), 2U);
    EXPECT_EQ(report.tensors[0].name, "x");
    EXPECT_EQ(report.tensors[0].scale, 8.0F / 255);
    EXPECT_EQ(report.tensors[0].zero_point, 128);  // 4 / (8/255) = 127.5, to even
    EXPECT_EQ(report.tensors[1].name, "y");
    EXPECT_EQ(report.tensors[1].scale, 3.0F / 255);
    EXPECT_TRUE(report.tensors[1].is_output);
    std::ifstream stream(request.output, std::ios::binary);
    const std::string bytes((std::istreambuf_iterator<char>(stream)), std::istreambuf_iterator<char>());
    for (const char* name :
         {"w_quantized", "b_quantized_scale", "x_DequantizeLinear_Output", "y_QuantizeLinear_Input"}) {
        EXPECT_THAT(bytes, HasSubstr(name));
    }
}

void expect_refused(const std::string& model, const std::string& data, const std::vector<std::string>& words) {
    const std::string output = temporary("never.onnx");
    try {
        quantize_model({model, data, output, {}});
        FAIL() << model;
    } catch (const InputError& error) {
        for (const std::string& word : words) {
            EXPECT_THAT(error.what(), HasSubstr(word));
        }
    }
    EXPECT_FALSE(std::filesystem::exists(output));
}

TEST(QuantizeModel, RefusesModelsByOperatorAndNode) {
    expect_refused(small_model("erf.onnx", "Erf"), small_data(), {"erf.onnx", "node y (Erf)", "does not know"});
    expect_refused(temporary("missing.onnx"), small_data(), {"missing.onnx", "cannot be read"});
    write(temporary("garbage.onnx"), "this is no model");
    expect_refused(temporary("garbage.onnx"), small_data(), {"garbage.onnx", "no ONNX model"});
    std::ifstream stream(small_model("whole.onnx", "Relu"), std::ios::binary);
    std::string bytes((std::istreambuf_iterator<char>(stream)), std::istreambuf_iterator<char>());
    write(temporary("cut.onnx"), bytes.substr(0, bytes.size() / 2));
    expect_refused(temporary("cut.onnx"), small_data(), {"cut.onnx", "no ONNX model"});
}

TEST(QuantizeModel, RefusesDataByFile) {
    const std::string model = small_model("small.onnx", "Relu");
    expect_refused(model, temporary("nowhere"), {"nowhere", "no folder"});
    const std::string folder = temporary("bad_data");
    std::filesystem::remove_all(folder);
    std::filesystem::create_directories(folder);
    expect_refused(model, folder, {"bad_data", "no sample"});
    write(folder + "/a.npy", "not numpy at all");
    expect_refused(model, folder, {"a.npy", "no NumPy file"});
    write(folder + "/a.npy", npy_bytes(TensorData(DataType::f32, {1, 1, 2, 3})));
    expect_refused(model, folder, {"a.npy", "shape (1, 1, 2, 3)"});
    write(folder + "/a.npy", npy_bytes(TensorData(DataType::s8, {1, 1, 2, 2})));
    expect_refused(model, folder, {"a.npy", "i1"});
}

}  // namespace
}  // namespace difftest::harness
