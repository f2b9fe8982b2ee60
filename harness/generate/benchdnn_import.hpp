#pragma once

#include "reference/graph/case.hpp"

#include <string>
#include <string_view>

/// What a user's application asked of oneDNN, as cases: a command line of benchdnn, or a line of the library's verbose
/// log. Read are convolutions and deconvolutions with zero points of the source, a factor of the result, and eltwise
/// and binary post-ops; everything else is refused by name. Neither form holds values: tensors are filled with whole
/// numbers over their type's full range (a log or line of the same shape always gives the same).
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
