#include "backends/onnxruntime/onnxruntime_backend.hpp"

#include "backends/onnxruntime/model_lowering.hpp"
#include "backends/onnxruntime/model_writer.hpp"
#include "backends/quantized_operators/testing/plan_run.hpp"
#include "reference/graph/case_builder.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdlib>

namespace difftest::backends::onnxruntime {
namespace {

using graph::CaseBuilder;
using graph::DataType;
using graph::TensorData;
using graph::TensorId;
using testing::ElementsAre;
using testing::HasSubstr;

TensorId integer(CaseBuilder& builder, const std::string& name, double value) {
    return builder.constant(name, TensorData(DataType::s32, {}, {value}));
}

/// The sums 3 - 2 * 20 = -37, 250 - 2 * 1 = 248 and 100 - 2 * 90 = -80, times 1/4, not below -12, plus 30: -9.25, 62
/// and -20 become -9, 62 and -12 in front of the zero point.
graph::Case small_convolution(const graph::Operation& operation = graph::Convolution{{1}, {1}, {0}, {0}, 1}) {
    CaseBuilder builder("small");
    const auto x = builder.input("x", TensorData(DataType::u8, {1, 2, 3}, {3, 250, 100, 20, 1, 90}));
    const auto w = builder.constant("w", TensorData(DataType::s8, {1, 2, 1}, {1, -2}));
    const auto sums = builder.node("c", operation, {x, w}, DataType::s32);
    const auto scaled = builder.node("m", graph::Binary{graph::BinaryAlgorithm::multiply},
                                     {sums, builder.scalar("factor", 0.25F)}, DataType::f32);
    const auto clipped =
        builder.node("k", graph::Eltwise{graph::EltwiseAlgorithm::clip, -12, 1000}, {scaled}, DataType::f32);
    const auto y = builder.node("q", graph::Quantize{}, {clipped, builder.scalar("one", 1), integer(builder, "zp", 30)},
                                DataType::u8);
    return builder.build({y});
}

TEST(OnnxruntimeModel, HasTheOperatorsOfItsForm) {
    const auto operators = [](Form form) { return operators_of_model(lower(small_convolution(), form).bytes); };
    EXPECT_EQ(operators(Form::integer), "ConvInteger+Cast+Mul+Max+Min+QuantizeLinear");
    EXPECT_EQ(operators(Form::qlinear), "Reshape+QLinearConv+Clip+Reshape");
    EXPECT_EQ(operators(Form::qdq), "Reshape+DequantizeLinear+DequantizeLinear+Conv+Clip+QuantizeLinear+Reshape");
    EXPECT_EQ(operators_of_model("no model"), "");
}

TEST(OnnxruntimeModel, SaysWhatAFormCannot) {
    const graph::Case value = small_convolution(graph::Deconvolution{{1}, {1}, {0}, {0}, {0}, 1});
    EXPECT_EQ(operators_of_model(lower(value, Form::integer).bytes),
              "Cast+Cast+Reshape+Transpose+Reshape+ConvTranspose+Cast+Cast+Mul+Max+Min+QuantizeLinear");
    try {
        lower(value, Form::qlinear);
        FAIL() << "there is no QLinearConvTranspose";
    } catch (const NoModel& reason) {
        EXPECT_STREQ(reason.what(), "no QLinear operator for a deconvolution ('c')");
    }
}

TEST(OnnxruntimeModel, RefusesFunctionsOfUnknownError) {
    CaseBuilder builder("function");
    const auto x = builder.input("x", TensorData(DataType::f32, {1, 1}, {0.5}));
    const auto y = builder.node("f", graph::Eltwise{graph::EltwiseAlgorithm::tanh}, {x}, DataType::f32);
    EXPECT_THROW(lower(builder.build({y}), Form::integer), NoModel);
}

/// An environment variable for one scope.
class Variable {
public:
    Variable(const char* name, const char* value) : name_(name) { ::setenv(name, value, 1); }
    ~Variable() { ::unsetenv(name_); }
    Variable(const Variable&) = delete;
    Variable& operator=(const Variable&) = delete;

private:
    const char* name_;
};

std::string problem_with(const char* file) {
    const Variable variable("DIFFTEST_ONNXRUNTIME", file);
    try {
        make_onnxruntime_backend();
        return "";
    } catch (const BackendError& error) {
        return error.what();
    }
}

TEST(OnnxruntimeLibrary, SaysWhyItIsNotUsable) {
    EXPECT_THAT(problem_with("/nowhere/libonnxruntime.so"),
                HasSubstr("ONNX Runtime cannot be loaded: /nowhere/libonnxruntime.so"));
    EXPECT_THAT(problem_with("libm.so.6"), HasSubstr("libm.so.6 is no ONNX Runtime: it has no OrtGetApiBase"));
}

TEST(Onnxruntime, ComputesTheSameInEveryForm) {
    std::unique_ptr<Backend> backend;
    try {
        backend = make_onnxruntime_backend();
    } catch (const BackendError& reason) {
        GTEST_SKIP() << reason.what();
    }
    const graph::Case value = small_convolution();
    for (const char* const plan : {"integer@none", "integer@all", "qlinear@none", "qlinear@all", "qdq@none",
                                   "qdq@basic", "qdq@extended", "qdq@all"}) {
        EXPECT_THAT(quantized::run_plan(*backend, value, plan).output, ElementsAre(30 - 9, 30 + 62, 30 - 12)) << plan;
    }
    // The clamp at -12 is above what a u8 with this zero point can hold at the least, so that nothing may drop it.
    EXPECT_THAT(quantized::run_plan(*backend, value, "qdq@none").implementation,
                HasSubstr("DequantizeLinear+Conv+Clip+QuantizeLinear"));
    EXPECT_THAT(quantized::run_plan(*backend, value, "qlinear@all").implementation, HasSubstr("QLinearConv"));
}

}  // namespace
}  // namespace difftest::backends::onnxruntime
