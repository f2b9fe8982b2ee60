#include "backends/onednn/recording.hpp"

#include <fmt/format.h>
#include <oneapi/dnnl/dnnl_debug.h>
#include <nlohmann/json.hpp>

#include <bit>

namespace difftest::backends::onednn::api {
namespace {

using Json = nlohmann::ordered_json;

template <typename Description>
const Description& description_of(const dnnl::primitive_desc_base& descriptor, dnnl_query_t what) {
    const Description* description = nullptr;
    dnnl::error::wrap_c_api(dnnl_primitive_desc_query(descriptor.get(), what, 0, static_cast<void*>(&description)),
                            "could not query a primitive's description");
    return *description;
}

Json dimensions_of(const dnnl_dims_t& values, int count) {
    return std::vector<std::int64_t>(values, values + count);
}

Json convolution(const dnnl_convolution_desc_t& d) {
    const int spatial = d.src_desc.ndims - 2;
    return {{"algorithm", dnnl_alg_kind2str(d.alg_kind)},
            {"strides", dimensions_of(d.strides, spatial)},
            {"dilations", dimensions_of(d.dilates, spatial)},
            {"padding_left", dimensions_of(d.padding[0], spatial)},
            {"padding_right", dimensions_of(d.padding[1], spatial)}};
}

template <typename Description>
Json pooling(const Description& d) {
    const int spatial = d.src_desc.ndims - 2;
    return {{"algorithm", dnnl_alg_kind2str(d.alg_kind)},
            {"strides", dimensions_of(d.strides, spatial)},
            {"kernel", dimensions_of(d.kernel, spatial)},
            {"padding_left", dimensions_of(d.padding[0], spatial)},
            {"padding_right", dimensions_of(d.padding[1], spatial)}};
}

Json dilated_pooling(const dnnl_pooling_v2_desc_t& d) {
    Json result = pooling(d);
    result["dilations"] = dimensions_of(d.dilation, d.src_desc.ndims - 2);
    return result;
}

Json algorithm(dnnl_alg_kind_t kind) {
    return {{"algorithm", dnnl_alg_kind2str(kind)}};
}

Json zero_points_of(const dnnl::primitive_attr& attributes) {
    Json result = Json::array();
    for (const int argument : {DNNL_ARG_SRC, DNNL_ARG_WEIGHTS, DNNL_ARG_DST}) {
        int mask = 0;
        std::vector<std::int32_t> values;
        attributes.get_zero_points(argument, mask, values);
        const bool at_run_time = !values.empty() && values.front() == DNNL_RUNTIME_S32_VAL;
        if (mask != 0 || at_run_time || (!values.empty() && values.front() != 0)) {
            const char* const name = argument == DNNL_ARG_SRC       ? "DNNL_ARG_SRC"
                                     : argument == DNNL_ARG_WEIGHTS ? "DNNL_ARG_WEIGHTS"
                                                                    : "DNNL_ARG_DST";
            result.push_back({{"argument", name},
                              {"mask", mask},
                              {"run_time", at_run_time},
                              {"values", at_run_time ? Json::array() : Json(values)}});
        }
    }
    return result;
}

Json scales_of(const dnnl::primitive_attr& attributes) {
    int mask = 0;
    std::vector<float> values;
    attributes.get_output_scales(mask, values);
    // The placeholder is a NaN of a certain kind: only its bits can be compared.
    const auto bits = [](float value) { return std::bit_cast<std::uint32_t>(value); };
    const bool at_run_time = !values.empty() && bits(values.front()) == bits(DNNL_RUNTIME_F32_VAL);
    if (!at_run_time && mask == 0 && (values.empty() || values.front() == 1.0F)) {
        return Json::array();
    }
    Json texts = Json::array();
    for (const float value : values) {
        texts.push_back(fmt::format("{}", value));
    }
    return Json::array({{{"mask", mask}, {"run_time", at_run_time}, {"values", at_run_time ? Json::array() : texts}}});
}

}  // namespace

Json parameters_of(const dnnl::primitive_desc_base& descriptor) {
    using dnnl::primitive;
    switch (descriptor.get_kind()) {
        case primitive::kind::convolution:
            return convolution(description_of<dnnl_convolution_desc_t>(descriptor, dnnl_query_convolution_d));
        case primitive::kind::deconvolution:
            return convolution(description_of<dnnl_deconvolution_desc_t>(descriptor, dnnl_query_deconvolution_d));
        case primitive::kind::pooling:
            return pooling(description_of<dnnl_pooling_desc_t>(descriptor, dnnl_query_pooling_d));
        case primitive::kind::pooling_v2:
            return dilated_pooling(description_of<dnnl_pooling_v2_desc_t>(descriptor, dnnl_query_pooling_v2_d));
        case primitive::kind::resampling:
            return algorithm(description_of<dnnl_resampling_desc_t>(descriptor, dnnl_query_resampling_d).alg_kind);
        case primitive::kind::reduction:
            return algorithm(description_of<dnnl_reduction_desc_t>(descriptor, dnnl_query_reduction_d).alg_kind);
        case primitive::kind::binary:
            return algorithm(description_of<dnnl_binary_desc_t>(descriptor, dnnl_query_binary_d).alg_kind);
        case primitive::kind::eltwise: {
            const auto& d = description_of<dnnl_eltwise_desc_t>(descriptor, dnnl_query_eltwise_d);
            return {{"algorithm", dnnl_alg_kind2str(d.alg_kind)},
                    {"alpha", fmt::format("{}", d.alpha)},
                    {"beta", fmt::format("{}", d.beta)}};
        }
        case primitive::kind::softmax_v2: {
            const auto& d = description_of<dnnl_softmax_v2_desc_t>(descriptor, dnnl_query_softmax_v2_d);
            return {{"algorithm", dnnl_alg_kind2str(d.alg_kind)}, {"axis", d.softmax_axis}};
        }
        case primitive::kind::inner_product:
        case primitive::kind::matmul:
        case primitive::kind::reorder:
        case primitive::kind::prelu: return Json::object();
        default:
            throw Unsupported(fmt::format("a recording has no words for a {} primitive",
                                          dnnl_prim_kind2str(dnnl::convert_to_c(descriptor.get_kind()))));
    }
}

Json attributes_of(const Program::Call& call) {
    const dnnl::primitive_attr attributes = call.descriptor.get_primitive_attr();
    return {{"post_ops", post_ops_of(attributes.get_post_ops())},
            {"scales", scales_of(attributes)},
            {"zero_points", zero_points_of(attributes)}};
}

DepthwiseParameters depthwise_at(const dnnl::post_ops& post_ops, int index) {
    DepthwiseParameters result;
    int mask = 0;
    std::vector<float> scales;
    post_ops.get_params_dw(index, result.weights, result.bias, result.result, result.kernel, result.stride,
                           result.padding, mask, scales);
    return result;
}

EltwiseParameters eltwise_at(const dnnl::post_ops& post_ops, int index) {
    EltwiseParameters result;
    post_ops.get_params_eltwise(index, result.scale, result.algorithm, result.alpha, result.beta);
    return result;
}

bool is_plain(const dnnl::memory::desc& layout) {
    const auto blocking = blocking_of(layout);
    return blocking && blocking->inner_blocks.empty() && blocking->offset == 0 &&
           blocking->extents == blocking->padded_extents && layout.data.extra.flags == 0;
}

}  // namespace difftest::backends::onednn::api
