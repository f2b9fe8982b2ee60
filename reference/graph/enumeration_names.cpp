#include "reference/graph/enumeration_names.hpp"

namespace difftest::graph {
namespace {

constexpr NamedValue<Rounding> kRoundings[] = {
    {Rounding::half_to_even, "half_to_even"},
    {Rounding::half_away_from_zero, "half_away_from_zero"},
    {Rounding::half_up, "half_up"},
    {Rounding::toward_zero, "toward_zero"},
};

constexpr NamedValue<ZeroPointSite> kZeroPointSites[] = {
    {ZeroPointSite::before_rounding, "before_rounding"},
    {ZeroPointSite::after_rounding, "after_rounding"},
};

constexpr NamedValue<Overflow> kOverflows[] = {
    {Overflow::saturate, "saturate"},
    {Overflow::wrap, "wrap"},
};

constexpr NamedValue<FixedPointRounding> kFixedPointRoundings[] = {
    {FixedPointRounding::double_rounding, "double_rounding"},
    {FixedPointRounding::single_up, "single_up"},
    {FixedPointRounding::single_away, "single_away"},
    {FixedPointRounding::q31, "q31"},
    {FixedPointRounding::double_up, "double_up"},
};

constexpr NamedValue<Reinterpretation> kReinterpretations[] = {
    {Reinterpretation::none, "none"},
    {Reinterpretation::s8, "s8"},
    {Reinterpretation::u8, "u8"},
};

constexpr NamedValue<FakeQuantizeForm> kFakeQuantizeForms[] = {
    {FakeQuantizeForm::specification, "specification"},
    {FakeQuantizeForm::scale_shift, "scale_shift"},
};

constexpr NamedValue<EltwiseAlgorithm> kEltwiseAlgorithms[] = {
    {EltwiseAlgorithm::relu, "relu"},
    {EltwiseAlgorithm::linear, "linear"},
    {EltwiseAlgorithm::clip, "clip"},
    {EltwiseAlgorithm::clip_v2, "clip_v2"},
    {EltwiseAlgorithm::abs, "abs"},
    {EltwiseAlgorithm::square, "square"},
    {EltwiseAlgorithm::sqrt, "sqrt"},
    {EltwiseAlgorithm::round, "round"},
    {EltwiseAlgorithm::exp, "exp"},
    {EltwiseAlgorithm::log, "log"},
    {EltwiseAlgorithm::tanh, "tanh"},
    {EltwiseAlgorithm::logistic, "logistic"},
    {EltwiseAlgorithm::elu, "elu"},
    {EltwiseAlgorithm::gelu_tanh, "gelu_tanh"},
    {EltwiseAlgorithm::gelu_erf, "gelu_erf"},
    {EltwiseAlgorithm::swish, "swish"},
    {EltwiseAlgorithm::hardsigmoid, "hardsigmoid"},
    {EltwiseAlgorithm::hardswish, "hardswish"},
    {EltwiseAlgorithm::mish, "mish"},
    {EltwiseAlgorithm::soft_relu, "soft_relu"},
    {EltwiseAlgorithm::pow, "pow"},
};

constexpr NamedValue<BinaryAlgorithm> kBinaryAlgorithms[] = {
    {BinaryAlgorithm::add, "add"},
    {BinaryAlgorithm::subtract, "subtract"},
    {BinaryAlgorithm::multiply, "multiply"},
    {BinaryAlgorithm::divide, "divide"},
    {BinaryAlgorithm::maximum, "maximum"},
    {BinaryAlgorithm::minimum, "minimum"},
    {BinaryAlgorithm::greater_equal, "greater_equal"},
    {BinaryAlgorithm::greater, "greater"},
    {BinaryAlgorithm::less_equal, "less_equal"},
    {BinaryAlgorithm::less, "less"},
    {BinaryAlgorithm::equal, "equal"},
    {BinaryAlgorithm::not_equal, "not_equal"},
};

constexpr NamedValue<PoolingAlgorithm> kPoolingAlgorithms[] = {
    {PoolingAlgorithm::maximum, "maximum"},
    {PoolingAlgorithm::average_include_padding, "average_include_padding"},
    {PoolingAlgorithm::average_exclude_padding, "average_exclude_padding"},
};

constexpr NamedValue<ReductionAlgorithm> kReductionAlgorithms[] = {
    {ReductionAlgorithm::sum, "sum"},
    {ReductionAlgorithm::mean, "mean"},
    {ReductionAlgorithm::maximum, "maximum"},
    {ReductionAlgorithm::minimum, "minimum"},
};

constexpr NamedValue<ResamplingAlgorithm> kResamplingAlgorithms[] = {
    {ResamplingAlgorithm::nearest, "nearest"},
    {ResamplingAlgorithm::linear, "linear"},
};

constexpr NamedValue<SoftmaxAlgorithm> kSoftmaxAlgorithms[] = {
    {SoftmaxAlgorithm::share, "share"},
    {SoftmaxAlgorithm::logarithm, "logarithm"},
};

constexpr NamedValue<Layout> kLayouts[] = {
    {Layout::plain, "plain"},
    {Layout::channels_last, "channels_last"},
    {Layout::channels_blocked_4, "channels_blocked_4"},
    {Layout::channels_blocked_8, "channels_blocked_8"},
    {Layout::channels_blocked_16, "channels_blocked_16"},
    {Layout::channels_blocked_32, "channels_blocked_32"},
};

}  // namespace

template <>
std::span<const NamedValue<Rounding>> names_of<Rounding>() {
    return kRoundings;
}

template <>
std::span<const NamedValue<ZeroPointSite>> names_of<ZeroPointSite>() {
    return kZeroPointSites;
}

template <>
std::span<const NamedValue<Overflow>> names_of<Overflow>() {
    return kOverflows;
}

template <>
std::span<const NamedValue<FixedPointRounding>> names_of<FixedPointRounding>() {
    return kFixedPointRoundings;
}

template <>
std::span<const NamedValue<Reinterpretation>> names_of<Reinterpretation>() {
    return kReinterpretations;
}

template <>
std::span<const NamedValue<FakeQuantizeForm>> names_of<FakeQuantizeForm>() {
    return kFakeQuantizeForms;
}

template <>
std::span<const NamedValue<EltwiseAlgorithm>> names_of<EltwiseAlgorithm>() {
    return kEltwiseAlgorithms;
}

template <>
std::span<const NamedValue<BinaryAlgorithm>> names_of<BinaryAlgorithm>() {
    return kBinaryAlgorithms;
}

template <>
std::span<const NamedValue<PoolingAlgorithm>> names_of<PoolingAlgorithm>() {
    return kPoolingAlgorithms;
}

template <>
std::span<const NamedValue<ReductionAlgorithm>> names_of<ReductionAlgorithm>() {
    return kReductionAlgorithms;
}

template <>
std::span<const NamedValue<ResamplingAlgorithm>> names_of<ResamplingAlgorithm>() {
    return kResamplingAlgorithms;
}

template <>
std::span<const NamedValue<SoftmaxAlgorithm>> names_of<SoftmaxAlgorithm>() {
    return kSoftmaxAlgorithms;
}

template <>
std::span<const NamedValue<Layout>> names_of<Layout>() {
    return kLayouts;
}

}  // namespace difftest::graph
