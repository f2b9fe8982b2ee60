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

TEST(BenchdnnImport, NamesWhatItCannotRead) {
    for (const char* const line :
         {"--matmul 2x3:3x4", "--conv mb1ic3", "--conv --attr-post-ops=sum:1 mb1ic1ih1oc1oh1kh1",
          "--conv --cfg=u9s8u8 mb1ic1ih1oc1oh1kh1", "--conv --dir=BWD_D mb1ic1ih1oc1oh1kh1",
          "--conv --unheard=of mb1ic1ih1oc1oh1kh1", "--conv g3ic4ih1oc3oh1kh1", "", "--conv 7"}) {
        EXPECT_THROW(case_from_benchdnn(line, "x"), std::invalid_argument) << line;
    }
}

}  // namespace
}  // namespace difftest::harness
