#pragma once

#include "reference/graph/data_type.hpp"

#include <cstdint>
#include <string_view>
#include <variant>
#include <vector>

/// The operations of a graph and their attributes. What each of them computes stands in reference/oracle/, one file per
/// family; this file only says which attributes there are. Inputs are named slots (see slots_of in graph.hpp).
namespace difftest::graph {

/// How a real number becomes an integer.
enum class Rounding : std::uint8_t { half_to_even, half_away_from_zero, half_up, toward_zero };

/// Whether the zero point is added before or after the rounding of a quantization.
enum class ZeroPointSite : std::uint8_t { before_rounding, after_rounding };

/// What happens to an integer outside the target type.
enum class Overflow : std::uint8_t { saturate, wrap };

/// How a product of an s32 with a Q31 multiplier is rounded (semantics, sections 1.7, 1.9 and 1.10).
enum class FixedPointRounding : std::uint8_t {
    double_rounding,  ///< gemmlowp: rounding doubling high product, ties up, then a rounding shift, ties away from zero
    single_up,        ///< one rounding, ties up (TFLite with single rounding, TVM UPWARD, XNNPACK rndnu)
    single_away,      ///< one rounding, ties away from zero (TVM TONEAREST, XNNPACK rndna)
    q31,              ///< QNNPACK: as double_rounding, but the sign of the data decides the second tie; no left shift
    double_up         ///< LiteRT's optimized kernels: as double_rounding, but the second ties go up
};

/// The two forms of fake quantization: the specification's quotient, or precomputed scale and shift.
enum class FakeQuantizeForm : std::uint8_t { specification, scale_shift };

enum class EltwiseAlgorithm : std::uint8_t {
    relu,
    linear,
    clip,
    clip_v2,
    abs,
    square,
    sqrt,
    round,
    exp,
    log,
    tanh,
    logistic,
    elu,
    gelu_tanh,
    gelu_erf,
    swish,
    hardsigmoid,
    hardswish,
    mish,
    soft_relu,
    pow
};

enum class BinaryAlgorithm : std::uint8_t {
    add,
    subtract,
    multiply,
    divide,
    maximum,
    minimum,
    greater_equal,
    greater,
    less_equal,
    less,
    equal,
    not_equal
};

enum class PoolingAlgorithm : std::uint8_t { maximum, average_include_padding, average_exclude_padding };

enum class ReductionAlgorithm : std::uint8_t { sum, mean, maximum, minimum };

enum class ResamplingAlgorithm : std::uint8_t { nearest, linear };

/// The share of each exponential in their sum, or its logarithm.
enum class SoftmaxAlgorithm : std::uint8_t { share, logarithm };

/// Physical order of the elements in memory, for tensors of any rank: channels are dimension 1. A blocked layout keeps
/// blocks of that many channels together, innermost; the last block is padded.
enum class Layout : std::uint8_t {
    plain,
    channels_last,
    channels_blocked_4,
    channels_blocked_8,
    channels_blocked_16,
    channels_blocked_32
};
/// As which type the bytes of an 8-bit tensor are read.
enum class Reinterpretation : std::uint8_t { none, s8, u8 };

/// Cross-correlation over the spatial dimensions (no kernel flip). Slots: data [N, C, spatial...], weights
/// [O, C/groups, kernel...], bias (optional, s32 [O], added to the accumulator), data_zero_point (optional, s32, scalar
/// or [C]), weights_zero_point (optional, s32, scalar or [O]). Integer types in, s32 out; or floating-point data,
/// weights and bias without zero points, and a floating-point result of sums in f32 in any order.
struct Convolution {
    static constexpr std::string_view name = "convolution";
    std::vector<std::int64_t> strides;
    std::vector<std::int64_t> dilations;  ///< 1 = dense
    std::vector<std::int64_t> pads_begin;
    std::vector<std::int64_t> pads_end;
    std::int64_t groups = 1;
    friend bool operator==(const Convolution&, const Convolution&) = default;
};

/// Transposed convolution. The weights' logical order is that of the convolution, [O, C/groups, kernel...].
struct Deconvolution {
    static constexpr std::string_view name = "deconvolution";
    std::vector<std::int64_t> strides;
    std::vector<std::int64_t> dilations;  ///< 1 = dense
    std::vector<std::int64_t> pads_begin;
    std::vector<std::int64_t> pads_end;
    std::vector<std::int64_t> output_padding;
    std::int64_t groups = 1;
    friend bool operator==(const Deconvolution&, const Deconvolution&) = default;
};

/// Product of matrices over the last two dimensions, with numpy broadcast over those before them: result[..., m, n] =
/// bias[n] + sum_k (a[..., m, k] - a_zero_point) * (b[..., k, n] - b_zero_point[n]). Slots: a [..., M, K], b [..., K,
/// N], bias (optional, s32, scalar or [N]), a_zero_point (optional, s32, scalar), b_zero_point (optional, s32, scalar
/// or [N]). Integer types in, s32 out; or floating-point types as for the convolution.
struct Matmul {
    static constexpr std::string_view name = "matmul";
    bool transpose_a = false;  ///< a is given as [..., K, M]
    bool transpose_b = false;  ///< b is given as [..., N, K]
    friend bool operator==(const Matmul&, const Matmul&) = default;
};

/// A convolution whose kernel covers everything: result[n, o] = bias[o] + sum over all i of (data[n, i] - zero point) *
/// (weights[o, i] - zero point). Slots and types are those of the convolution, data [N, C, ...], weights [O, C, ...].
struct InnerProduct {
    static constexpr std::string_view name = "inner_product";
    friend bool operator==(const InnerProduct&, const InnerProduct&) = default;
};

/// One-argument function in f32. Slots: data. Out: f32.
struct Eltwise {
    static constexpr std::string_view name = "eltwise";
    EltwiseAlgorithm algorithm = EltwiseAlgorithm::relu;
    float alpha = 0;
    float beta = 0;
    friend bool operator==(const Eltwise&, const Eltwise&) = default;
};

/// Two-argument function in f32 with numpy broadcast. Slots: a, b. Out: f32; comparisons give 0 or 1.
struct Binary {
    static constexpr std::string_view name = "binary";
    BinaryAlgorithm algorithm = BinaryAlgorithm::add;
    friend bool operator==(const Binary&, const Binary&) = default;
};

/// condition != 0 ? a : b, with numpy broadcast. Slots: condition, a, b. Out: f32, or the integer type of both
/// branches.
struct Select {
    static constexpr std::string_view name = "select";
    friend bool operator==(const Select&, const Select&) = default;
};

/// data where it is positive, data * slope elsewhere, in f32. Slots: data, slope (broadcast to data). Out: f32.
struct Prelu {
    static constexpr std::string_view name = "prelu";
    friend bool operator==(const Prelu&, const Prelu&) = default;
};

/// data + scale * (previous - zero_point), every operation in f32: what a sum post-op adds to what is in memory. Slots:
/// data, previous (of the same shape). Out: f32.
struct Sum {
    static constexpr std::string_view name = "sum";
    float scale = 1;
    std::int64_t zero_point = 0;
    Reinterpretation reinterpretation = Reinterpretation::none;  ///< of previous
    friend bool operator==(const Sum&, const Sum&) = default;
};

/// Slots: data, input_low, input_high, output_low, output_high (f32, broadcast to data). The output type is that of the
/// output tensor; when it is an integer type the value is rounded and saturated.
struct FakeQuantize {
    static constexpr std::string_view name = "fake_quantize";
    std::int64_t levels = 256;
    FakeQuantizeForm form = FakeQuantizeForm::specification;
    friend bool operator==(const FakeQuantize&, const FakeQuantize&) = default;
};

/// saturate(round(data / scale) + zero_point). Slots: data, scale (f32), zero_point (optional, s32); both scalar or
/// broadcast to data.
struct Quantize {
    static constexpr std::string_view name = "quantize";
    Rounding rounding = Rounding::half_to_even;
    ZeroPointSite zero_point_site = ZeroPointSite::after_rounding;
    friend bool operator==(const Quantize&, const Quantize&) = default;
};

/// (data - zero_point) * scale, one f32 rounding. Slots: data, scale (f32), zero_point (optional, s32).
struct Dequantize {
    static constexpr std::string_view name = "dequantize";
    friend bool operator==(const Dequantize&, const Dequantize&) = default;
};

/// saturate(round(f32(data) * multiplier) + zero_point). Slots: data, multiplier (f32), zero_point (optional, s32).
struct Requantize {
    static constexpr std::string_view name = "requantize";
    Rounding rounding = Rounding::half_to_even;
    ZeroPointSite zero_point_site = ZeroPointSite::after_rounding;
    friend bool operator==(const Requantize&, const Requantize&) = default;
};

/// Conversion to the type of the output tensor. Slots: data.
struct Convert {
    static constexpr std::string_view name = "convert";
    Rounding rounding = Rounding::half_to_even;
    Overflow overflow = Overflow::saturate;
    friend bool operator==(const Convert&, const Convert&) = default;
};

/// clamp(round(data * multiplier * 2^(shift - 31)) + zero_point, lowest, highest) in integers only. Slots: data (s32),
/// multiplier (s32), shift (s32, positive to the left), zero_point (optional, s32); the parameters are scalar or
/// broadcast to data. Out: an integer type that holds lowest and highest.
struct RequantizeFixedPoint {
    static constexpr std::string_view name = "requantize_fixed_point";
    FixedPointRounding rounding = FixedPointRounding::double_rounding;
    std::int64_t lowest = -128;
    std::int64_t highest = 127;
    friend bool operator==(const RequantizeFixedPoint&, const RequantizeFixedPoint&) = default;
};

/// (data + 2^(shift - 1)) >> shift: division by a power of two, ties up. Slots: data (integer). Out: s32.
struct ShiftRound {
    static constexpr std::string_view name = "shift_round";
    std::int64_t shift = 1;  ///< 1 to 31
    friend bool operator==(const ShiftRound&, const ShiftRound&) = default;
};

/// Dimension d of the result is dimension order[d] of the data. Slots: data. Out: the type of the data.
struct Permute {
    static constexpr std::string_view name = "permute";
    std::vector<std::int64_t> order;
    friend bool operator==(const Permute&, const Permute&) = default;
};

/// The same elements in row-major order under another shape. Slots: data. Out: the type of the data.
struct Reshape {
    static constexpr std::string_view name = "reshape";
    std::vector<std::int64_t> shape;
    friend bool operator==(const Reshape&, const Reshape&) = default;
};

/// In every dimension the elements begin, begin + step, ... below end. Slots: data. Out: the type of the data.
struct Slice {
    static constexpr std::string_view name = "slice";
    std::vector<std::int64_t> begin;
    std::vector<std::int64_t> end;   ///< one past the last candidate
    std::vector<std::int64_t> step;  ///< 1 = every element
    friend bool operator==(const Slice&, const Slice&) = default;
};

/// The inputs one after the other along an axis. Slots: data0, data1 to data7 (optional), all of one type. Out: that
/// type.
struct Concat {
    static constexpr std::string_view name = "concat";
    std::int64_t axis = 1;
    friend bool operator==(const Concat&, const Concat&) = default;
};

/// The identity, with the result in another physical layout. Slots: data. Out: the type of the data.
struct Reorder {
    static constexpr std::string_view name = "reorder";
    Layout layout = Layout::plain;
    friend bool operator==(const Reorder&, const Reorder&) = default;
};

/// One value from every window, channel by channel, with a geometry like that of a convolution; every window holds at
/// least one element of the data. Padding is never the maximum; an average divides by the size of the kernel or by the
/// number of elements that are no padding. Slots: data [N, C, spatial...]. Out: the type of the data; the average of
/// integers also f32.
struct Pooling {
    static constexpr std::string_view name = "pooling";
    PoolingAlgorithm algorithm = PoolingAlgorithm::maximum;
    std::vector<std::int64_t> kernel;
    std::vector<std::int64_t> strides;
    std::vector<std::int64_t> dilations;  ///< 1 = dense
    std::vector<std::int64_t> pads_begin;
    std::vector<std::int64_t> pads_end;
    friend bool operator==(const Pooling&, const Pooling&) = default;
};

/// One value from all elements along the axes, which stay as dimensions of 1. Slots: data. Out: the type of the data;
/// the sum of integers is s32, their mean may also be f32.
struct Reduction {
    static constexpr std::string_view name = "reduction";
    ReductionAlgorithm algorithm = ReductionAlgorithm::sum;
    std::vector<std::int64_t> axes;  ///< ascending
    friend bool operator==(const Reduction&, const Reduction&) = default;
};

/// The spatial dimensions in other sizes, with half-pixel centres: position p of O lies at (p + 1/2) * I / O - 1/2 of
/// the data's I elements. Slots: data [N, C, spatial...]. Out: the type of the data; linear between integers also f32.
struct Resampling {
    static constexpr std::string_view name = "resampling";
    ResamplingAlgorithm algorithm = ResamplingAlgorithm::nearest;
    std::vector<std::int64_t> sizes;  ///< of the result's spatial dimensions
    friend bool operator==(const Resampling&, const Resampling&) = default;
};

/// Along the axis, with the largest element subtracted first, every operation in f32: exp(data - largest) divided by
/// the sum of these, which may be added in any order, as a quotient or times the sum's reciprocal; or data - largest
/// minus the logarithm of the sum. Slots: data. Out: f32.
struct Softmax {
    static constexpr std::string_view name = "softmax";
    SoftmaxAlgorithm algorithm = SoftmaxAlgorithm::share;
    std::int64_t axis = 1;
    friend bool operator==(const Softmax&, const Softmax&) = default;
};

using Operation = std::variant<Convolution, Deconvolution, Matmul, InnerProduct, Eltwise, Binary, Select, Prelu, Sum,
                               FakeQuantize, Quantize, Dequantize, Requantize, Convert, Permute, Reshape, Slice, Concat,
                               Reorder, Pooling, Reduction, Resampling, RequantizeFixedPoint, ShiftRound, Softmax>;

/// The name of the operation as it stands in case files.
std::string_view name_of(const Operation& operation);

/// True when every element of the result depends on one element of each input: the one at its own place, with numpy
/// broadcast.
bool is_elementwise(const Operation& operation);

}  // namespace difftest::graph
