#include "harness/generate/benchdnn_import.hpp"

#include <gtest/gtest.h>

#include <stdexcept>

namespace difftest::harness {
namespace {

TEST(BenchdnnImport, ReadsAConvolutionWithItsPostOps) {
    const graph::Case value = case_from_benchdnn(
        "benchdnn --conv --dir=FWD_I --cfg=u8s8u8 --attr-zero-points=src:common:3* --attr-oscale=per_oc:0.5* "
        "--attr-post-ops=relu+add:f32:per_oc g2mb1ic8ih5oc16oh5kh3ph1nexample",
        "line");
    ASSERT_EQ(value.graph.nodes.size(), 5U);  // convolution, scale, relu, add, store
    const auto& convolution = std::get<graph::Convolution>(value.graph.nodes[0].operation);
    EXPECT_EQ(convolution.groups, 2);
    EXPECT_EQ(convolution.pads_end, (std::vector<std::int64_t>{1, 1}));  // (5 - 1) * 1 + 3 - 5 - 1
    EXPECT_EQ(convolution.dilations, (std::vector<std::int64_t>{1, 1}));
    const graph::Tensor& out = value.graph.tensor(value.graph.outputs.front());
    EXPECT_EQ(out.shape, (graph::Shape{1, 16, 5, 5}));
    EXPECT_EQ(out.type, graph::DataType::u8);
}

/// A line that oneDNN 2.6.3 printed (ONEDNN_VERBOSE=1).
TEST(BenchdnnImport, ReadsALineOfAVerboseLog) {
    const char* const line =
        "onednn_verbose,exec,cpu,convolution,jit_uni_int8:sse41,forward_inference,src_u8::blocked:acb:f0 "
        "wei_s8:p:blocked:Abcd4a:f0 bia_undef::undef::f0 dst_f32::blocked:acb:f0,attr-post-ops:binary_div:f32:0 ,"
        "alg:convolution_direct,g2mb1_ic2oc2_iw1ow1kw1sw1dw0pw0,0.0100098";
    ASSERT_TRUE(is_verbose_execution(line));
    const graph::Case value = case_from_verbose(line, "log");
    ASSERT_EQ(value.graph.nodes.size(), 2U);
    EXPECT_EQ(std::get<graph::Convolution>(value.graph.nodes[0].operation).groups, 2);
    EXPECT_EQ(std::get<graph::Binary>(value.graph.nodes[1].operation).algorithm, graph::BinaryAlgorithm::divide);
    EXPECT_EQ(value.graph.tensor(value.graph.outputs.front()).shape, (graph::Shape{1, 2, 1}));
}

/// The operations in their order, the type and the shape of the result: "matmul eltwise -> s8[3,5]".
std::string summary(const graph::Case& value) {
    std::string text;
    for (const graph::Node& node : value.graph.nodes) {
        text += std::string(graph::name_of(node.operation)) + " ";
    }
    const graph::Tensor& out = value.graph.tensor(value.graph.outputs.front());
    text += "-> " + std::string(graph::name_of(out.type)) + "[";
    for (const std::int64_t extent : out.shape) {
        text += std::to_string(extent) + ",";
    }
    text.back() = ']';
    return text;
}

/// What a line asks for is written out by hand from the formulas of the library's guide: in 2.x the bias comes before
/// the scale, in 3.x behind it, and a scale of the destination divides behind the post-ops.
TEST(BenchdnnImport, ReadsTheOtherDrivers) {
    const std::pair<const char*, const char*> lines[] = {
        {"--ip --dir=FWD_B --cfg=u8s8s8 --attr-oscale=per_oc:0.5* mb2ic4ih3oc5",
         "inner_product binary binary convert -> s8[2,5]"},
        {"--matmul --cfg=u8s8s8 --attr-zero-points=src:common:3* --attr-post-ops=relu+add:f32:per_oc 3x4:4x5",
         "matmul eltwise binary convert -> s8[3,5]"},
        {"--conv --dt=u8:s8:u8 --bia-dt=f32 --attr-scales=wei:per_oc+dst:common:2 mb1ic4ih5oc4oh3kh3ph0",
         "convolution binary binary binary convert -> u8[1,4,3,3]"},
        {"--conv --dir=FWD_I --cfg=u8s8s8 --attr-post-ops=sum:0.5:3:u8 mb1ic4ih5oc4oh3kh3ph0",
         "convolution sum convert -> s8[1,4,3,3]"},
        {"--pool --cfg=s8 --alg=avg_p mb1ic3ih5oh3kh3sh2ph1", "pooling -> s8[1,3,3,3]"},
        {"--eltwise --dt=s8 --alg=linear --alpha=2 --beta=1 2x3x4", "eltwise convert -> s8[2,3,4]"},
        {"--binary --sdt=u8:s8 --ddt=u8 --alg=mul --attr-post-ops=prelu:per_oc 2x3x4:1x3x1",
         "binary prelu convert -> u8[2,3,4]"},
        {"--reorder --sdt=f32 --ddt=s8 --attr-oscale=common:0.5 2x3", "binary convert -> s8[2,3]"},
        {"--sum --sdt=s8:s8 --ddt=f32 --scales=1:2 2x3", "eltwise sum -> f32[2,3]"},
        {"--prelu --sdt=f32:f32 2x3:1x3", "prelu -> f32[2,3]"},
        {"--reduction --sdt=s8 --ddt=s32 --alg=sum 2x3x4:2x1x4", "reduction -> s32[2,1,4]"},
        {"--resampling --sdt=s8 --ddt=s8 --alg=nearest mb1ic2ih3oh5", "resampling -> s8[1,2,5,5]"}};
    for (const auto& [line, expected] : lines) {
        EXPECT_EQ(summary(case_from_benchdnn(line, "line")), expected) << line;
    }
}

/// Lines that 2.6.3 and 3.2 printed.
TEST(BenchdnnImport, ReadsTheOtherPrimitivesOfALog) {
    const std::pair<const char*, const char*> lines[] = {
        {"onednn_verbose,exec,cpu,inner_product,x64:gemm_s8u8s32:jit,forward_training,src_u8::blocked:abcd:f0 "
         "wei_s8::blocked:bcda:f0 bia_f32::blocked:a:f0 dst_s8::blocked:ab:f0,attr-oscale:2 ,,mb2ic4ih3iw3oc5,31.769",
         "inner_product binary binary convert -> s8[2,5]"},
        {"onednn_verbose,exec,cpu,matmul,brg:avx512_core_vnni,undef,src_u8::blocked:ab:f0 "
         "wei_s8:p:blocked:AB16a64b4a:f8:zpm2 bia_f32::blocked:ab:f0_mask2 dst_s8::blocked:ab:f0,"
         "attr-zero-points:src:0:3 attr-post-ops:eltwise_relu+binary_add:f32:2 ,,3x4:4x5:3x5,0.0339355",
         "matmul binary eltwise binary convert -> s8[3,5]"},
        {"onednn_verbose,exec,cpu,pooling,jit_int:avx512_core,forward_inference,src_s8::blocked:acb::f0 "
         "dst_s8::blocked:acb::f0 ws_undef::undef:::,attr-post-ops:binary_gt:f32:0 ,alg:pooling_avg_include_padding,"
         "mb1ic18_iw4ow1kw4sw1dw0pw0,0.00805664",
         "pooling binary convert -> s8[1,18,1]"},
        {"onednn_verbose,exec,cpu,eltwise,jit_int8:avx512_core,forward_training,data_s8::blocked:abc:f0 "
         "diff_undef::undef::f0,,alg:eltwise_linear alpha:2 beta:1,2x3x4,31.9739",
         "eltwise convert -> s8[2,3,4]"},
        {"onednn_verbose,exec,cpu,reduction,ref:any,undef,src_s8::blocked:abc:f0 dst_s32::blocked:abc:f0,,"
         "alg:reduction_sum p:1 eps:0,2x3x4:2x1x4,23.8191",
         "reduction -> s32[2,1,4]"},
        {"onednn_verbose,exec,cpu,convolution,jit_uni_int8:avx2,forward_inference,src_u8::blocked:acdb::f0 "
         "wei_s8:a:blocked:Abcde8a::f8:zpm1 bia_undef::undef::: dst_s32::blocked:acdb::f0,attr-zero-points:src0:0 ,"
         "alg:convolution_direct,g8mb1_ic8oc8_ih1oh1kh2sh1dh0ph1_iw3ow1kw4sw1dw0pw1,0.0100098",
         "convolution -> s32[1,8,1,1]"}};
    for (const auto& [line, expected] : lines) {
        EXPECT_EQ(summary(case_from_verbose(line, "line")), expected) << line;
    }
}

TEST(BenchdnnImport, NamesWhatItCannotRead) {
    for (const char* const line :
         {"--softmax 2x3", "--conv mb1ic3", "--conv --attr-post-ops=dw:k3s1p1:s8 mb1ic1ih1oc1oh1kh1", "--matmul 2x3",
          "--binary --alg=and 2x3:2x3", "--matmul --attr-post-ops=add:f32:per_nothing 2x3:3x4",
          "--conv --cfg=u9s8u8 mb1ic1ih1oc1oh1kh1", "--conv --dir=BWD_D mb1ic1ih1oc1oh1kh1",
          "--conv --unheard=of mb1ic1ih1oc1oh1kh1", "--conv g3ic4ih1oc3oh1kh1", "", "--conv 7", "--matmul \xFF 2x3:3x4",
          "--matmul --dt=s8:f32:f32 2x3:3x4",
          // Found by fuzz_benchdnn_import and scripts/malformed-inputs: options without a value, shapes without numbers
          // or with too many of them, sizes that nobody can hold, numbers that are none.
          "--conv --attr-oscale mb1ic1ih1oc1oh1kh1", "--conv --attr-scales=: mb1ic1ih1oc1oh1kh1",
          "--binary --sdt= 2x3:2x3", "--matmul 2:2", "--matmul x:x", "--reduction --alg=sum 2x3:2",
          "--eltwise 99999x99999x99999", "--conv mb9223372036854775807ic1ih1oc1oh1kh1",
          "--conv mb16000000ic16000000ih1oc1oh1kh1", "--matmul --attr-post-ops=sum:1:1e30 2x3:3x4",
          "--eltwise --alg=linear --alpha=nan 2x3", "--conv --attr-post-ops=: mb1ic1ih1oc1oh1kh1",
          "--eltwise "
          "1x1x1x1x1x1x1x1x1x1x1x1x1x1x1x1x1x1x1x1x1x1x1x1x1x1x1x1x1x1x1x1x1x1x1x1x1x1x1x1x1x1x1x1x1x1x1x1x1x1x1x1x1x"
          "1"}) {
        EXPECT_THROW(case_from_benchdnn(line, "x"), std::invalid_argument) << line;
    }
    try {  // the message quotes the line, which may hold anything
        case_from_benchdnn("--conv --s[\n" + std::string(5000, '['), "x");
        FAIL() << "it was read";
    } catch (const std::invalid_argument& error) {
        EXPECT_EQ(std::string(error.what()).find('\n'), std::string::npos);
        EXPECT_LT(std::string(error.what()).size(), 300U);
    }
}

}  // namespace
}  // namespace difftest::harness
