#include "backends/onednn/implementation_contract.hpp"

#include "backends/onednn/chain_test.hpp"

#include <gmock/gmock.h>

namespace difftest::backends::onednn {
namespace {

using contract::Freedom;
using graph::DataType;

TEST(ImplementationContract, NamesWithoutVnniAddPairsInInt16) {
    for (const char* name : {"jit_int8:avx512_core", "jit_uni_int8_1x1:avx2", "jit_uni_deconv:sse41",
                             "brg_deconv:avx512_core+brg_conv_fwd:avx512_core"}) {
        EXPECT_TRUE(uses_int16_pairs(name, "AVX512_CORE_AMX")) << name;
    }
    for (const char* name : {"jit_int8_1x1:avx512_core_vnni", "brgconv_1x1:avx512_core_amx_int8", "ref_int8:any",
                             "jit_uni_int8:avx2_vnni", "brg_deconv:avx10_1_512_amx+brg_conv_fwd:avx10_1_512_amx"}) {
        EXPECT_FALSE(uses_int16_pairs(name, "SSE41")) << name;
    }
}

TEST(ImplementationContract, GemmAndUnnamedKernelsFollowTheMachine) {
    for (const char* name : {"x64:gemm_s8u8s32:jit", ""}) {
        EXPECT_TRUE(uses_int16_pairs(name, "AVX2"));
        EXPECT_TRUE(uses_int16_pairs(name, "AVX512_CORE"));
        EXPECT_FALSE(uses_int16_pairs(name, "AVX2_VNNI"));
        EXPECT_FALSE(uses_int16_pairs(name, "AVX512_CORE_BF16"));
    }
}

class GrantTest : public ChainTest {
protected:
    std::string level_ = "onednn2";
    std::string isa_ = "AVX2";

    contract::Contract granted(DataType source, bool zero_point, bool transposed, std::string_view implementation) {
        build_ = {};
        const auto data = build_.input(source, {1, 1, 1, 1}, {1});
        const auto weights = build_.constant(DataType::s8, {1, 1, 1, 1}, {2});
        const auto shift = zero_point ? build_.constant(DataType::s32, {1}, {1}) : graph::kAbsent;
        graph::Operation operation = graph::Convolution{{1, 1}, {1, 1}, {0, 0}, {0, 0}, 1};
        if (transposed) {
            operation = graph::Deconvolution{{1, 1}, {1, 1}, {0, 0}, {0, 0}, {0, 0}, 1};
        }
        const auto out = build_.node(operation, {data, weights, graph::kAbsent, shift}, DataType::s32, {1, 1, 1, 1});
        const graph::Case& value = build_.finish({out});
        contract::Contract result(level_, {});
        grant_freedoms(result, value.graph, value.graph.nodes.back(), implementation, isa_);
        return result;
    }
};

TEST_F(GrantTest, HalvesWhereTheyWereMeasured) {
    EXPECT_EQ(granted(DataType::s8, false, false, "x64:gemm_s8s8s32:jit").freedoms(),
              std::vector{Freedom::halved_weights});
    contract::Contract deconvolution = granted(DataType::s8, false, true, "x64:gemm_s8s8s32:jit");
    EXPECT_EQ(deconvolution.withdraw(Freedom::float_compensation).freedoms(), std::vector{Freedom::pair_saturation});
    isa_ = "AVX2_VNNI";  // 1 times 2 is 2 there, and not 0
    deconvolution = granted(DataType::s8, false, true, "jit_uni_deconv:sse41");
    EXPECT_EQ(deconvolution.withdraw(Freedom::float_compensation).freedoms(), std::vector{Freedom::pair_saturation});
    isa_ = "AVX512_CORE_VNNI";
    deconvolution = granted(DataType::s8, false, true, "jit_uni_deconv:avx2");
    EXPECT_EQ(deconvolution.withdraw(Freedom::float_compensation).freedoms(), std::vector{Freedom::halved_weights});
    isa_ = "AVX2";
    deconvolution = granted(DataType::s8, false, true, "jit_uni_deconv:sse41");
    EXPECT_EQ(deconvolution.withdraw(Freedom::float_compensation).freedoms(), std::vector{Freedom::halved_weights});
    level_ = "onednn3";
    EXPECT_EQ(granted(DataType::s8, false, false, "jit:avx2").freedoms(),
              (std::vector{Freedom::pair_saturation, Freedom::halved_weights}));
}

TEST_F(GrantTest, PairsForUnsignedAndHalvesForSignedData) {
    EXPECT_EQ(granted(DataType::u8, false, false, "jit:avx2").freedoms(), std::vector{Freedom::pair_saturation});
    EXPECT_EQ(granted(DataType::s8, false, false, "jit:avx2").freedoms(), std::vector{Freedom::halved_weights});
}

TEST_F(GrantTest, SomeHalveAndOthersDoNot) {
    granted(DataType::s8, false, false, "jit:avx2");
    const graph::Graph& graph = build_.value().graph;
    HalvedWeights weights;
    weights.add(graph, graph.nodes.front(), "jit:avx2", "AVX2");
    EXPECT_FALSE(weights.differ());
    weights.add(graph, graph.nodes.front(), "ref_int8:any", "AVX2");
    EXPECT_TRUE(weights.differ()) << "the reference multiplies with the weights as they are";
}

TEST_F(GrantTest, FloatCompensationWhereThereIsSomethingToCompensate) {
    const std::vector compensation{Freedom::float_compensation};
    EXPECT_EQ(granted(DataType::s8, false, true, "jit:avx512_core_vnni").freedoms(), compensation);
    EXPECT_EQ(granted(DataType::u8, true, true, "jit:avx512_core_vnni").freedoms(), compensation);
    EXPECT_EQ(granted(DataType::s8, false, false, "jit:avx2_vnni").freedoms(), compensation);
    EXPECT_TRUE(granted(DataType::u8, false, true, "jit:avx512_core_vnni").freedoms().empty());
    EXPECT_TRUE(granted(DataType::s8, false, false, "jit:avx512_core_vnni").freedoms().empty());
}

TEST_F(GrantTest, TheCLibrarysTanhWhereNoKernelIsGenerated) {
    const auto granted_to = [&](graph::EltwiseAlgorithm algorithm, std::string_view implementation) {
        build_ = {};
        const auto out =
            build_.node(graph::Eltwise{algorithm}, {build_.input(DataType::f32, {1}, {1})}, DataType::f32, {1});
        const graph::Case& value = build_.finish({out});
        contract::Contract result(level_, {});
        grant_freedoms(result, value.graph, value.graph.nodes.front(), implementation, "AVX2");
        return result.freedoms();
    };
    const std::vector library{Freedom::library_functions};
    EXPECT_EQ(granted_to(graph::EltwiseAlgorithm::tanh, "ref:any"), library);
    EXPECT_EQ(granted_to(graph::EltwiseAlgorithm::tanh, "x64:gemm_s8u8s32:jit"), library) << "post-ops behind a gemm";
    EXPECT_TRUE(granted_to(graph::EltwiseAlgorithm::tanh, "jit:avx2").empty());
    EXPECT_TRUE(granted_to(graph::EltwiseAlgorithm::exp, "ref:any").empty());
}

/// What computes them has the name of a convolution; the post-ops are those of the reference.
TEST_F(GrantTest, TheCLibrarysTanhBehindDeconvolutionsOfReals) {
    const auto granted_to = [&](graph::Operation operation) {
        build_ = {};
        const auto data = build_.input(DataType::f32, {1, 1, 1, 1}, {1});
        const auto weights = build_.constant(DataType::f32, {1, 1, 1, 1}, {2});
        const auto sum = build_.node(std::move(operation), {data, weights}, DataType::f32, {1, 1, 1, 1});
        const auto out = build_.node(graph::Eltwise{graph::EltwiseAlgorithm::tanh}, {sum}, DataType::f32, {1, 1, 1, 1});
        const graph::Case& value = build_.finish({out});
        contract::Contract result(level_, {});
        grant_freedoms(result, value.graph, value.graph.nodes.front(), "jit:avx2", "AVX2");
        return result.freedoms();
    };
    EXPECT_EQ(granted_to(graph::Deconvolution{{1, 1}, {1, 1}, {0, 0}, {0, 0}, {0, 0}, 1}),
              std::vector{Freedom::library_functions});
    EXPECT_TRUE(granted_to(graph::Convolution{{1, 1}, {1, 1}, {0, 0}, {0, 0}, 1}).empty());
}

TEST_F(GrantTest, SubnormalsAreFlushedOnlyWhereSomethingBecomesBf16) {
    for (const DataType type : {DataType::bf16, DataType::f32}) {
        build_ = {};
        const auto data = build_.input(DataType::f32, {1}, {1});
        const graph::Case& value = build_.finish({build_.node(graph::Convert{}, {data}, type, {1})});
        contract::Contract result(level_, {});
        grant_freedoms(result, value.graph, value.graph.nodes.front(), "simple:any", "SSE41");
        EXPECT_EQ(result.grants(Freedom::flush_subnormals), type == DataType::bf16);
    }
}

/// jit_int of 2.6.3: 80 / 3 is 26.666668, which is 80 * rn(1/3), and not 26.666666, which is rn(80/3).
TEST_F(GrantTest, AveragesOfIntegersByAReciprocal) {
    const auto granted_to = [&](graph::PoolingAlgorithm algorithm, std::string_view implementation) {
        build_ = {};
        graph::Pooling pooling;
        pooling.algorithm = algorithm;
        pooling.kernel = {1};
        pooling.strides = pooling.dilations = {1};
        pooling.pads_begin = pooling.pads_end = {0};
        const auto out = build_.node(pooling, {build_.input(DataType::u8, {1, 1, 1}, {1})}, DataType::u8, {1, 1, 1});
        const graph::Case& value = build_.finish({out});
        contract::Contract result(level_, {});
        grant_freedoms(result, value.graph, value.graph.nodes.front(), implementation, "AVX2");
        return result.freedoms();
    };
    const std::vector reciprocal{Freedom::reciprocal_division};
    EXPECT_EQ(granted_to(graph::PoolingAlgorithm::average_include_padding, "jit_int:avx2"), reciprocal);
    EXPECT_EQ(granted_to(graph::PoolingAlgorithm::average_exclude_padding, "jit_int:sse41"), reciprocal);
    EXPECT_TRUE(granted_to(graph::PoolingAlgorithm::average_include_padding, "ref:any").empty());
    EXPECT_TRUE(granted_to(graph::PoolingAlgorithm::maximum, "jit_int:avx2").empty());
}

TEST(Description, NamesTheLoadedLibrary) {
    const Description description = make_onednn_backend()->describe();
    EXPECT_EQ(description.name, "onednn");
    EXPECT_THAT(description.library, testing::StartsWith("oneDNN " + description.library_version + " ("));
    EXPECT_THAT(description.library_path, testing::HasSubstr("libdnnl"));
    EXPECT_THAT(description.isa_ladder, testing::Contains(description.isa));
    EXPECT_THAT(description.runtime, testing::HasSubstr("thread"));
    EXPECT_EQ(description.contract.name(), description.library_version.starts_with("2.") ? "onednn2" : "onednn3");
}

}  // namespace
}  // namespace difftest::backends::onednn
