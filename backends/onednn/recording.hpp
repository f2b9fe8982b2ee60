#pragma once

#include "backends/onednn/program.hpp"

#include <nlohmann/json_fwd.hpp>

#include <string>

/// What a program asks of the library, written down so that somebody else can ask the same: the source of reproducers.
namespace difftest::backends::onednn {

/// One JSON document (harness/export/recording.hpp reads it): the buffers with the values that they hold now, the
/// memory objects that show them, and the primitives in the order of their execution.
std::string recording_of(const Program& program);

/// The post-ops of a primitive, in the document.
nlohmann::ordered_json post_ops_of(const dnnl::post_ops& post_ops);

namespace api {

struct EltwiseParameters {
    dnnl::algorithm algorithm = dnnl::algorithm::undef;
    float scale = 1;  ///< 3.x has none
    float alpha = 0;
    float beta = 0;
};

/// A depthwise convolution behind a pointwise one.
struct DepthwiseParameters {
    dnnl::memory::data_type weights{};
    dnnl::memory::data_type bias{};
    dnnl::memory::data_type result{};
    dnnl::memory::dim kernel = 0;
    dnnl::memory::dim stride = 0;
    dnnl::memory::dim padding = 0;
};

DepthwiseParameters depthwise_at(const dnnl::post_ops& post_ops, int index);
EltwiseParameters eltwise_at(const dnnl::post_ops& post_ops, int index);

/// The numbers of a primitive that are no memory: "strides", "padding_left", "algorithm", "alpha", ... as far as it has
/// them. Throws Unsupported for a kind of primitive whose description the library does not give back.
nlohmann::ordered_json parameters_of(const dnnl::primitive_desc_base& descriptor);

/// The attributes: "post_ops", "scales", "zero_points". 3.x does not give masks back: they follow from how many values
/// come with the execution.
nlohmann::ordered_json attributes_of(const Program::Call& call);

/// Whether dimensions, type and strides say everything about the layout.
bool is_plain(const dnnl::memory::desc& layout);

}  // namespace api

}  // namespace difftest::backends::onednn
