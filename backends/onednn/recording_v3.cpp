#include "backends/onednn/recording.hpp"

#include <fmt/format.h>
#include <oneapi/dnnl/dnnl_debug.h>
#include <nlohmann/json.hpp>

namespace difftest::backends::onednn::api {
namespace {

using dnnl::primitive;
using Json = nlohmann::ordered_json;

Json algorithm(const dnnl::primitive_desc_base& d) {
    return {{"algorithm", dnnl_alg_kind2str(dnnl::convert_to_c(d.get_algorithm()))}};
}

Json geometry(const dnnl::primitive_desc_base& d) {
    Json result = algorithm(d);
    result["strides"] = d.get_strides();
    result["dilations"] = d.get_dilations();
    result["padding_left"] = d.get_padding_l();
    result["padding_right"] = d.get_padding_r();
    return result;
}

const char* name_of(int argument) {
    return argument == DNNL_ARG_SRC       ? "DNNL_ARG_SRC"
           : argument == DNNL_ARG_WEIGHTS ? "DNNL_ARG_WEIGHTS"
           : argument == DNNL_ARG_DST     ? "DNNL_ARG_DST"
                                          : "DNNL_ARG_SRC_1";
}

/// The bits of the dimensions along which `count` values of an argument differ.
int mask_of(const Program::Call& call, int argument, dnnl::memory::dim count) {
    if (count == 1) {
        return 0;
    }
    const dnnl::memory::dims extents = call.descriptor.query_md(dnnl::query::exec_arg_md, argument).get_dims();
    if (argument == DNNL_ARG_WEIGHTS && call.descriptor.get_kind() == primitive::kind::matmul) {
        return 1 << (extents.size() - 1);
    }
    if (argument == DNNL_ARG_WEIGHTS) {  // [groups,] outputs
        return extents[0] == count ? 1 : 3;
    }
    if (extents.size() > 1 && extents[1] == count) {
        return 2;
    }
    for (std::size_t dimension = 0; dimension < extents.size(); ++dimension) {
        if (extents[dimension] == count) {
            return 1 << dimension;
        }
    }
    throw Unsupported("a recording has no mask for this number of scales or zero points");
}

/// Everything of that kind comes with the execution.
Json parameters_at(const Program::Call& call, int kind) {
    Json result = Json::array();
    for (const auto& [argument, memory] : call.arguments) {
        if (argument < DNNL_ARG_ATTR_MULTIPLE_POST_OP_BASE && (argument & kind) != 0) {
            const int of = argument & ~kind;
            result.push_back({{"argument", name_of(of)},
                              {"mask", mask_of(call, of, memory.get_desc().get_dims().at(0))},
                              {"run_time", true},
                              {"values", Json::array()}});
        }
    }
    return result;
}

}  // namespace

Json parameters_of(const dnnl::primitive_desc_base& d) {
    switch (d.get_kind()) {
        case primitive::kind::convolution:
        case primitive::kind::deconvolution: return geometry(d);
        case primitive::kind::pooling: {
            Json result = geometry(d);
            result["kernel"] = d.get_kernel();
            return result;
        }
        case primitive::kind::resampling:
        case primitive::kind::reduction:
        case primitive::kind::binary: return algorithm(d);
        case primitive::kind::eltwise: {
            Json result = algorithm(d);
            result["alpha"] = fmt::format("{}", d.get_alpha());
            result["beta"] = fmt::format("{}", d.get_beta());
            return result;
        }
        case primitive::kind::softmax: {
            Json result = algorithm(d);
            result["axis"] = d.get_axis();
            return result;
        }
        case primitive::kind::inner_product:
        case primitive::kind::matmul:
        case primitive::kind::reorder:
        case primitive::kind::prelu: return Json::object();
        default:
            throw Unsupported(fmt::format("a recording has no words for a {} primitive",
                                          dnnl_prim_kind2str(dnnl::convert_to_c(d.get_kind()))));
    }
}

Json attributes_of(const Program::Call& call) {
    return {{"post_ops", post_ops_of(call.descriptor.get_primitive_attr().get_post_ops())},
            {"scales", parameters_at(call, DNNL_ARG_ATTR_SCALES)},
            {"zero_points", parameters_at(call, DNNL_ARG_ATTR_ZERO_POINTS)}};
}

DepthwiseParameters depthwise_at(const dnnl::post_ops& post_ops, int index) {
    DepthwiseParameters result;
    post_ops.get_params_dw(index, result.weights, result.bias, result.result, result.kernel, result.stride,
                           result.padding);
    return result;
}

EltwiseParameters eltwise_at(const dnnl::post_ops& post_ops, int index) {
    EltwiseParameters result;
    post_ops.get_params_eltwise(index, result.algorithm, result.alpha, result.beta);
    return result;
}

bool is_plain(const dnnl::memory::desc& layout) {
    const auto blocking = blocking_of(layout);
    return blocking && blocking->inner_blocks.empty() && blocking->offset == 0 &&
           blocking->extents == blocking->padded_extents;
}

}  // namespace difftest::backends::onednn::api
