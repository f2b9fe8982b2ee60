#include "backends/onednn/api_version.hpp"

#if DNNL_VERSION_MAJOR != 3
#error "api_v3.cpp is for oneDNN 3.x"
#endif

namespace difftest::backends::onednn::api {

std::string_view contract_level() {
    return "onednn3";
}

std::vector<IsaRung> isa_ladder() {
    return {
        {"AVX512_CORE_AMX_FP16", dnnl::cpu_isa::avx512_core_amx_fp16},
        {"AVX512_CORE_AMX", dnnl::cpu_isa::avx512_core_amx},
        {"AVX512_CORE_FP16", dnnl::cpu_isa::avx512_core_fp16},
        {"AVX512_CORE_BF16", dnnl::cpu_isa::avx512_core_bf16},
        {"AVX512_CORE_VNNI", dnnl::cpu_isa::avx512_core_vnni},
        {"AVX512_CORE", dnnl::cpu_isa::avx512_core},
        {"AVX2_VNNI_2", dnnl::cpu_isa::avx2_vnni_2},
        {"AVX2_VNNI", dnnl::cpu_isa::avx2_vnni},
        {"AVX2", dnnl::cpu_isa::avx2},
        {"AVX", dnnl::cpu_isa::avx},
        {"SSE41", dnnl::cpu_isa::sse41},
    };
}

std::optional<dnnl::algorithm> hardsigmoid() {
    return dnnl::algorithm::eltwise_hardsigmoid;
}

std::optional<std::string> why_not(const EltwiseStep& /*step*/) {
    return std::nullopt;
}

void append_eltwise(dnnl::post_ops& post_ops, dnnl::algorithm algorithm, float alpha, float beta) {
    post_ops.append_eltwise(algorithm, alpha, beta);
}

void set_source_zero_points(dnnl::primitive_attr& attributes, int mask) {
    attributes.set_zero_points_mask(DNNL_ARG_SRC, mask);
}

Candidates convolution(const dnnl::engine& engine, const ConvolutionDescription& description,
                       const dnnl::primitive_attr& attributes) {
    const ConvolutionDescription& d = description;
    const auto kind = dnnl::prop_kind::forward_inference;
    const auto algorithm = dnnl::algorithm::convolution_direct;
    using Descriptor = dnnl::convolution_forward::primitive_desc;
    if (d.bias) {
        return {Descriptor(engine, kind, algorithm, d.source, d.weights, *d.bias, d.destination, d.strides, d.dilations,
                           d.padding_left, d.padding_right, attributes),
                nullptr};
    }
    return {Descriptor(engine, kind, algorithm, d.source, d.weights, d.destination, d.strides, d.dilations,
                       d.padding_left, d.padding_right, attributes),
            nullptr};
}

Candidates deconvolution(const dnnl::engine& engine, const ConvolutionDescription& description,
                         const dnnl::primitive_attr& attributes) {
    const ConvolutionDescription& d = description;
    const auto kind = dnnl::prop_kind::forward_inference;
    const auto algorithm = dnnl::algorithm::deconvolution_direct;
    using Descriptor = dnnl::deconvolution_forward::primitive_desc;
    if (d.bias) {
        return {Descriptor(engine, kind, algorithm, d.source, d.weights, *d.bias, d.destination, d.strides, d.dilations,
                           d.padding_left, d.padding_right, attributes),
                nullptr};
    }
    return {Descriptor(engine, kind, algorithm, d.source, d.weights, d.destination, d.strides, d.dilations,
                       d.padding_left, d.padding_right, attributes),
            nullptr};
}

Candidates eltwise(const dnnl::engine& engine, dnnl::algorithm algorithm, const dnnl::memory::desc& data, float alpha,
                   float beta, const dnnl::primitive_attr& attributes) {
    return {dnnl::eltwise_forward::primitive_desc(engine, dnnl::prop_kind::forward_inference, algorithm, data, data,
                                                  alpha, beta, attributes),
            nullptr};
}

Candidates binary(const dnnl::engine& engine, dnnl::algorithm algorithm, const dnnl::memory::desc& source0,
                  const dnnl::memory::desc& source1, const dnnl::memory::desc& destination,
                  const dnnl::primitive_attr& attributes) {
    return {dnnl::binary::primitive_desc(engine, algorithm, source0, source1, destination, attributes), nullptr};
}

}  // namespace difftest::backends::onednn::api
