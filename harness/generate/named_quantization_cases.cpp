#include "harness/generate/named_quantization_cases.hpp"

#include "harness/generate/random_integers.hpp"
#include "reference/graph/case_builder.hpp"

namespace difftest::harness {
namespace {

using graph::CaseBuilder;
using graph::DataType;
using graph::Shape;
using graph::TensorData;
using graph::TensorId;

constexpr std::uint64_t kSeed = 2;

/// 8 channels of 5x5, 6 outputs of 3x3 with one pad: 9 of 25 places are without padding. Weights within [-60, 60], so
/// that no pair of products leaves 16 bits, and even, so that halved weights are exact.
graph::Case zero_points(const std::string& name, bool of_weights) {
    CaseBuilder builder(name);
    TensorData even = random_integers(kSeed, DataType::s8, {6, 8, 3, 3}, -30, 30, 2);
    for (std::int64_t i = 0; i < even.size(); ++i) {
        even.set(i, 2 * even.at(i));
    }
    const TensorId x = builder.input("input", random_integers(kSeed, DataType::u8, {1, 8, 5, 5}, 0, 255, 1));
    const TensorId w = builder.constant("weights", even);
    const TensorId bias = builder.constant("bias", random_integers(kSeed, DataType::s32, {6}, -3000, 3000, 3));
    const TensorId zx = builder.constant("input_zero_point", TensorData(DataType::s32, {}, {119}));
    const TensorId zw =
        of_weights ? builder.constant("weights_zero_point", TensorData(DataType::s32, {6}, {-4, 3, 0, 7, -1, 2}))
                   : graph::kAbsent;
    const TensorId conv = builder.node("conv", graph::Convolution{{1, 1}, {1, 1}, {1, 1}, {1, 1}, 1},
                                       {x, w, bias, zx, zw}, DataType::s32);
    const TensorId multiplier = builder.scalar("multiplier", 0.0018843F);  // of the graph in seed 004
    const TensorId zero = builder.constant("output_zero_point", TensorData(DataType::s32, {}, {101}));
    const TensorId out = builder.node("out", graph::Requantize{}, {conv, multiplier, zero}, DataType::u8);
    builder.annotate("origin", "seed 002: asymmetric quantization");
    builder.annotate("look_for",
                     "the border: a tap in the padding contributes nothing, so a zero point taken off for all taps is "
                     "wrong there by 119 times the weights outside. See difftest equivalents.");
    return builder.build({out});
}

}  // namespace

graph::Case requantize_unsigned_cast() {
    CaseBuilder builder("requantize_unsigned_cast");
    // A pointwise convolution with one weight of 1 for each output makes the accumulators: x * w + bias.
    const TensorId x = builder.input("input", TensorData(DataType::u8, {1, 1, 1, 2}, {0, 200}));
    const TensorId w = builder.constant("weights", TensorData(DataType::s8, {8, 1, 1, 1}, {1, 1, 1, 1, 1, 1, 2, -100}));
    const TensorId bias =
        builder.constant("bias", TensorData(DataType::s32, {8}, {-1000, 63, 64, 191, 192, 16256, 20000, -64}));
    const TensorId conv =
        builder.node("conv", graph::Convolution{{1, 1}, {1, 1}, {0, 0}, {0, 0}, 1}, {x, w, bias}, DataType::s32);
    const TensorId shifted = builder.node("shift", graph::ShiftRound{7}, {conv}, DataType::s32);
    const TensorId clipped =
        builder.node("clip", graph::Eltwise{graph::EltwiseAlgorithm::clip, -127, 127}, {shifted}, DataType::f32);
    const TensorId out = builder.node("cast", graph::Convert{graph::Rounding::half_to_even, graph::Overflow::wrap},
                                      {clipped}, DataType::u8);
    builder.annotate("origin", "seed 004: TVM's quantize pass, its relu left out");
    builder.annotate("look_for",
                     "a = -1000 is -8 behind the shift and 248 behind the cast; a store that saturates gives 0. The "
                     "range of the clip is that of s8, so that 127 is the largest result that is not negative.");
    return builder.build({out});
}

graph::Case conv_data_zero_point() {
    return zero_points("conv_data_zero_point", false);
}

graph::Case conv_both_zero_points() {
    return zero_points("conv_both_zero_points", true);
}

}  // namespace difftest::harness
