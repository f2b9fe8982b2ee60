#include "backends/onednn/implementation_contract.hpp"

#include <algorithm>
#include <array>

namespace difftest::backends::onednn {

namespace {

bool contains(std::string_view text, std::string_view part) {
    return text.find(part) != std::string_view::npos;
}

std::string_view suffix_of(std::string_view implementation) {
    const std::size_t colon = implementation.rfind(':');
    return colon == std::string_view::npos ? std::string_view{} : implementation.substr(colon + 1);
}

bool is_rung_without_vnni(std::string_view isa) {
    constexpr std::array<std::string_view, 8> kRungs{"sse41", "avx", "avx2", "avx512_core",
                                                     "SSE41", "AVX", "AVX2", "AVX512_CORE"};
    return std::find(kRungs.begin(), kRungs.end(), isa) != kRungs.end();
}

/// Its functions may be those of the C library: the kernels that no JIT compiler made, by their names, and the post-ops
/// behind a gemm. Seen on 2.6.3: tanh behind x64:gemm:jit (convolution, SSE41 and AVX) and x64:gemm_s8*s32:jit
/// (deconvolution, every rung), and behind deconvolutions of reals, which have the name of the convolution that
/// computes them and reference post-ops (jit:avx2: tanh(-0.60987) is 1.04 * 2^-24 off, beyond what the JIT injector
/// does there; behind jit_1x1:avx512_core 64,016 of 64,016 results were those of tanhf, behind a convolution 45,872).
bool calls_the_c_library(const graph::Graph& graph, const graph::Node& node, std::string_view implementation) {
    return contains(implementation, "ref") || contains(implementation, "simple") || contains(implementation, "gemm") ||
           (std::holds_alternative<graph::Deconvolution>(node.operation) &&
            !graph::is_integer(graph.tensor(node.inputs.front()).type));
}

bool has_tanh(const graph::Graph& graph) {
    return std::any_of(graph.nodes.begin(), graph.nodes.end(), [](const graph::Node& node) {
        const auto* eltwise = std::get_if<graph::Eltwise>(&node.operation);
        return eltwise != nullptr && eltwise->algorithm == graph::EltwiseAlgorithm::tanh;
    });
}

bool has_bf16(const graph::Graph& graph) {
    return std::any_of(graph.tensors.begin(), graph.tensors.end(),
                       [](const graph::Tensor& tensor) { return tensor.type == graph::DataType::bf16; });
}

}  // namespace

bool uses_int16_pairs(std::string_view implementation, std::string_view effective_isa) {
    const std::string_view suffix = suffix_of(implementation);
    if (is_rung_without_vnni(suffix)) {
        return true;
    }
    const bool names_an_isa = contains(suffix, "avx") || contains(suffix, "sse");
    const bool follows_machine = implementation.empty() || (!names_an_isa && contains(implementation, "gemm"));
    return follows_machine && is_rung_without_vnni(effective_isa);
}

void grant_freedoms(contract::Contract& contract, const graph::Graph& graph, const graph::Node& node,
                    std::string_view implementation, std::string_view effective_isa) {
    if (calls_the_c_library(graph, node, implementation) && has_tanh(graph)) {
        contract.grant(contract::Freedom::library_functions);
    }
    // A subnormal becomes a bf16 of 0 by the definition of VCVTNEPS2BF16 (Intel's manual: denormals are zeros), which
    // the library's conversions imitate on every rung (2.6.3: -1.8e-40 gives -0 on SSE41, too).
    if (has_bf16(graph)) {
        contract.grant(contract::Freedom::flush_subnormals);
    }
    const auto* pooling = std::get_if<graph::Pooling>(&node.operation);
    if (pooling != nullptr && pooling->algorithm != graph::PoolingAlgorithm::maximum &&
        contains(implementation, "jit_int")) {
        contract.grant(contract::Freedom::reciprocal_division);
    }
    if (!graph::is_contraction(node.operation)) {
        return;
    }
    constexpr std::size_t kSource = 0;
    constexpr std::size_t kSourceZeroPoint = 3;
    const graph::DataType source = graph.tensor(node.inputs[kSource]).type;
    if (!graph::is_integer(source)) {
        return;
    }
    const bool compensates = source == graph::DataType::s8 || node.inputs[kSourceZeroPoint] != graph::kAbsent;
    const bool transposed = std::holds_alternative<graph::Deconvolution>(node.operation);
    if (compensates && (transposed || contains(implementation, "avx2_vnni"))) {
        contract.grant(contract::Freedom::float_compensation);
    }
    const bool is_product = std::holds_alternative<graph::Matmul>(node.operation) ||
                            std::holds_alternative<graph::InnerProduct>(node.operation);
    if (uses_int16_pairs(implementation, effective_isa)) {
        // Measured on 2.6.3: every JIT kernel and the convolution by GEMM halve the weights of an s8 source, and then
        // no pair can saturate. The deconvolution by GEMM and the products by GEMM (2000 random ones with weights up to
        // 64 exact, with weights up to 127 saturated) do not halve. Nor do deconvolutions that fall to a kernel without
        // VNNI on AVX2_VNNI (jit_uni_deconv:sse41); on AVX512_CORE_VNNI they do (jit_uni_deconv:avx2: all of 18
        // elements of nightly 61251). What 3.x does was not measured.
        const bool is_signed = source == graph::DataType::s8;
        const bool measured = contract.name() == "onednn2";
        const bool gemm = (transposed || is_product) && contains(implementation, "gemm");
        const bool whole = gemm || (transposed && effective_isa.starts_with("AVX2_VNNI"));
        if (!is_signed || whole || !measured) {
            contract.grant(contract::Freedom::pair_saturation);
        }
        if (is_signed && !(whole && measured)) {
            contract.grant(contract::Freedom::halved_weights);
        }
    }
}

void HalvedWeights::add(const graph::Graph& graph, const graph::Node& node, std::string_view implementation,
                        std::string_view effective_isa) {
    if (!graph::is_contraction(node.operation) || graph.tensor(node.inputs.front()).type != graph::DataType::s8) {
        return;
    }
    contract::Contract own("onednn2", {});
    grant_freedoms(own, graph, node, implementation, effective_isa);
    (own.grants(contract::Freedom::halved_weights) ? halved_ : whole_) = true;
}

}  // namespace difftest::backends::onednn
