#include "harness/generate/named_cases.hpp"

#include "harness/generate/named_quantization_cases.hpp"
#include "harness/generate/random_integers.hpp"
#include "reference/graph/case_builder.hpp"

#include <cmath>

namespace difftest::harness {
namespace {

using graph::CaseBuilder;
using graph::DataType;
using graph::Shape;
using graph::TensorData;
using graph::TensorId;

constexpr std::uint64_t kSeed = 15;  // basic/15, the test that failed
constexpr std::int64_t kChannelsIn = 15;
constexpr std::int64_t kChannelsOut = 30;
constexpr std::size_t kRank = 4;
constexpr float kOneNinth = 1.0F / 9.0F;  // 1 / kernel.count()

/// From lo to hi in equal ratios over the channels, in whole numbers, so that the channels differ in how much of them
/// is clamped.
std::vector<float> geometric(std::int64_t channels, double lo, double hi) {
    std::vector<float> values;
    for (std::int64_t c = 0; c < channels; ++c) {
        const double exponent = static_cast<double>(c) / static_cast<double>(channels - 1);
        values.push_back(static_cast<float>(std::nearbyint(lo * std::pow(hi / lo, exponent))));
    }
    return values;
}

/// 0 for every other channel (all results of the activation above the lower end), -1 to -30 for the rest.
std::vector<float> negative_range() {
    std::vector<float> values;
    for (std::int64_t c = 0; c < kChannelsOut; ++c) {
        values.push_back(c % 2 == 0 ? 0.0F : -static_cast<float>(c + 1));
    }
    return values;
}

graph::Deconvolution three_by_three() {
    return {{1, 1}, {1, 1}, {0, 0}, {0, 0}, {0, 0}, 1};
}

/// CASE_DECONV_U8S8_1: u8 input 1x15x5x4 over its full range, s8 weights 30x15x3x3. Weights stay within [-64, 64], so
/// that no pair of products exceeds 16 bits and the documented saturation of kernels without VNNI cannot show.
struct Leaves {
    TensorId input;
    TensorId weights;
};

Leaves add_leaves(CaseBuilder& builder, std::int64_t lowest_weight) {
    return {builder.input("input", random_integers(kSeed, DataType::u8, {1, kChannelsIn, 5, 4}, 0, 255, 1)),
            builder.constant("weights", random_integers(kSeed, DataType::s8, {kChannelsOut, kChannelsIn, 3, 3},
                                                        lowest_weight, 64, 2))};
}

/// The reduced topology of the founding document: deconvolution -> quantize u8 -> eltwise multiply by 1/9, whose result
/// is u8 as that of its first operand.
graph::Case deconv_quant_u8_minimal() {
    CaseBuilder builder("deconv_quant_u8_minimal");
    const Leaves leaves = add_leaves(builder, -32);
    const TensorId in_lo = builder.per_channel("in1_lo", std::vector<float>(kChannelsOut, 0.0F), kRank);
    const TensorId in_hi = builder.per_channel("in1_hi", geometric(kChannelsOut, 20, 1000000), kRank);
    const TensorId out_lo = builder.scalar("out1_lo", 0);
    const TensorId out_hi = builder.scalar("out1_hi", 255);
    const TensorId scale = builder.per_channel("scale2_data", std::vector<float>(kChannelsOut, kOneNinth), kRank);
    const TensorId deconv = builder.node("deconv", three_by_three(), {leaves.input, leaves.weights}, DataType::s32);
    const TensorId quant = builder.node("quant1", graph::FakeQuantize{256, graph::FakeQuantizeForm::specification},
                                        {deconv, in_lo, in_hi, out_lo, out_hi}, DataType::u8);
    const TensorId eltwise =
        builder.node("scale2", graph::Binary{graph::BinaryAlgorithm::multiply}, {quant, scale}, DataType::f32);
    const TensorId out = builder.node("out", graph::Convert{}, {eltwise}, DataType::u8);
    builder.annotate("origin", "minimal topology of the founding document, data set CASE_DECONV_U8S8_1");
    builder.annotate(
        "look_for",
        "28 where the quantize clamps: 255 * scale = 255 * 1/9 = 28.33. A kernel that leaves the clamp of the "
        "quantize to the final store gives 255 there.");
    return builder.build({out});
}

/// The full chain of the founding document. Twelve data nodes: weights, bias, scale (both multiplications use it, since
/// both are by 1/9), the eltwise operand, and the four ranges of each of the two quantize nodes.
graph::Case deconv_quant_u8() {
    CaseBuilder builder("deconv_quant_u8");
    const Leaves leaves = add_leaves(builder, -64);
    const TensorId bias =
        builder.constant("bias", random_integers(kSeed, DataType::s32, {kChannelsOut}, -2000, 2000, 3));
    const TensorId scale = builder.per_channel("scale_data", std::vector<float>(kChannelsOut, kOneNinth), kRank);
    const TensorId in1_lo = builder.per_channel("in1_lo", std::vector<float>(kChannelsOut, 0.0F), kRank);
    const TensorId in1_hi = builder.per_channel("in1_hi", geometric(kChannelsOut, 100, 20000), kRank);
    const TensorId out1_lo = builder.scalar("out1_lo", 0);
    const TensorId out1_hi = builder.scalar("out1_hi", 255);
    TensorData operand = random_integers(kSeed, DataType::s32, {1, kChannelsOut, 7, 6}, -1600, 1600, 4);
    TensorData eighths(DataType::f32, operand.shape());
    for (std::int64_t i = 0; i < operand.size(); ++i) {
        eighths.set(i, operand.at(i) / 8);
    }
    const TensorId eltw = builder.constant("eltw_data", eighths);
    const TensorId in2_lo = builder.per_channel("in2_lo", negative_range(), kRank);
    const TensorId in2_hi = builder.per_channel("in2_hi", geometric(kChannelsOut, 10, 200), kRank);
    const TensorId out2_lo = builder.scalar("out2_lo", -127);
    const TensorId out2_hi = builder.scalar("out2_hi", 127);

    const graph::Binary multiply{graph::BinaryAlgorithm::multiply};
    const graph::Eltwise relu{graph::EltwiseAlgorithm::relu, 0, 0};
    const TensorId deconv =
        builder.node("deconv", three_by_three(), {leaves.input, leaves.weights, bias}, DataType::s32);
    const TensorId scale1 = builder.node("scale1", multiply, {deconv, scale}, DataType::f32);
    const TensorId actv1 = builder.node("actv1", relu, {scale1}, DataType::f32);
    const TensorId quant1 = builder.node("quant1", graph::FakeQuantize{256, graph::FakeQuantizeForm::specification},
                                         {actv1, in1_lo, in1_hi, out1_lo, out1_hi}, DataType::u8);
    const TensorId sum =
        builder.node("eltw", graph::Binary{graph::BinaryAlgorithm::add}, {quant1, eltw}, DataType::f32);
    const TensorId scale2 = builder.node("scale2", multiply, {sum, scale}, DataType::f32);
    const TensorId actv2 = builder.node("actv2", relu, {scale2}, DataType::f32);
    const TensorId quant2 = builder.node("quant2", graph::FakeQuantize{255, graph::FakeQuantizeForm::specification},
                                         {actv2, in2_lo, in2_hi, out2_lo, out2_hi}, DataType::s8);
    builder.annotate(
        "origin",
        "deconv_scale_actv_quant_u8_eltw_scale_actv_quant_i8.basic/15, data set CASE_DECONV_U8S8_1; the final "
        "reorder to f32 of the test only prepares its comparison and is left out");
    builder.annotate(
        "look_for",
        "where quant1 clamps, its 255 gives 255 * scale = 255 * 1/9 = 28.33 behind scale2 (plus the eltwise "
        "operand / 9), 28 in whole numbers; without the clamp the value runs away and quant2 saturates at 127.");
    return builder.build({quant2});
}

}  // namespace

std::vector<graph::Case> named_cases() {
    return {deconv_quant_u8(), deconv_quant_u8_minimal(), requantize_unsigned_cast(), conv_data_zero_point(),
            conv_both_zero_points()};
}

}  // namespace difftest::harness
