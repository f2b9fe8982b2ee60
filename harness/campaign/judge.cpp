#include "harness/campaign/judge.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <numeric>

namespace difftest::harness {
namespace {

std::int64_t sum(const std::vector<std::int64_t>& counts) {
    return std::accumulate(counts.begin(), counts.end(), std::int64_t{0});
}

std::int64_t sum_of_materialized(const RunOutcome& outcome, std::int64_t MaterializedValues::*count) {
    return std::accumulate(outcome.materialized.begin(), outcome.materialized.end(), std::int64_t{0},
                           [count](std::int64_t total, const auto& each) { return total + each.*count; });
}

std::string last_line(std::string_view text) {
    const std::size_t end = text.find_last_not_of(" \n");
    if (end == std::string_view::npos) {
        return "";
    }
    text = text.substr(0, end + 1);
    const std::size_t newline = text.rfind('\n');
    return std::string(newline == std::string_view::npos ? text : text.substr(newline + 1));
}

std::string crash_reason(const RunOutcome& outcome) {
    if (!outcome.crash) {
        return outcome.message;
    }
    std::string text = outcome.message;
    if (const std::string words = last_line(outcome.crash->log); !words.empty()) {
        text += fmt::format(", its last words: {}", words);
    }
    return text + (outcome.crash->confirmed ? ", again in a fresh worker" : "");
}

std::optional<std::string> overrun_reason(const RunOutcome& outcome) {
    if (!outcome.overrun.empty()) {
        return fmt::format("written outside the outputs: {}", fmt::join(outcome.overrun, ", "));
    }
    if (outcome.floating_point_environment_changed) {
        return "the floating-point environment (MXCSR, x87) was left changed";
    }
    if (outcome.left_processes) {
        return "a process that it started was left behind";
    }
    return std::nullopt;
}

Judgement judge_completed(const RunOutcome& outcome, std::span<const Comparison> comparisons,
                          const std::optional<Sharpness>& sharpness) {
    if (comparisons.size() != outcome.outputs.size() + outcome.materialized.size() || outcome.outputs.empty()) {
        return {Verdict::harness_error, "the worker did not return every output"};
    }
    if (auto reason = overrun_reason(outcome)) {
        return {Verdict::overrun, *reason};
    }
    if (const std::int64_t count =
            sum(outcome.unwritten) + sum_of_materialized(outcome, &MaterializedValues::unwritten);
        count > 0) {
        return {Verdict::unwritten, fmt::format("{} elements were never written", count)};
    }
    if (const std::int64_t count =
            sum(outcome.nondeterministic) + sum_of_materialized(outcome, &MaterializedValues::nondeterministic);
        count > 0) {
        return {Verdict::nondeterministic, fmt::format("{} elements differ between executions", count)};
    }
    return judge_values(comparisons, sharpness);
}

}  // namespace

Judgement judge(const RunOutcome& outcome, std::span<const Comparison> comparisons,
                const std::optional<Sharpness>& sharpness) {
    switch (outcome.status) {
        case RunStatus::harness_error: return {Verdict::harness_error, outcome.message};
        case RunStatus::crashed: return {Verdict::crash, crash_reason(outcome)};
        case RunStatus::hung: return {Verdict::hang, crash_reason(outcome)};
        case RunStatus::unsupported: return {Verdict::unsupported, outcome.message};
        case RunStatus::completed: break;
    }
    return judge_completed(outcome, comparisons, sharpness);
}

}  // namespace difftest::harness
