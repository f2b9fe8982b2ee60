#include "reference/contract/contract.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <utility>

namespace difftest::contract {
namespace {

constexpr std::array<FreedomInfo, kFreedomCount> kFreedoms{{
    {Freedom::scale_association, "F1", "scale_association",
     "A product of constant scales may be associated or precomputed in any order.",
     "oneDNN 3 precomputes src_scale*wei_scale; ONNX Runtime's QLinearConv multiplier"},
    {Freedom::fused_multiply_add, "F2", "fused_multiply_add",
     "A multiplication that feeds an addition or subtraction may be contracted to one fused multiply-add.",
     "oneDNN JIT kernels on AVX2 and later; OpenCL C, FP_CONTRACT is on by default"},
    {Freedom::reciprocal_division, "F3", "reciprocal_division",
     "A division by a constant may be a multiplication by its rounded reciprocal.",
     "oneDNN 3 x64 kernels for the destination scale; PyTorch quantize_per_tensor"},
    {Freedom::affine_folding, "F4", "affine_folding",
     "Adjacent multiplications and additions of constants may be folded into one; multiplying by 1 and adding 0 may be "
     "dropped.",
     "OpenVINO GPU, post-op optimisation of the oneDNN path"},
    {Freedom::bias_stage, "F5", "bias_stage",
     "An integer bias may be added in s32 before the conversion to f32, or in f32 after it.",
     "MLAS and TVM add in s32, oneDNN in f32"},
    {Freedom::opencl_ulp, "F6", "opencl_ulp",
     "Division, square root and math functions may have the errors of the OpenCL full-profile table.",
     "OpenCL C specification, relative error as ulps"},
    {Freedom::relaxed_math, "F6r", "relaxed_math",
     "Explicitly relaxed kernels may use native or half precision functions.",
     "OpenCL build option -cl-fast-relaxed-math"},
    {Freedom::flush_subnormals, "F7", "flush_subnormals",
     "Subnormal inputs and results of f32 operations may be flushed to zero.",
     "OpenCL single-precision denorm support is optional; AMX flushes"},
    {Freedom::eltwise_error_table, "F8", "eltwise_error_table",
     "Transcendental functions may deviate by the committed, measured error table of the oneDNN JIT injectors.",
     "measured on oneDNN 2.6.3, semantics section 1.3.2"},
    {Freedom::library_functions, "F8c", "library_functions", "tanh may have the error of the C library's tanhf.",
     "oneDNN's reference kernels call it; glibc 2.36, measured over every 401st float"},
    {Freedom::float_compensation, "F9", "float_compensation",
     "The zero-point or sign compensation of an accumulator may be applied in f32 instead of s32.",
     "oneDNN deconvolution and its AVX2-VNNI kernels, semantics section 1.3.5"},
    {Freedom::integer_rewriting, "F10", "integer_rewriting",
     "A dequantize - linear operation - quantize pattern may be computed in integers.",
     "ONNX Runtime, OpenVINO and the oneDNN Graph API fuse QDQ patterns"},
    {Freedom::rounding_and_zero_point_site, "F11", "rounding_and_zero_point_site",
     "The final conversion may round half to even or away from zero, before or after adding the zero point.",
     "OpenVINO's OpenCL kernels round half away from zero; ONNX and oneDNN differ in the site"},
    {Freedom::half_intermediates, "F12", "half_intermediates",
     "Values between fused operations may be kept in f16 or bf16.", "OpenVINO GPU kernels for f16 networks"},
    {Freedom::fake_quantize_scale_shift, "F13", "fake_quantize_scale_shift",
     "FakeQuantize may be evaluated with precomputed f32 scales and shifts instead of the specification's quotient.",
     "OpenVINO GPU, prepare_quantization; the lowering to oneDNN post-ops"},
    {Freedom::rounded_s32_output, "F14", "rounded_s32_output",
     "An s32 result beyond 2^24 may be the exact accumulator or its rounding to f32.",
     "oneDNN: brgemm kernels store the integer, the others go through f32"},
    {Freedom::pair_saturation, "X1", "pair_saturation",
     "Without VNNI, pairs of u8*s8 products are added with s16 saturation; emulated or excluded by data, never a wider "
     "set.",
     "oneDNN developer guide, int8 computations"},
    {Freedom::halved_weights, "X2", "halved_weights",
     "Without VNNI, weights of s8*s8 kernels are halved and rounded; emulated or excluded by data, never a wider set.",
     "oneDNN developer guide, int8 computations"},
}};

std::vector<LevelInfo> make_levels() {
    using enum Freedom;
    const Contract onednn2("onednn2", {fused_multiply_add, bias_stage, eltwise_error_table, fake_quantize_scale_shift,
                                       rounded_s32_output});
    const Contract onednn3("onednn3", {scale_association, fused_multiply_add, reciprocal_division, bias_stage,
                                       eltwise_error_table, fake_quantize_scale_shift, rounded_s32_output});
    const Contract opencl("opencl",
                          {scale_association, fused_multiply_add, reciprocal_division, opencl_ulp, flush_subnormals});
    const Contract cldnn(
        "cldnn", {scale_association, fused_multiply_add, reciprocal_division, affine_folding, opencl_ulp,
                  flush_subnormals, rounding_and_zero_point_site, half_intermediates, fake_quantize_scale_shift});
    const Contract qdq("qdq", {scale_association, fused_multiply_add, reciprocal_division, bias_stage,
                               integer_rewriting, rounding_and_zero_point_site});
    return {
        {Contract(), "No freedom at all: every operation as written, each correctly rounded, in the graph's order."},
        {onednn2, "oneDNN 2.x on x64: one user scale, bias added in f32, FMA, the measured eltwise table."},
        {onednn3, "oneDNN 3.x on x64: as 2.x, with scales pre-multiplied and the destination scale as a reciprocal."},
        {opencl, "Generated OpenCL C kernels on a full-profile device."},
        {cldnn, "OpenVINO's OpenCL kernels: f16 intermediates, folded affine steps, rounding away from zero."},
        {qdq, "Engines that rewrite dequantize - operation - quantize patterns into integer kernels."},
    };
}

const std::vector<LevelInfo>& levels() {
    static const std::vector<LevelInfo> kLevels = make_levels();
    return kLevels;
}

std::optional<Freedom> freedom_from_flag(std::string_view flag) {
    for (const FreedomInfo& entry : kFreedoms) {
        if (entry.flag == flag || entry.name == flag) {
            return entry.freedom;
        }
    }
    return std::nullopt;
}

}  // namespace

std::span<const FreedomInfo> all_freedoms() {
    return kFreedoms;
}

std::span<const LevelInfo> all_levels() {
    return levels();
}

std::optional<Contract> level(std::string_view name) {
    for (const LevelInfo& entry : levels()) {
        if (entry.contract.name() == name) {
            return entry.contract;
        }
    }
    return std::nullopt;
}

Contract::Contract(std::string name, std::initializer_list<Freedom> freedoms) : name_(std::move(name)) {
    for (const Freedom freedom : freedoms) {
        grant(freedom);
    }
}

Contract& Contract::grant(Freedom freedom) {
    flags_.set(static_cast<std::size_t>(freedom));
    return *this;
}

Contract& Contract::withdraw(Freedom freedom) {
    flags_.reset(static_cast<std::size_t>(freedom));
    return *this;
}

std::vector<Freedom> Contract::freedoms() const {
    std::vector<Freedom> result;
    for (const FreedomInfo& entry : kFreedoms) {
        if (grants(entry.freedom)) {
            result.push_back(entry.freedom);
        }
    }
    return result;
}

Contract Contract::intersection(const Contract& a, const Contract& b) {
    Contract result = (b.flags_ & a.flags_) == b.flags_ ? b : a;
    result.flags_ = a.flags_ & b.flags_;
    return result.flags_.none() ? Contract() : result;
}

std::string Contract::to_string() const {
    const std::optional<Contract> base = level(name_);
    std::string text = base ? name_ : "strict";
    for (const FreedomInfo& entry : kFreedoms) {
        const bool in_base = base && base->grants(entry.freedom);
        if (grants(entry.freedom) != in_base) {
            text += fmt::format("{}{}", grants(entry.freedom) ? '+' : '-', entry.flag);
        }
    }
    return text;
}

std::optional<Contract> Contract::parse(std::string_view text) {
    const std::size_t end_of_name = text.find_first_of("+-");
    std::optional<Contract> result = level(text.substr(0, end_of_name));
    while (result && end_of_name != std::string_view::npos && !text.empty()) {
        const std::size_t sign = text.find_first_of("+-");
        if (sign == std::string_view::npos) {
            break;
        }
        const std::size_t next = text.find_first_of("+-", sign + 1);
        const std::size_t length = next == std::string_view::npos ? text.size() - sign - 1 : next - sign - 1;
        const std::optional<Freedom> freedom = freedom_from_flag(text.substr(sign + 1, length));
        if (!freedom) {
            return std::nullopt;
        }
        text[sign] == '+' ? result->grant(*freedom) : result->withdraw(*freedom);
        text = next == std::string_view::npos ? std::string_view{} : text.substr(next);
    }
    return result;
}

}  // namespace difftest::contract
