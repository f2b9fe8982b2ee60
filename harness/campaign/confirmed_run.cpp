#include "harness/campaign/confirmed_run.hpp"

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

}  // namespace

RunEntry confirmed_run(LoadedCase& loaded, const JudgingContext& context, const backends::Plan& plan) {
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

}  // namespace difftest::harness
