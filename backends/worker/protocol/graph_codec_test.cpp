#include "backends/worker/protocol/graph_codec.hpp"

#include <gtest/gtest.h>

#include <bit>
#include <cstring>
#include <span>

namespace difftest::backends::protocol {
namespace {

graph::Case every_operation() {
    graph::Case value;
    value.name = "every operation";
    value.execution = {"strict", {"fused", "split"}, {"avx2"}, 3};
    value.graph.tensors.push_back({"in", graph::DataType::u8, {1, 2, 3}, graph::TensorRole::input, -1});
    value.graph.tensors.push_back({"scale", graph::DataType::f32, {}, graph::TensorRole::constant, -1});
    const auto add = [&](const char* name, graph::Operation operation) {
        const auto id = static_cast<graph::TensorId>(value.graph.tensors.size());
        value.graph.tensors.push_back({name,
                                       graph::DataType::bf16,
                                       {1, 2, 3},
                                       graph::TensorRole::intermediate,
                                       static_cast<graph::NodeId>(value.graph.nodes.size())});
        value.graph.nodes.push_back({name, std::move(operation), {0, graph::kAbsent, 1}, id});
        value.graph.outputs = {id};
    };
    add("convolution", graph::Convolution{{1, 2}, {3, 4}, {5, 6}, {7, 8}, 9});
    add("deconvolution", graph::Deconvolution{{1}, {2}, {3}, {4}, {5}, 6});
    add("eltwise", graph::Eltwise{graph::EltwiseAlgorithm::pow, -0.0F, 1.5F});
    add("binary", graph::Binary{graph::BinaryAlgorithm::not_equal});
    add("fake quantize", graph::FakeQuantize{16, graph::FakeQuantizeForm::scale_shift});
    add("quantize", graph::Quantize{graph::Rounding::half_up, graph::ZeroPointSite::before_rounding});
    add("dequantize", graph::Dequantize{});
    add("requantize", graph::Requantize{graph::Rounding::toward_zero, graph::ZeroPointSite::after_rounding});
    add("convert", graph::Convert{graph::Rounding::half_away_from_zero, graph::Overflow::wrap});
    add("permute", graph::Permute{{0, 2, 1}});
    add("reshape", graph::Reshape{{6}});
    add("slice", graph::Slice{{0, 1, 2}, {1, 2, 3}, {4, 5, 6}});
    add("concat", graph::Concat{2});
    add("reorder", graph::Reorder{graph::Layout::channels_blocked_16});
    add("pooling",
        graph::Pooling{graph::PoolingAlgorithm::average_exclude_padding, {1, 2}, {3, 4}, {5, 6}, {7, 8}, {9, 10}});
    add("resampling", graph::Resampling{graph::ResamplingAlgorithm::linear, {7, 8, 9}});
    add("reduction", graph::Reduction{graph::ReductionAlgorithm::minimum, {0, 2}});
    return value;
}

graph::Case through_bytes(const graph::Case& value) {
    const std::string encoded = encode_case(value);
    return decode_case(std::as_bytes(std::span(encoded)));
}

TEST(GraphCodec, GivesEveryOperationBack) {
    const graph::Case value = every_operation();
    const graph::Case decoded = through_bytes(value);
    EXPECT_EQ(decoded.name, value.name);
    EXPECT_EQ(decoded.graph, value.graph);
    EXPECT_EQ(decoded.execution, value.execution);
    EXPECT_EQ(decoded.data.size(), value.graph.tensors.size());
}

TEST(GraphCodec, KeepsEveryBitOfAnAttribute) {
    graph::Case value = every_operation();
    auto& eltwise = std::get<graph::Eltwise>(value.graph.nodes[2].operation);
    eltwise.alpha = std::bit_cast<float>(0x7FA00001U);
    const graph::Case decoded = through_bytes(value);
    const auto& received = std::get<graph::Eltwise>(decoded.graph.nodes[2].operation);
    EXPECT_EQ(std::bit_cast<std::uint32_t>(received.alpha), 0x7FA00001U);
}

TEST(GraphCodec, KeepsAnExecutionRequestThatAsksForNothing) {
    graph::Case value = every_operation();
    value.execution = {};
    EXPECT_EQ(through_bytes(value).execution, graph::ExecutionRequest{});
}

TEST(GraphCodec, RefusesDamagedBytes) {
    const std::string encoded = encode_case(every_operation());
    for (std::size_t bytes = 0; bytes < encoded.size(); ++bytes) {
        EXPECT_THROW(decode_case(std::as_bytes(std::span(encoded).first(bytes))), CodecError) << bytes;
    }
    const std::string longer = encoded + "x";
    EXPECT_THROW(decode_case(std::as_bytes(std::span(longer))), CodecError);
    EXPECT_THROW(decode_case({}), CodecError);
}

}  // namespace
}  // namespace difftest::backends::protocol
