#include "harness/generate/chain_templates.hpp"

#include <algorithm>

namespace difftest::harness {

using enum Step;

std::span<const ChainTemplate> chain_templates() {
    static const std::vector<ChainTemplate> kTemplates{
        {"deconv_actv", {deconvolution, relu, convert}},
        {"deconv_scale", {deconvolution, scale, convert}},
        {"deconv_actv_eltw_actv", {deconvolution, relu, add, relu, convert}},
        {"deconv_scale_actv_quant", {deconvolution, scale, function, fake_quantize}},
        {"deconv_scale_actv_quant_eltw_scale_actv_quant",
         {deconvolution, scale, relu, fake_quantize, add, scale, relu, fake_quantize}},
        {"deconv_scale_activation_quantize_eltwise_quantize",
         {deconvolution, scale, function, fake_quantize, add, fake_quantize}},
        {"deconv_quantize_scale", {deconvolution, fake_quantize, scale, convert}},
        {"conv_int8_scale_shift_swish", {convolution, scale, scale, add, add, function}},
        {"conv_int8_prelu_eltwise", {convolution, prelu, add}},
        {"conv_int8_activation_eltwise_quantize", {convolution, eltwise, add, fake_quantize}},
        {"conv_int8_quantize", {convolution, fake_quantize}},
        {"conv_int8_scale_quantize_conv", {convolution, scale, fake_quantize, convolution}},
        {"conv_int8_scale_activation_quantize_activation", {convolution, scale, prelu, fake_quantize, relu, convert}},
        {"conv_int8_scale_prelu_quantize_eltwise_quantize",
         {convolution, scale, prelu, fake_quantize, add, fake_quantize}},
        {"conv_fp32_multi_eltwise_quantization", {convolution, fake_quantize, add, binary}},
        {"conv_fp32_multi_eltwise_clamp", {convolution, join, clip, join, clip, binary}},
        {"conv_duplicated_connection", {convolution, join, convert}},
        {"conv_int8_eltwise_sum", {convolution, sum, convert}},
        {"post_ops_any_sum_linear", {convolution, relu, sum, fake_quantize}},
        {"onednn_binary_add_full_tensor", {convolution, function, fake_quantize, add, add, add}},
        {"crop_concat_conv", {slice, fake_quantize, concat, convolution, scale, convert}},
        {"conv_after_permute", {permute, fake_quantize, convolution, convert}},
        {"activation_scale_activation_quantize", {relu, scale, function, fake_quantize}},
        {"eltwise_quantize", {binary, fake_quantize}},
        {"pooling_scale_activation_quantize", {pooling, scale, relu, fake_quantize}},
        {"reduce_eltwise_activation_quantize", {reduction, add, relu, fake_quantize}},
        {"resample_quantize_concat", {resampling, fake_quantize, concat}},
        {"permute_scale_actv_eltw_scale_actv_quant", {permute, scale, relu, add, scale, relu, fake_quantize}},
        {"gemm_in_act_scale_quantize_eltwise", {matmul, function, scale, fake_quantize, add, convert}},
        {"fc_int8_scale_activation_quantize", {inner_product, scale, function, fake_quantize}},
        {"two_convolutions", {convolution, requantize, convolution, relu, requantize}},
        {"pointwise_depthwise", {pointwise, relu, requantize, depthwise, relu, requantize}},
        {"pointwise_depthwise_scale", {pointwise, scale, fake_quantize, depthwise, scale, relu, fake_quantize}},
        {"attention", {matmul, scale, softmax, matmul}},
        {"residual", {convolution, requantize, convolution, scale, join, relu, quantize}},
        {"integer_only", {convolution, fixed_point, convolution, fixed_point}},
        {"quantize_twice", {convolution, scale, quantize, requantize, convert}},
    };
    return kTemplates;
}

namespace {

/// Changes that are about the graph rather than about one step.
void change_topology(ChoiceSource& choices, std::vector<Step>& steps, Step fresh) {
    const std::int64_t last = static_cast<std::int64_t>(steps.size()) - 1;
    const auto place = steps.begin() + choices.integer(std::min<std::int64_t>(1, last), last);
    switch (choices.integer(0, 3)) {
        case 0: steps.insert(place + 1, choices.one_of({Step::convert, Step::half, Step::dequantize})); break;
        case 1: steps.insert(place + 1, Step::join); break;
        case 2: {
            const Step branch[] = {Step::branch, fresh, Step::relu, Step::join};
            steps.insert(place + 1, std::begin(branch), std::end(branch));
            break;
        }
        default: std::reverse(place, steps.begin() + choices.integer(place - steps.begin(), last) + 1); break;
    }
}

}  // namespace

std::vector<Step> mutated(ChoiceSource& choices, std::vector<Step> steps, std::span<const Step> insertable) {
    const auto place = [&](std::int64_t first) {
        const std::int64_t last = static_cast<std::int64_t>(steps.size()) - 1;
        return steps.begin() + choices.integer(std::min(first, last), last);
    };
    const auto fresh = [&] {
        return insertable[static_cast<std::size_t>(
            choices.integer(0, static_cast<std::int64_t>(insertable.size()) - 1))];
    };
    for (std::int64_t changes = choices.integer(1, 3); changes > 0; --changes) {
        switch (choices.integer(0, 7)) {
            case 0: {
                const Step step = fresh();
                steps.insert(place(0) + 1, step);
                break;
            }
            case 1:
                if (steps.size() > 2) {
                    steps.erase(place(1));
                }
                break;
            case 2: {
                const auto at = place(1);
                steps.insert(at, *at);
                break;
            }
            case 3:
                if (steps.size() > 1) {
                    const auto at = place(1);
                    *at = fresh();
                }
                break;
            case 4: {
                const auto a = place(1);
                const auto b = place(1);
                std::iter_swap(a, b);
                break;
            }
            case 5:
            case 6: {
                const Step step = fresh();
                change_topology(choices, steps, step);
                break;
            }
            default:
                if (steps.size() > 2) {  // the last quantization moves into the middle
                    const Step last = steps.back();
                    steps.pop_back();
                    steps.insert(place(1), last);
                }
                break;
        }
    }
    return steps;
}

}  // namespace difftest::harness
