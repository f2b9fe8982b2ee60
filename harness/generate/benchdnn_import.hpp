#pragma once

#include "reference/graph/case.hpp"

#include <string>
#include <string_view>

/// What a user's application asked of oneDNN, as cases: a command line of benchdnn, or a line of the library's verbose
/// log, of 2.x and 3.x. Read are convolution, deconvolution, inner product, matmul, pooling, eltwise, binary, reorder,
/// sum, prelu, reduction and resampling with bias, scales, zero points and all post-ops but a fused convolution;
/// everything else is refused by name. Neither form holds values (described_case says which there are instead), layouts
/// are left to the plans, and a log does not hold the scales of a sum.
namespace difftest::harness {

/// "--conv --cfg=u8s8u8 --attr-post-ops=relu+add:f32:per_oc mb1ic8ih4oc16oh4kh3ph1", with or without "benchdnn" in
/// front, in the syntax of 2.x or 3.x. Throws std::invalid_argument naming what cannot be read.
graph::Case case_from_benchdnn(std::string_view line, const std::string& name);

/// "onednn_verbose,exec,cpu,convolution,jit:avx2,forward_inference,src_u8::blocked:...,...,mb1_ic8oc16_ih4oh4kh3sh1dh0ph1,0.1"
/// (also "dnnl_verbose", and 3.x's lines with "v1,primitive"). Throws std::invalid_argument.
graph::Case case_from_verbose(std::string_view line, const std::string& name);

/// Whether a line of a log is one that case_from_verbose may read: the execution of a primitive.
bool is_verbose_execution(std::string_view line);

}  // namespace difftest::harness
