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

/// Announces data zero points that come with the execution (s32, argument DNNL_ARG_ATTR_ZERO_POINTS | DNNL_ARG_SRC).
void set_source_zero_points(dnnl::primitive_attr& attributes, int mask);

/// Memory descriptors and geometry of a convolution or deconvolution in the library's terms: dilations start at 0.
struct ConvolutionDescription {
    dnnl::memory::desc source;
    dnnl::memory::desc weights;
    std::optional<dnnl::memory::desc> bias;
    dnnl::memory::desc destination;
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
Candidates convolution(const dnnl::engine& engine, const ConvolutionDescription& description,
                       const dnnl::primitive_attr& attributes);
Candidates deconvolution(const dnnl::engine& engine, const ConvolutionDescription& description,
                         const dnnl::primitive_attr& attributes);
Candidates eltwise(const dnnl::engine& engine, dnnl::algorithm algorithm, const dnnl::memory::desc& data, float alpha,
                   float beta, const dnnl::primitive_attr& attributes);
Candidates binary(const dnnl::engine& engine, dnnl::algorithm algorithm, const dnnl::memory::desc& source0,
                  const dnnl::memory::desc& source1, const dnnl::memory::desc& destination,
                  const dnnl::primitive_attr& attributes);

}  // namespace difftest::backends::onednn::api
