#pragma once

#include "backends/onednn/eltwise_support.hpp"

#include <oneapi/dnnl/dnnl.hpp>

#include <memory>
#include <optional>
#include <string_view>
#include <vector>

/// Everything in which the v2 and the v3 API differ, behind one interface. api_v2.cpp and api_v3.cpp implement it; the
/// build takes the one of the library it found. Nothing else in this folder depends on the version.
namespace difftest::backends::onednn::api {

/// The contract level that this generation of the library documents: "onednn2" or "onednn3".
std::string_view contract_level();

struct IsaRung {
    std::string_view name;  ///< the value of ONEDNN_MAX_CPU_ISA
    dnnl::cpu_isa isa;
};

/// The ISA rungs that this generation knows, highest first.
std::vector<IsaRung> isa_ladder();

/// hardsigmoid came with v2.7.
std::optional<dnnl::algorithm> hardsigmoid();

void append_eltwise(dnnl::post_ops& post_ops, dnnl::algorithm algorithm, float alpha, float beta);

/// Announces zero points of an argument that come with the execution (s32, DNNL_ARG_ATTR_ZERO_POINTS | argument).
void set_zero_points(dnnl::primitive_attr& attributes, int argument, int mask);

/// Zero points that are part of the primitive. Throws Unsupported where the library takes them at the execution only.
void set_fixed_zero_points(dnnl::primitive_attr& attributes, int argument, int mask,
                           const std::vector<std::int32_t>& values);

/// The factors of a contraction's result: they multiply the sums of products, with the bias where there is one, before
/// any post-op.
struct ResultScaleSite {
    bool per_channel = false;  ///< one factor for each element of dimension 1 of the result
    int weights_mask = 0;      ///< bits of the dimensions of the weights that make up that dimension; 0 when unknown
    bool has_bias = false;
};

/// Whether the factors multiply the bias, too (v2), or only the sums of products.
bool bias_precedes_scale();

/// Announces factors that come with the execution; returns their argument (f32). Throws Unsupported where the library
/// has no factors at this site.
int set_result_scales(dnnl::primitive_attr& attributes, const ResultScaleSite& site);

/// Factors that are part of the primitive. Throws Unsupported where the library takes them at the execution only.
void set_fixed_result_scales(dnnl::primitive_attr& attributes, const ResultScaleSite& site,
                             const std::vector<float>& values);

/// Whether a reorder divides by the scales of its destination (v3), or has nothing but factors (v2).
bool reorder_divides();

/// Whether scales and zero points can be part of a primitive (v2), or come with the execution always (v3).
bool has_fixed_parameters();

/// Announces the scales of a reorder that come with the execution; returns their argument (f32). `divides`: they belong
/// to the destination, where the library has that; the caller gives reciprocals where it has not.
int set_reorder_scales(dnnl::primitive_attr& attributes, int mask, bool divides);

/// Factors that are part of the reorder. Throws Unsupported where the library takes them at the execution only.
void set_fixed_reorder_scales(dnnl::primitive_attr& attributes, int mask, const std::vector<float>& values);

struct DepthwiseGeometry {
    dnnl::memory::dim kernel = 3;
    dnnl::memory::dim stride = 1;
    dnnl::memory::dim padding = 1;
};

/// A depthwise convolution as a post-op of a 1x1 convolution.
void append_depthwise(dnnl::post_ops& post_ops, dnnl::memory::data_type weights, dnnl::memory::data_type bias,
                      dnnl::memory::data_type destination, const DepthwiseGeometry& geometry);

/// A select post-op: the flowing value where the condition is not 0, `otherwise` elsewhere. Throws Unsupported.
void append_select(dnnl::post_ops& post_ops, const dnnl::memory::desc& otherwise, const dnnl::memory::desc& condition);

/// The parts of a strided or blocked layout.
struct Blocking {
    dnnl::memory::dims extents;
    dnnl::memory::dims padded_extents;
    dnnl::memory::dims strides;  ///< of whole blocks, in elements
    std::int64_t offset = 0;     ///< of the first element, in elements
    dnnl::memory::dims inner_blocks;
    dnnl::memory::dims inner_dimensions;  ///< which dimension each inner block belongs to
    std::size_t element_bytes = 0;
    dnnl::memory::data_type element = dnnl::memory::data_type::undef;
};

/// Nothing for a layout of another kind.
std::optional<Blocking> blocking_of(const dnnl::memory::desc& layout);

/// The layout is still to be chosen.
bool is_any(const dnnl::memory::desc& layout);

/// Memory descriptors of a sum of products.
struct ContractionDescription {
    dnnl::memory::desc source;
    dnnl::memory::desc weights;
    std::optional<dnnl::memory::desc> bias;
    dnnl::memory::desc destination;
};

/// Geometry of a convolution, deconvolution or pooling in the library's terms: dilations start at 0.
struct Geometry {
    dnnl::memory::dims kernel;  ///< of a pooling only
    dnnl::memory::dims strides;
    dnnl::memory::dims dilations;
    dnnl::memory::dims padding_left;
    dnnl::memory::dims padding_right;
};

/// A descriptor that stands at the library's first implementation. v2 reads the operation when it is advanced to the
/// next one, and does not keep it.
struct Candidates {
    dnnl::primitive_desc descriptor;
    std::shared_ptr<const void> operation;
};

/// Primitive descriptors for inference. All throw dnnl::error when the library has no implementation.
Candidates convolution(const dnnl::engine& engine, bool is_transposed, const ContractionDescription& description,
                       const Geometry& geometry, const dnnl::primitive_attr& attributes);
Candidates inner_product(const dnnl::engine& engine, const ContractionDescription& description,
                         const dnnl::primitive_attr& attributes);
Candidates matmul(const dnnl::engine& engine, const ContractionDescription& description,
                  const dnnl::primitive_attr& attributes);
Candidates pooling(const dnnl::engine& engine, dnnl::algorithm algorithm, const dnnl::memory::desc& source,
                   const dnnl::memory::desc& destination, const Geometry& geometry,
                   const dnnl::primitive_attr& attributes);
Candidates resampling(const dnnl::engine& engine, dnnl::algorithm algorithm, const dnnl::memory::desc& source,
                      const dnnl::memory::desc& destination, const dnnl::primitive_attr& attributes);
Candidates reduction(const dnnl::engine& engine, dnnl::algorithm algorithm, const dnnl::memory::desc& source,
                     const dnnl::memory::desc& destination, const dnnl::primitive_attr& attributes);
/// A factor on the result of a softmax: part of the attributes (v2), or the argument with which it comes (v3, f32).
std::optional<int> set_softmax_scale(dnnl::primitive_attr& attributes, float scale);
Candidates softmax(const dnnl::engine& engine, bool is_logarithm, const dnnl::memory::desc& source,
                   const dnnl::memory::desc& destination, int axis, const dnnl::primitive_attr& attributes);
/// v2 has one descriptor for source and destination.
Candidates prelu(const dnnl::engine& engine, const dnnl::memory::desc& source, const dnnl::memory::desc& weights,
                 const dnnl::memory::desc& destination);
dnnl::primitive_desc_base concat(const dnnl::engine& engine, int axis, const std::vector<dnnl::memory::desc>& sources,
                                 const dnnl::memory::desc& destination);
dnnl::primitive_desc_base sum(const dnnl::engine& engine, const std::vector<float>& scales,
                              const std::vector<dnnl::memory::desc>& sources, const dnnl::memory::desc& destination);
/// Throws Unsupported where the library has no select. Source 0 where the condition (s8) is not 0, source 1 elsewhere.
Candidates select(const dnnl::engine& engine, const dnnl::memory::desc& source0, const dnnl::memory::desc& source1,
                  const dnnl::memory::desc& condition, const dnnl::memory::desc& destination);
/// v2 computes in the source's type: it is the destination's, too. Throws Unsupported otherwise.
Candidates eltwise(const dnnl::engine& engine, dnnl::algorithm algorithm, const dnnl::memory::desc& source,
                   const dnnl::memory::desc& destination, float alpha, float beta,
                   const dnnl::primitive_attr& attributes);
Candidates binary(const dnnl::engine& engine, dnnl::algorithm algorithm, const dnnl::memory::desc& source0,
                  const dnnl::memory::desc& source1, const dnnl::memory::desc& destination,
                  const dnnl::primitive_attr& attributes);

}  // namespace difftest::backends::onednn::api
