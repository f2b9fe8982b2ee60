#include "harness/export/benchdnn_line.hpp"

#include "harness/export/cpp_names.hpp"
#include "harness/export/onednn_program.hpp"

#include <gmock/gmock.h>

namespace difftest::harness {
namespace {

using testing::HasSubstr;

/// A u8 convolution, channels last, with two post-ops: what a worker records of it.
constexpr const char* kRecording = R"({"api": 2, "implementation_choice": false,
  "buffers": [{"tensor": "data", "type": "u8", "values": ["1", "4"]}, {"tensor": "weights", "type": "s8", "values": ["1"]},
              {"tensor": "", "values": []}, {"tensor": "out", "type": "f32", "values": ["0", "0"]},
              {"tensor": "factor", "type": "f32", "values": ["0.5"]}],
  "memories": [
    {"buffer": 0, "plain": true, "type": "u8", "dimensions": [1, 1, 1, 2], "strides": [2, 1, 2, 1]},
    {"buffer": 1, "plain": true, "type": "s8", "dimensions": [1, 1, 1, 1], "strides": [1, 1, 1, 1]},
    {"buffer": 2, "plain": false, "type": "s8", "dimensions": [1, 1, 1, 1], "strides": [1, 1, 1, 1]},
    {"buffer": 3, "plain": true, "type": "f32", "dimensions": [1, 1, 1, 2], "strides": [2, 1, 2, 1]},
    {"buffer": 4, "plain": true, "type": "f32", "dimensions": [1, 1, 1, 1], "strides": [1, 1, 1, 1]}],
  "calls": [
    {"primitive": "reorder", "implementation": "ref", "parameters": {},
     "attributes": {"post_ops": [], "scales": [], "zero_points": []},
     "arguments": [{"argument": "DNNL_ARG_SRC", "memory": 1, "strides": null}, {"argument": "DNNL_ARG_DST", "memory": 2, "strides": null}]},
    {"primitive": "convolution", "implementation": "jit", "parameters": {"algorithm": "convolution_direct",
       "strides": [1, 1], "dilations": [0, 0], "padding_left": [0, 0], "padding_right": [0, 0]},
     "attributes": {"scales": [], "zero_points": [{"argument": "DNNL_ARG_SRC", "mask": 0, "run_time": true, "values": []}],
       "post_ops": [{"kind": "eltwise", "algorithm": "eltwise_linear", "scale": "1", "alpha": "0.5", "beta": "0"},
                    {"kind": "binary", "algorithm": "binary_mul"}]},
     "arguments": [{"argument": "DNNL_ARG_SRC", "memory": 0, "strides": [2, 1, 2, 1]},
                   {"argument": "DNNL_ARG_WEIGHTS", "memory": 2, "strides": null},
                   {"argument": "DNNL_ARG_ATTR_MULTIPLE_POST_OP(1) | DNNL_ARG_SRC_1", "memory": 4, "strides": [1, 1, 1, 1]},
                   {"argument": "DNNL_ARG_DST", "memory": 3, "strides": [2, 1, 2, 1]}]}]})";

ExportSubject subject() {
    ExportSubject result;
    result.recording = kRecording;
    result.isa = "AVX2";
    oracle::AllowedTensor allowed(graph::DataType::f32, {1, 1, 1, 2}, {0.5, 2});
    result.outputs.push_back({"out", std::move(allowed), {}});
    return result;
}

/// The syntax of tests/benchdnn/doc: driver_conv.md, knobs_attr.md.
TEST(BenchdnnLine, SaysThePrimitiveInBothSyntaxes) {
    const BenchdnnLines lines = benchdnn_lines(subject());
    EXPECT_EQ(lines.v2,
              "benchdnn --conv --dir=FWD_I --cfg=u8s8f32 --stag=acdb --dtag=acdb --attr-zero-points=src:common:3* "
              "--attr-post-ops=linear:0.5:0+mul:f32:common mb1ic1ih1iw2oc1oh1ow2kh1kw1sh1sw1ph0pw0dh0dw0");
    EXPECT_THAT(lines.v3, HasSubstr("--conv --dir=FWD_I --dt=u8:s8:f32 "));
    EXPECT_THAT(lines.v3, HasSubstr("--attr-zero-points=src:common:3 "));
}

TEST(BenchdnnLine, IsNotRunWithoutABenchdnn) {
    EXPECT_EQ(benchdnn_reproducer(subject(), "").status, "not_run");
}

TEST(OnednnProgram, HasTheCallsAndTheValues) {
    const std::string source = onednn_program(subject(), false).front().text;
    EXPECT_THAT(source, HasSubstr("std::vector<std::uint8_t> data_values{1, 4};"));
    EXPECT_THAT(source, HasSubstr("append_eltwise(1.0f, algorithm::eltwise_linear, 0.5f, 0.0f);"));
    EXPECT_THAT(source, HasSubstr("append_binary(algorithm::binary_mul, factor.get_desc());"));
    EXPECT_THAT(source, HasSubstr("set_zero_points(DNNL_ARG_SRC, 0, {DNNL_RUNTIME_S32_VAL});"));
    EXPECT_THAT(source, HasSubstr("dt::s8, memory::format_tag::any)"));
    EXPECT_THAT(source, HasSubstr("reorder(weights, packed).execute(queue, weights, packed);"));
    EXPECT_THAT(source, HasSubstr("out_values, {0.5f, 2.0f}, {0.5f, 2.0f});"));
}

/// The same call to 3.x: no scale of an eltwise, masks without values, engine first (oneDNN's guide, "Transition from
/// v2.x to v3.x").
TEST(OnednnProgram, SpeaksTheThirdGeneration) {
    std::string recording = kRecording;
    const auto replace = [&recording](const std::string& from, const std::string& to) {
        const std::size_t at = recording.rfind(from);
        ASSERT_NE(at, std::string::npos) << from;
        recording.replace(at, from.size(), to);
    };
    replace(R"("api": 2)", R"("api": 3)");
    replace(R"("scales": [])",
            R"("scales": [{"argument": "DNNL_ARG_WEIGHTS", "mask": 1, "run_time": true, "values": []}])");
    ExportSubject third = subject();
    third.recording = recording;
    const std::string source = onednn_program(third, false).front().text;
    EXPECT_THAT(source, HasSubstr("append_eltwise(algorithm::eltwise_linear, 0.5f, 0.0f);"));
    EXPECT_THAT(source, HasSubstr("set_scales_mask(DNNL_ARG_WEIGHTS, 1);"));
    EXPECT_THAT(source, HasSubstr("set_zero_points_mask(DNNL_ARG_SRC, 0);"));
    EXPECT_THAT(source, HasSubstr("convolution_description(cpu, prop_kind::forward_inference, "));
    EXPECT_THAT(source, HasSubstr("memory::dims{1, 1}, memory::dims{0, 0}, memory::dims{0, 0}, memory::dims{0, 0}, "));
    EXPECT_THAT(benchdnn_lines(third).v3, HasSubstr("--attr-scales=wei:per_oc "));
}

TEST(OnednnProgram, DiesBeyondABufferWhenGuarded) {
    const std::string source = onednn_program(subject(), true).front().text;
    EXPECT_THAT(source, HasSubstr("cpu, guarded(data_values));"));
    EXPECT_EQ(source.find("compare"), std::string::npos);
}

TEST(OnednnProgram, SaysWhyNot) {
    ExportSubject nothing = subject();
    nothing.recording.clear();
    nothing.why_not_recorded = "no library";
    EXPECT_THROW(onednn_program(nothing, false), NotExpressible);
    EXPECT_THROW(benchdnn_lines(nothing), NotExpressible);
}

TEST(CppNames, AreDistinctIdentifiers) {
    CppNames names;
    EXPECT_EQ(names.unique("a-b"), "a_b");
    EXPECT_EQ(names.unique("a b"), "a_b_2");
    EXPECT_EQ(names.unique("float"), "float_2");
    EXPECT_EQ(names.unique("1x"), "t1x");
    EXPECT_EQ(float_literal("3"), "3.0f");
    EXPECT_EQ(float_literal("-inf"), "-INFINITY");
}

}  // namespace
}  // namespace difftest::harness
