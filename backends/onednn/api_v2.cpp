#include "backends/onednn/api_version.hpp"

#include "backends/backend.hpp"

#include <algorithm>

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

bool has_select() {
    return false;
}

bool has_select_post_op() {
    return false;
}

bool bias_precedes_scale() {
    return true;
}

void set_zero_points(dnnl::primitive_attr& attributes, int argument, int mask) {
    attributes.set_zero_points(argument, mask, {DNNL_RUNTIME_S32_VAL});
}

void set_fixed_zero_points(dnnl::primitive_attr& attributes, int argument, int mask,
                           const std::vector<std::int32_t>& values) {
    attributes.set_zero_points(argument, mask, values);
}

bool reorder_divides() {
    return false;
}

bool has_fixed_parameters() {
    return true;
}

int set_reorder_scales(dnnl::primitive_attr& attributes, int mask, bool /*divides*/) {
    attributes.set_output_scales(mask, {DNNL_RUNTIME_F32_VAL});
    return DNNL_ARG_ATTR_OUTPUT_SCALES;
}

void set_fixed_reorder_scales(dnnl::primitive_attr& attributes, int mask, const std::vector<float>& values) {
    attributes.set_output_scales(mask, values);
}

int set_result_scales(dnnl::primitive_attr& attributes, const ResultScaleSite& site) {
    attributes.set_output_scales(site.per_channel ? 1 << 1 : 0, {DNNL_RUNTIME_F32_VAL});
    return DNNL_ARG_ATTR_OUTPUT_SCALES;
}

void set_fixed_result_scales(dnnl::primitive_attr& attributes, const ResultScaleSite& site,
                             const std::vector<float>& values) {
    attributes.set_output_scales(site.per_channel ? 1 << 1 : 0, values);
}

std::optional<Blocking> blocking_of(const dnnl::memory::desc& layout) {
    const dnnl_memory_desc_t& d = layout.data;
    if (d.format_kind != dnnl_blocked) {
        return std::nullopt;
    }
    const dnnl_blocking_desc_t& b = d.format_desc.blocking;
    return Blocking{{d.dims, d.dims + d.ndims},
                    {d.padded_dims, d.padded_dims + d.ndims},
                    {b.strides, b.strides + d.ndims},
                    d.offset0,
                    {b.inner_blks, b.inner_blks + b.inner_nblks},
                    {b.inner_idxs, b.inner_idxs + b.inner_nblks},
                    dnnl::memory::data_type_size(layout.data_type()),
                    layout.data_type()};
}

void append_depthwise(dnnl::post_ops& post_ops, dnnl::memory::data_type weights, dnnl::memory::data_type bias,
                      dnnl::memory::data_type destination, const DepthwiseGeometry& geometry) {
    post_ops.append_dw(weights, bias, destination, geometry.kernel, geometry.stride, geometry.padding, 0, {1.0F});
}

void append_select(dnnl::post_ops& /*post_ops*/, const dnnl::memory::desc& /*otherwise*/,
                   const dnnl::memory::desc& /*condition*/) {
    throw Unsupported("oneDNN 2.x has no select");
}

bool is_any(const dnnl::memory::desc& layout) {
    return layout.data.format_kind == dnnl_format_kind_any;
}

namespace {

template <class Primitive, class... Attributes>
Candidates candidates(const typename Primitive::desc& operation, const dnnl::engine& engine,
                      const Attributes&... attributes) {
    auto kept = std::make_shared<const typename Primitive::desc>(operation);
    typename Primitive::primitive_desc descriptor(*kept, attributes..., engine);
    return {std::move(descriptor), std::move(kept)};
}

template <class Forward>
Candidates spatial(const dnnl::engine& engine, dnnl::algorithm algorithm, const ContractionDescription& d,
                   const Geometry& g, const dnnl::primitive_attr& attributes) {
    const auto kind = dnnl::prop_kind::forward_inference;
    const auto operation = d.bias ? typename Forward::desc(kind, algorithm, d.source, d.weights, *d.bias, d.destination,
                                                           g.strides, g.dilations, g.padding_left, g.padding_right)
                                  : typename Forward::desc(kind, algorithm, d.source, d.weights, d.destination,
                                                           g.strides, g.dilations, g.padding_left, g.padding_right);
    return candidates<Forward>(operation, engine, attributes);
}

}  // namespace

Candidates convolution(const dnnl::engine& engine, bool is_transposed, const ContractionDescription& description,
                       const Geometry& geometry, const dnnl::primitive_attr& attributes) {
    return is_transposed ? spatial<dnnl::deconvolution_forward>(engine, dnnl::algorithm::deconvolution_direct,
                                                                description, geometry, attributes)
                         : spatial<dnnl::convolution_forward>(engine, dnnl::algorithm::convolution_direct, description,
                                                              geometry, attributes);
}

Candidates inner_product(const dnnl::engine& engine, const ContractionDescription& d,
                         const dnnl::primitive_attr& attributes) {
    const auto kind = dnnl::prop_kind::forward_inference;
    using Forward = dnnl::inner_product_forward;
    const Forward::desc operation = d.bias ? Forward::desc(kind, d.source, d.weights, *d.bias, d.destination)
                                           : Forward::desc(kind, d.source, d.weights, d.destination);
    return candidates<Forward>(operation, engine, attributes);
}

Candidates matmul(const dnnl::engine& engine, const ContractionDescription& d, const dnnl::primitive_attr& attributes) {
    const dnnl::matmul::desc operation = d.bias ? dnnl::matmul::desc(d.source, d.weights, *d.bias, d.destination)
                                                : dnnl::matmul::desc(d.source, d.weights, d.destination);
    return candidates<dnnl::matmul>(operation, engine, attributes);
}

Candidates pooling(const dnnl::engine& engine, dnnl::algorithm algorithm, const dnnl::memory::desc& source,
                   const dnnl::memory::desc& destination, const Geometry& g, const dnnl::primitive_attr& attributes) {
    const auto kind = dnnl::prop_kind::forward_inference;
    if (std::all_of(g.dilations.begin(), g.dilations.end(), [](auto dilation) { return dilation == 0; })) {
        const dnnl::pooling_forward::desc operation(kind, algorithm, source, destination, g.strides, g.kernel,
                                                    g.padding_left, g.padding_right);
        return candidates<dnnl::pooling_forward>(operation, engine, attributes);
    }
    const dnnl::pooling_v2_forward::desc operation(kind, algorithm, source, destination, g.strides, g.kernel,
                                                   g.dilations, g.padding_left, g.padding_right);
    return candidates<dnnl::pooling_v2_forward>(operation, engine, attributes);
}

Candidates resampling(const dnnl::engine& engine, dnnl::algorithm algorithm, const dnnl::memory::desc& source,
                      const dnnl::memory::desc& destination, const dnnl::primitive_attr& attributes) {
    const dnnl::resampling_forward::desc operation(dnnl::prop_kind::forward_inference, algorithm, source, destination);
    return candidates<dnnl::resampling_forward>(operation, engine, attributes);
}

Candidates reduction(const dnnl::engine& engine, dnnl::algorithm algorithm, const dnnl::memory::desc& source,
                     const dnnl::memory::desc& destination, const dnnl::primitive_attr& attributes) {
    const dnnl::reduction::desc operation(algorithm, source, destination, 0.0F, 0.0F);
    return candidates<dnnl::reduction>(operation, engine, attributes);
}

std::optional<int> set_softmax_scale(dnnl::primitive_attr& attributes, float scale) {
    attributes.set_output_scales(0, {scale});
    return std::nullopt;
}

Candidates softmax(const dnnl::engine& engine, bool is_logarithm, const dnnl::memory::desc& source,
                   const dnnl::memory::desc& destination, int axis, const dnnl::primitive_attr& attributes) {
    const auto algorithm = is_logarithm ? dnnl::algorithm::softmax_log : dnnl::algorithm::softmax_accurate;
    const dnnl::softmax_v2_forward::desc operation(dnnl::prop_kind::forward_inference, algorithm, source, destination,
                                                   axis);
    return candidates<dnnl::softmax_v2_forward>(operation, engine, attributes);
}

Candidates prelu(const dnnl::engine& engine, const dnnl::memory::desc& source, const dnnl::memory::desc& weights,
                 const dnnl::memory::desc& destination) {
    if (source != destination) {
        throw Unsupported("a prelu of oneDNN 2.x stores the type of its source");
    }
    const dnnl::prelu_forward::desc operation(dnnl::prop_kind::forward_inference, source, weights);
    return candidates<dnnl::prelu_forward>(operation, engine);
}

dnnl::primitive_desc_base concat(const dnnl::engine& engine, int axis, const std::vector<dnnl::memory::desc>& sources,
                                 const dnnl::memory::desc& destination) {
    return dnnl::concat::primitive_desc(destination, axis, sources, engine);
}

dnnl::primitive_desc_base sum(const dnnl::engine& engine, const std::vector<float>& scales,
                              const std::vector<dnnl::memory::desc>& sources, const dnnl::memory::desc& destination) {
    return dnnl::sum::primitive_desc(destination, scales, sources, engine);
}

Candidates select(const dnnl::engine& /*engine*/, const dnnl::memory::desc& /*source0*/,
                  const dnnl::memory::desc& /*source1*/, const dnnl::memory::desc& /*condition*/,
                  const dnnl::memory::desc& /*destination*/) {
    throw Unsupported("oneDNN 2.x has no select");
}

Candidates eltwise(const dnnl::engine& engine, dnnl::algorithm algorithm, const dnnl::memory::desc& source,
                   const dnnl::memory::desc& destination, float alpha, float beta,
                   const dnnl::primitive_attr& attributes) {
    if (source != destination) {
        throw Unsupported("an eltwise of oneDNN 2.x stores the type of its source");
    }
    const dnnl::eltwise_forward::desc operation(dnnl::prop_kind::forward_inference, algorithm, source, alpha, beta);
    return candidates<dnnl::eltwise_forward>(operation, engine, attributes);
}

Candidates binary(const dnnl::engine& engine, dnnl::algorithm algorithm, const dnnl::memory::desc& source0,
                  const dnnl::memory::desc& source1, const dnnl::memory::desc& destination,
                  const dnnl::primitive_attr& attributes) {
    const dnnl::binary::desc operation(algorithm, source0, source1, destination);
    return candidates<dnnl::binary>(operation, engine, attributes);
}

}  // namespace difftest::backends::onednn::api
