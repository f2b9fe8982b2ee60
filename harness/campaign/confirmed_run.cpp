#include "harness/campaign/confirmed_run.hpp"

#include "harness/report/suspicion.hpp"

#include <fmt/format.h>

#include <string>
#include <utility>

namespace difftest::harness {
namespace {

/// A death is repeated in a fresh worker where it happens; a known issue is known.
bool is_confirmed(const RunEntry& entry) {
    const Verdict verdict = entry.judgement.verdict;
    return !is_failure(verdict) || verdict == Verdict::crash || verdict == Verdict::hang || entry.known_issue;
}

/// What a compiler may have to do with: a wrong value, or a death while kernels are built.
bool may_be_compiled_wrong(const RunEntry& entry) {
    return entry.judgement.verdict == Verdict::violation ||
           (entry.judgement.verdict == Verdict::crash && entry.worker_end && entry.worker_end->stage == "create");
}

/// Runs the plan that no compiler has optimized: whether it agrees tells the compiler's errors from the kernel's.
void blame(RunEntry& entry, LoadedCase& loaded, const JudgingContext& context, const backends::Plan& plan) {
    if (!may_be_compiled_wrong(entry) || plan.unoptimized.empty()) {
        return;
    }
    backends::Plan unoptimized = plan;
    unoptimized.name = plan.unoptimized;
    const RunEntry other = judged_run(context, unoptimized, loaded.run(unoptimized));
    if (is_pass(other.judgement.verdict) || other.judgement.verdict == Verdict::vacuous) {
        entry.traits.emplace_back(kCompilerSuspected);
    } else if (other.judgement.verdict == entry.judgement.verdict) {
        entry.traits.emplace_back(kKernelSuspected);
    }
}

RunEntry alone_if_in_doubt(LoadedCase& loaded, const JudgingContext& context, const backends::Plan& plan) {
    const std::string predecessor = loaded.predecessor();
    RunEntry entry = judged_run(context, plan, loaded.run(plan));
    if (predecessor.empty() || is_confirmed(entry)) {
        return entry;
    }
    RunEntry alone = judged_run(context, plan, loaded.run_fresh(plan));
    if (is_failure(alone.judgement.verdict) || alone.judgement.verdict == Verdict::harness_error) {
        return alone;
    }
    const std::string reason = entry.judgement.reason;
    entry.judgement.reason =
        fmt::format("{} after '{}' in the same worker, but {} in a fresh one{}{}", name_of(entry.judgement.verdict),
                    predecessor, name_of(alone.judgement.verdict), reason.empty() ? "" : ": ", reason);
    entry.judgement.verdict = Verdict::nondeterministic;
    return entry;
}

}  // namespace

RunEntry confirmed_run(LoadedCase& loaded, const JudgingContext& context, const backends::Plan& plan) {
    RunEntry entry = alone_if_in_doubt(loaded, context, plan);
    blame(entry, loaded, context, plan);
    return entry;
}

}  // namespace difftest::harness
