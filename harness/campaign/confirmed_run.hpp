#pragma once

#include "backends/backend.hpp"
#include "harness/campaign/judged_run.hpp"
#include "harness/execute/worker.hpp"
#include "harness/report/run_report.hpp"

#include <string_view>

namespace difftest::harness {

/// What confirmed_run adds to the traits of a violation, or of a death while kernels are built, of a plan that names
/// its unoptimized twin: whether that one agrees with the graph or fails in the same way.
inline constexpr std::string_view kCompilerSuspected = "compiler_suspected";
inline constexpr std::string_view kKernelSuspected = "kernel_suspected";

/// Runs one plan and judges it. A failure that an earlier case in the same process may have caused is judged again in a
/// fresh worker: what happens there counts. A failure that does not happen there is `nondeterministic`, and the reason
/// names the earlier case.
RunEntry confirmed_run(LoadedCase& loaded, const JudgingContext& context, const backends::Plan& plan);

}  // namespace difftest::harness
