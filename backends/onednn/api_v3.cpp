#include "backends/onednn/api_version.hpp"

#include "backends/backend.hpp"

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

// The ternary select came with 3.7.
#if DNNL_VERSION_MAJOR > 3 || DNNL_VERSION_MINOR >= 7
bool has_select() {
    return true;
}

Candidates select(const dnnl::engine& engine, const dnnl::memory::desc& source0, const dnnl::memory::desc& source1,
                  const dnnl::memory::desc& condition, const dnnl::memory::desc& destination) {
    return {
        dnnl::binary::primitive_desc(engine, dnnl::algorithm::binary_select, source0, source1, condition, destination),
        nullptr};
}
#else
bool has_select() {
    return false;
}

Candidates select(const dnnl::engine& /*engine*/, const dnnl::memory::desc& /*source0*/,
                  const dnnl::memory::desc& /*source1*/, const dnnl::memory::desc& /*condition*/,
                  const dnnl::memory::desc& /*destination*/) {
    throw Unsupported("this version of oneDNN has no select");
}
#endif

// As a post-op it came with 3.8.
#if DNNL_VERSION_MAJOR > 3 || DNNL_VERSION_MINOR >= 8
bool has_select_post_op() {
    return true;
}

void append_select(dnnl::post_ops& post_ops, const dnnl::memory::desc& otherwise, const dnnl::memory::desc& condition) {
    post_ops.append_binary(dnnl::algorithm::binary_select, otherwise, condition);
}
#else
bool has_select_post_op() {
    return false;
}

void append_select(dnnl::post_ops& /*post_ops*/, const dnnl::memory::desc& /*otherwise*/,
                   const dnnl::memory::desc& /*condition*/) {
    throw Unsupported("this version of oneDNN has no select among the post-ops");
}
#endif

bool bias_precedes_scale() {
    return false;
}

void set_zero_points(dnnl::primitive_attr& attributes, int argument, int mask) {
    attributes.set_zero_points_mask(argument, mask);
}

void set_fixed_zero_points(dnnl::primitive_attr& /*attributes*/, int /*argument*/, int /*mask*/,
                           const std::vector<std::int32_t>& /*values*/) {
    throw Unsupported("oneDNN 3.x takes zero points at the execution only");
}

bool reorder_divides() {
    return true;
}

bool has_fixed_parameters() {
    return false;
}

int set_reorder_scales(dnnl::primitive_attr& attributes, int mask, bool divides) {
    const int argument = divides ? DNNL_ARG_TO : DNNL_ARG_FROM;
    attributes.set_scales_mask(argument, mask);
    return DNNL_ARG_ATTR_SCALES | argument;
}

void set_fixed_reorder_scales(dnnl::primitive_attr& /*attributes*/, int /*mask*/,
                              const std::vector<float>& /*values*/) {
    throw Unsupported("oneDNN 3.x takes scales at the execution only");
}

int set_result_scales(dnnl::primitive_attr& attributes, const ResultScaleSite& site) {
    if (site.has_bias) {
        throw Unsupported("oneDNN 3.x adds the bias behind the scales of the weights");
    }
    if (site.per_channel && site.weights_mask == 0) {
        throw Unsupported("oneDNN 3.x has no scales for this dimension");
    }
    attributes.set_scales_mask(DNNL_ARG_WEIGHTS, site.per_channel ? site.weights_mask : 0);
    return DNNL_ARG_ATTR_SCALES | DNNL_ARG_WEIGHTS;
}

void set_fixed_result_scales(dnnl::primitive_attr& /*attributes*/, const ResultScaleSite& /*site*/,
                             const std::vector<float>& /*values*/) {
    throw Unsupported("oneDNN 3.x takes scales at the execution only");
}

std::optional<Blocking> blocking_of(const dnnl::memory::desc& layout) {
    if (layout.get_format_kind() != dnnl::memory::format_kind::blocked) {
        return std::nullopt;
    }
    return Blocking{layout.get_dims(),
                    layout.get_padded_dims(),
                    layout.get_strides(),
                    layout.get_submemory_offset(),
                    layout.get_inner_blks(),
                    layout.get_inner_idxs(),
                    dnnl::memory::data_type_size(layout.get_data_type()),
                    layout.get_data_type()};
}

void append_depthwise(dnnl::post_ops& post_ops, dnnl::memory::data_type weights, dnnl::memory::data_type bias,
                      dnnl::memory::data_type destination, const DepthwiseGeometry& geometry) {
    post_ops.append_dw(weights, bias, destination, geometry.kernel, geometry.stride, geometry.padding);
}

bool is_any(const dnnl::memory::desc& layout) {
    return layout.get_format_kind() == dnnl::memory::format_kind::any;
}

namespace {

template <class Forward>
Candidates spatial(const dnnl::engine& engine, dnnl::algorithm algorithm, const ContractionDescription& d,
                   const Geometry& g, const dnnl::primitive_attr& attributes) {
    const auto kind = dnnl::prop_kind::forward_inference;
    using Descriptor = typename Forward::primitive_desc;
    if (d.bias) {
        return {Descriptor(engine, kind, algorithm, d.source, d.weights, *d.bias, d.destination, g.strides, g.dilations,
                           g.padding_left, g.padding_right, attributes),
                nullptr};
    }
    return {Descriptor(engine, kind, algorithm, d.source, d.weights, d.destination, g.strides, g.dilations,
                       g.padding_left, g.padding_right, attributes),
            nullptr};
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
    using Descriptor = dnnl::inner_product_forward::primitive_desc;
    return {d.bias ? Descriptor(engine, kind, d.source, d.weights, *d.bias, d.destination, attributes)
                   : Descriptor(engine, kind, d.source, d.weights, d.destination, attributes),
            nullptr};
}

Candidates matmul(const dnnl::engine& engine, const ContractionDescription& d, const dnnl::primitive_attr& attributes) {
    using Descriptor = dnnl::matmul::primitive_desc;
    return {d.bias ? Descriptor(engine, d.source, d.weights, *d.bias, d.destination, attributes)
                   : Descriptor(engine, d.source, d.weights, d.destination, attributes),
            nullptr};
}

Candidates pooling(const dnnl::engine& engine, dnnl::algorithm algorithm, const dnnl::memory::desc& source,
                   const dnnl::memory::desc& destination, const Geometry& g, const dnnl::primitive_attr& attributes) {
    return {dnnl::pooling_forward::primitive_desc(engine, dnnl::prop_kind::forward_inference, algorithm, source,
                                                  destination, g.strides, g.kernel, g.dilations, g.padding_left,
                                                  g.padding_right, attributes),
            nullptr};
}

Candidates resampling(const dnnl::engine& engine, dnnl::algorithm algorithm, const dnnl::memory::desc& source,
                      const dnnl::memory::desc& destination, const dnnl::primitive_attr& attributes) {
    return {dnnl::resampling_forward::primitive_desc(engine, dnnl::prop_kind::forward_inference, algorithm, source,
                                                     destination, attributes),
            nullptr};
}

Candidates reduction(const dnnl::engine& engine, dnnl::algorithm algorithm, const dnnl::memory::desc& source,
                     const dnnl::memory::desc& destination, const dnnl::primitive_attr& attributes) {
    return {dnnl::reduction::primitive_desc(engine, algorithm, source, destination, 0.0F, 0.0F, attributes), nullptr};
}

std::optional<int> set_softmax_scale(dnnl::primitive_attr& attributes, float /*scale*/) {
    attributes.set_scales_mask(DNNL_ARG_SRC, 0);
    return DNNL_ARG_ATTR_SCALES | DNNL_ARG_SRC;
}

Candidates softmax(const dnnl::engine& engine, bool is_logarithm, const dnnl::memory::desc& source,
                   const dnnl::memory::desc& destination, int axis, const dnnl::primitive_attr& attributes) {
    const auto algorithm = is_logarithm ? dnnl::algorithm::softmax_log : dnnl::algorithm::softmax_accurate;
    return {dnnl::softmax_forward::primitive_desc(engine, dnnl::prop_kind::forward_inference, algorithm, source,
                                                  destination, axis, attributes),
            nullptr};
}

Candidates prelu(const dnnl::engine& engine, const dnnl::memory::desc& source, const dnnl::memory::desc& weights,
                 const dnnl::memory::desc& destination) {
    return {
        dnnl::prelu_forward::primitive_desc(engine, dnnl::prop_kind::forward_inference, source, weights, destination),
        nullptr};
}

dnnl::primitive_desc_base concat(const dnnl::engine& engine, int axis, const std::vector<dnnl::memory::desc>& sources,
                                 const dnnl::memory::desc& destination) {
    return dnnl::concat::primitive_desc(engine, destination, axis, sources);
}

dnnl::primitive_desc_base sum(const dnnl::engine& engine, const std::vector<float>& scales,
                              const std::vector<dnnl::memory::desc>& sources, const dnnl::memory::desc& destination) {
    return dnnl::sum::primitive_desc(engine, destination, scales, sources);
}

Candidates eltwise(const dnnl::engine& engine, dnnl::algorithm algorithm, const dnnl::memory::desc& source,
                   const dnnl::memory::desc& destination, float alpha, float beta,
                   const dnnl::primitive_attr& attributes) {
    return {dnnl::eltwise_forward::primitive_desc(engine, dnnl::prop_kind::forward_inference, algorithm, source,
                                                  destination, alpha, beta, attributes),
            nullptr};
}

Candidates binary(const dnnl::engine& engine, dnnl::algorithm algorithm, const dnnl::memory::desc& source0,
                  const dnnl::memory::desc& source1, const dnnl::memory::desc& destination,
                  const dnnl::primitive_attr& attributes) {
    return {dnnl::binary::primitive_desc(engine, algorithm, source0, source1, destination, attributes), nullptr};
}

}  // namespace difftest::backends::onednn::api
