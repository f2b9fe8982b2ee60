#include "backends/onednn/api_version.hpp"

#if DNNL_VERSION_MAJOR != 2
#error "api_v2.cpp is for oneDNN 2.x"
#endif

namespace difftest::backends::onednn::api {

using graph::EltwiseAlgorithm;

std::string_view contract_level() {
    return "onednn2";
}

std::vector<IsaRung> isa_ladder() {
    return {
        {"AVX512_CORE_AMX", dnnl::cpu_isa::avx512_core_amx},
        {"AVX512_CORE_BF16", dnnl::cpu_isa::avx512_core_bf16},
        {"AVX512_CORE_VNNI", dnnl::cpu_isa::avx512_core_vnni},
        {"AVX512_CORE", dnnl::cpu_isa::avx512_core},
        {"AVX2_VNNI", dnnl::cpu_isa::avx2_vnni},
        {"AVX2", dnnl::cpu_isa::avx2},
        {"AVX", dnnl::cpu_isa::avx},
        {"SSE41", dnnl::cpu_isa::sse41},
    };
}

std::optional<dnnl::algorithm> hardsigmoid() {
    return std::nullopt;
}

std::optional<std::string> why_not(const EltwiseStep& step) {
    switch (step.algorithm) {
        case EltwiseAlgorithm::hardsigmoid: return "oneDNN 2.6 has no hardsigmoid";
        case EltwiseAlgorithm::hardswish:
            if (step.alpha != 1.0F / 6.0F || step.beta != 0.5F) {
                return "oneDNN 2.x has hardswish with alpha 1/6 and beta 1/2 only";
            }
            return std::nullopt;
        case EltwiseAlgorithm::soft_relu:
            if (step.alpha != 1.0F) {
                return "oneDNN 2.x has soft_relu with alpha 1 only";
            }
            return std::nullopt;
        default: return std::nullopt;
    }
}

void append_eltwise(dnnl::post_ops& post_ops, dnnl::algorithm algorithm, float alpha, float beta) {
    post_ops.append_eltwise(1.0F, algorithm, alpha, beta);
}

void set_source_zero_points(dnnl::primitive_attr& attributes, int mask) {
    attributes.set_zero_points(DNNL_ARG_SRC, mask, {DNNL_RUNTIME_S32_VAL});
}

namespace {

template <typename Primitive>
Candidates candidates(const typename Primitive::desc& operation, const dnnl::primitive_attr& attributes,
                      const dnnl::engine& engine) {
    auto kept = std::make_shared<const typename Primitive::desc>(operation);
    typename Primitive::primitive_desc descriptor(*kept, attributes, engine);
    return {std::move(descriptor), std::move(kept)};
}

}  // namespace

Candidates convolution(const dnnl::engine& engine, const ConvolutionDescription& description,
                       const dnnl::primitive_attr& attributes) {
    const ConvolutionDescription& d = description;
    const auto kind = dnnl::prop_kind::forward_inference;
    const auto algorithm = dnnl::algorithm::convolution_direct;
    using Forward = dnnl::convolution_forward;
    const Forward::desc operation = d.bias ? Forward::desc(kind, algorithm, d.source, d.weights, *d.bias, d.destination,
                                                           d.strides, d.dilations, d.padding_left, d.padding_right)
                                           : Forward::desc(kind, algorithm, d.source, d.weights, d.destination,
                                                           d.strides, d.dilations, d.padding_left, d.padding_right);
    return candidates<Forward>(operation, attributes, engine);
}

Candidates deconvolution(const dnnl::engine& engine, const ConvolutionDescription& description,
                         const dnnl::primitive_attr& attributes) {
    const ConvolutionDescription& d = description;
    const auto kind = dnnl::prop_kind::forward_inference;
    const auto algorithm = dnnl::algorithm::deconvolution_direct;
    using Forward = dnnl::deconvolution_forward;
    const Forward::desc operation = d.bias ? Forward::desc(kind, algorithm, d.source, d.weights, *d.bias, d.destination,
                                                           d.strides, d.dilations, d.padding_left, d.padding_right)
                                           : Forward::desc(kind, algorithm, d.source, d.weights, d.destination,
                                                           d.strides, d.dilations, d.padding_left, d.padding_right);
    return candidates<Forward>(operation, attributes, engine);
}

Candidates eltwise(const dnnl::engine& engine, dnnl::algorithm algorithm, const dnnl::memory::desc& data, float alpha,
                   float beta, const dnnl::primitive_attr& attributes) {
    const dnnl::eltwise_forward::desc operation(dnnl::prop_kind::forward_inference, algorithm, data, alpha, beta);
    return candidates<dnnl::eltwise_forward>(operation, attributes, engine);
}

Candidates binary(const dnnl::engine& engine, dnnl::algorithm algorithm, const dnnl::memory::desc& source0,
                  const dnnl::memory::desc& source1, const dnnl::memory::desc& destination,
                  const dnnl::primitive_attr& attributes) {
    const dnnl::binary::desc operation(algorithm, source0, source1, destination);
    return candidates<dnnl::binary>(operation, attributes, engine);
}

}  // namespace difftest::backends::onednn::api
