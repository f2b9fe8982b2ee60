#include "harness/generate/trap_table.hpp"

#include <array>

namespace difftest::harness {
namespace {

constexpr std::array<Trap, 54> kTraps{{
    {1, "mid-chain quantize with 256 levels, values beyond its range", 2000},
    {2, "mid-chain quantize to 8 bits that rounds", 5000},
    {3, "256 levels, output range not that of the type", 500},
    {4, "levels other than 256", 3000},
    {5, "inverted or empty input range, or a value at its lower end", 1000},
    {6, "a tie at a rounding to integer", 2000},
    {7, "odd zero point and a scale that is a power of two", 500},
    {8, "zero point at an end of its type", 1000},
    {9, "division by a scale that is no power of two", 3000},
    {10, "two multiplications by constants in a row", 1000},
    {11, "an accumulator beyond 2^24", 100},
    {12, "bias beyond 2^24", 100},
    {13, "bias within 2^24 of an end of s32", 100},
    {14, "bias at an end of s32, where a quantizer has clipped it", 50},
    {15, "accumulator that some order of additions overflows", 50},
    {16, "u8 data with weights beyond 64", 300},
    {17, "s8 data with odd weights", 300},
    {18, "-128 in an s8 input", 3000},
    {19, "deconvolution with a data zero point", 1000},
    {20, "padding with a data zero point", 3000},
    {21, "deconvolution with stride and a data zero point", 500},
    {22, "deconvolution with output padding, dilation, gaps or wide padding", 5000},
    {23, "groups with other channels in than out, depthwise multiplier", 500},
    {24, "a dilated window, whose convention backends disagree on", 10000},
    {25, "channels off every block, or a single one", 20000},
    {26, "parameters per channel", 10000},
    {27, "an eltwise algorithm twice in one chain", 2000},
    {28, "sum post-op", 2000},
    {29, "negative factor before relu or clip", 500},
    {30, "clip bounds that are no integers", 2000},
    {31, "wrapping conversion", 100},
    {32, "rounding shift of a negative value", 200},
    {33, "constants with more than six digits behind the point", 20000},
    {34, "scale below 2^-20, beyond 2^20 or exactly 1", 200},
    {35, "fixed-point requantization", 500},
    {36, "requantization by more than 1", 500},
    {37, "f32 beyond 2^31 that becomes an integer", 20},
    {38, "f32 to s32", 1000},
    {39, "infinity or NaN on the way", 50},
    {40, "reciprocal power, or abs of zero", 100},
    {41, "a subnormal f32 on the way", 5},
    {42, "tails of a transcendental function", 100},
    {43, "a tensor read twice, or a non-monotone function", 3000},
    {44, "broadcast beyond per tensor and per channel", 3000},
    {45, "compare, select, or prelu with a slope below 0 or above 1", 1000},
    {46, "prelu or leaky relu on integers", 1000},
    {47, "f16 or bf16 result", 500},
    {48, "affine step with cancelling parts", 500},
    {49, "adjacent affine steps", 2000},
    {50, "one operation twice in a graph: state that one leaves to the other", 10000},
    {51, "s8 data with 127 and -128, where wrapped data differ from stored", 1000},
    {52, "zero points in a depthwise operation", 200},
    {53, "two quantizations in a row", 500},
    {54, "a result of one element", 200},
}};

}  // namespace

std::span<const Trap> trap_table() {
    return kTraps;
}

}  // namespace difftest::harness
