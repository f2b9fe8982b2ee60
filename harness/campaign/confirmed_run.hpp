#pragma once

#include "backends/backend.hpp"
#include "harness/campaign/judged_run.hpp"
#include "harness/execute/worker.hpp"
#include "harness/report/run_report.hpp"

namespace difftest::harness {

/// Runs one plan and judges it. A failure that an earlier case in the same process may have caused is judged again in a
/// fresh worker: what happens there counts. A failure that does not happen there is `nondeterministic`, and the reason
/// names the earlier case. Adds to the traits whether compiler or kernel is suspected
/// (harness/report/suspicion.hpp).
RunEntry confirmed_run(LoadedCase& loaded, const JudgingContext& context, const backends::Plan& plan);

}  // namespace difftest::harness
