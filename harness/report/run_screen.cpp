#include "harness/report/run_screen.hpp"

#include "harness/compare/element_text.hpp"
#include "harness/report/engine_table.hpp"
#include "harness/report/suspicion.hpp"
#include "harness/report/text_table.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

namespace difftest::harness {
namespace {

std::string_view verdict_text(const RunEntry& entry) {
    return entry.known_issue ? "known" : entry.regressed ? "regressed" : name_of(entry.judgement.verdict);
}

std::string_view style_of(const RunEntry& entry, const ScreenStyle& style) {
    if (entry.known_issue) {
        return style.known();
    }
    if (entry.is_finding() || entry.judgement.verdict == Verdict::harness_error) {
        return style.failure();
    }
    return is_pass(entry.judgement.verdict) ? style.pass() : style.faint();
}

std::vector<std::string> cells_of(const RunEntry& entry) {
    return {entry.backend,
            entry.isa,
            entry.plan,
            entry.implementation(),
            std::string(verdict_text(entry)),
            fmt::format("{}", entry.judged()),
            fmt::format("{}", entry.outside()),
            fmt::format("{}", entry.ambiguous())};
}

/// Runs that pass, or fail for a known reason, and differ in nothing but the ISA share a line.
bool may_share_line(const RunEntry& a, const RunEntry& b) {
    const bool counts_agree = a.elements() == b.elements() && a.judged() == b.judged() && a.outside() == b.outside() &&
                              a.ambiguous() == b.ambiguous();
    return a.case_name == b.case_name && a.backend == b.backend && a.plan == b.plan &&
           (is_pass(a.judgement.verdict) || a.known_issue) && a.known_issue == b.known_issue &&
           a.judgement.verdict == b.judgement.verdict && a.implementation() == b.implementation() && counts_agree;
}

std::string runs_text(const RunReport& report, const std::string& case_name, const ScreenStyle& style) {
    TextTable table({{"backend"},
                     {"isa", Align::left, 16},
                     {"plan", Align::left, 12},
                     {"implementation", Align::left, 14},
                     {"verdict"},
                     {"judged", Align::right},
                     {"outside", Align::right},
                     {"ambiguous", Align::right}});
    std::vector<const RunEntry*> shown;
    for (const RunEntry& entry : report.entries) {
        if (entry.case_name != case_name || std::find(shown.begin(), shown.end(), &entry) != shown.end()) {
            continue;
        }
        std::vector<std::string> cells = cells_of(entry);
        for (const RunEntry& other : report.entries) {
            if (&other > &entry && may_share_line(entry, other)) {
                cells[1].append(" ").append(other.isa);
                shown.push_back(&other);
            }
        }
        table.add_row(std::move(cells), std::string(style_of(entry, style)));
    }
    return table.text("  ", style.width);
}

/// Lines with the same text become one, which names all ISAs it holds for.
class LinesByIsa {
public:
    void add(const std::string& line, const std::string& isa) {
        const auto found =
            std::find_if(lines_.begin(), lines_.end(), [&line](const auto& each) { return each.first == line; });
        if (found == lines_.end()) {
            lines_.emplace_back(line, isa);
        } else if (!isa.empty()) {
            found->second.append(" ").append(isa);
        }
    }

    std::string text() const {
        std::string result;
        for (const auto& [line, isas] : lines_) {
            result += isas.empty() ? fmt::format("  {}\n", line) : fmt::format("  {} ({})\n", line, isas);
        }
        return result;
    }

private:
    std::vector<std::pair<std::string, std::string>> lines_;
};

/// "sets: 1257 of 1260 elements single values (99.76 %), largest 2"; nothing where there is nothing to tell.
std::string metrics_text(const oracle::Metrics& metrics) {
    std::string text;
    if (metrics.elements > metrics.singletons) {
        const double share = 100.0 * static_cast<double>(metrics.singletons) / static_cast<double>(metrics.elements);
        text = fmt::format("{} of {} elements single values ({:.4g} %)", metrics.singletons, metrics.elements, share);
        text += metrics.largest_set > 1 ? fmt::format(", largest {}", metrics.largest_set) : "";
    }
    const auto append = [&text](std::int64_t count, std::string_view what) {
        text += count > 0 ? fmt::format("{}{} {}", text.empty() ? "" : ", ", count, what) : "";
    };
    append(metrics.branch_ambiguous, "ambiguous branches");
    append(metrics.overflow_sensitive, "overflow-sensitive");
    append(metrics.unconstrained, "out of contract");
    append(metrics.widened, "widened");
    return text.empty() ? "" : fmt::format("sets: {}", text);
}

std::string reasons_text(const RunReport& report, const std::string& case_name) {
    LinesByIsa lines;
    for (const RunEntry& entry : report.entries) {
        if (entry.case_name != case_name) {
            continue;
        }
        const std::string run = entry.plan.empty() ? entry.backend : fmt::format("{} {}", entry.backend, entry.plan);
        const Judgement& judgement = entry.judgement;
        if (!judgement.reason.empty() && judgement.verdict != Verdict::violation) {
            lines.add(fmt::format("{}: {}: {}", run, name_of(judgement.verdict), judgement.reason), entry.isa);
        }
        if (const std::string words = suspicion(entry.traits); !words.empty()) {
            lines.add(fmt::format("{}: {}", run, words), entry.isa);
        }
        if (entry.unconstrained() > 0) {
            lines.add(fmt::format("{}: {} elements could not be judged: {}", run, entry.unconstrained(),
                                  fmt::join(entry.notes, "; ")),
                      entry.isa);
        }
        if (const std::string sets = entry.metrics ? metrics_text(*entry.metrics) : ""; !sets.empty()) {
            lines.add(fmt::format("{}: {}", run, sets), entry.isa);
        }
    }
    return lines.text();
}

/// Of each distinct crash or hang.
std::string frames_text(const RunReport& report, const std::string& case_name, const ScreenStyle& style) {
    constexpr std::size_t kShown = 6;
    LinesByIsa lines;
    for (const RunEntry& entry : report.entries) {
        if (entry.case_name == case_name && entry.worker_end && !entry.worker_end->frames.empty()) {
            const std::vector<std::string>& frames = entry.worker_end->frames;
            const auto end = frames.begin() + static_cast<std::ptrdiff_t>(std::min(frames.size(), kShown));
            lines.add(
                fmt::format("{}frames: {}{}", style.faint(), fmt::join(frames.begin(), end, " < "), style.reset()),
                entry.isa);
        }
    }
    return lines.text();
}

std::string operands_text(const TraceStep& step) {
    std::string text;
    for (const TraceOperand& operand : step.operands) {
        text += fmt::format("{}{}={}", text.empty() ? "" : " ", operand.slot, value_text(operand.value, operand.type));
    }
    return text;
}

std::string annotations_text(const RunReport& report, const std::string& case_name) {
    const auto found = report.annotations.find(case_name);
    if (found == report.annotations.end()) {
        return "";
    }
    const auto look_for = found->second.find("look_for");
    return look_for == found->second.end() ? "" : fmt::format("  look for: {}\n", look_for->second);
}

std::string trace_text(const RunEntry& entry, const ScreenStyle& style) {
    const OutsideElement* worst = entry.worst();
    if (worst == nullptr || !entry.worst_output) {
        return "";
    }
    const Comparison* const output = entry.comparison(*entry.worst_output);
    const std::string place = entry.isa.empty() ? entry.plan : fmt::format("{} {}", entry.isa, entry.plan);
    std::string text =
        fmt::format("\n{}worst element{} of {} {} ({}): {}{} expected {}, got {} (off by {}; pattern: {})\n",
                    style.failure(), style.reset(), entry.backend, place,
                    entry.known_issue ? fmt::format("known: {}", *entry.known_issue) : std::string(verdict_text(entry)),
                    output->tensor, coordinates_text(worst->coordinates), set_text(worst->expected, output->type),
                    value_text(worst->got, output->type), value_text(worst->distance, graph::DataType::f32),
                    name_of(output->pattern));
    TextTable table({{"node", Align::left, 8},
                     {"operation", Align::left, 16},
                     {"operands", Align::left, 16},
                     {"type"},
                     {"allowed", Align::right},
                     {"got", Align::right}});
    for (const TraceStep& step : entry.trace) {
        table.add_row({step.node, step.operation, operands_text(step), std::string(graph::name_of(step.type)),
                       set_text(step.allowed, step.type), step.got ? value_text(*step.got, step.type) : ""});
    }
    text += table.text("  ", style.width);
    if (!entry.explained_by.empty()) {
        text += fmt::format("  explained in every element by: {}\n", fmt::join(entry.explained_by, "; or by: "));
    }
    return text;
}

/// The failing run that is worth a trace: a finding before a known issue, then the largest distance.
const RunEntry* entry_to_trace(const RunReport& report) {
    const RunEntry* chosen = nullptr;
    for (const RunEntry& entry : report.entries) {
        if (entry.trace.empty() || entry.worst() == nullptr) {
            continue;
        }
        const bool better =
            chosen == nullptr || (entry.is_finding() && !chosen->is_finding()) ||
            (entry.is_finding() == chosen->is_finding() && entry.worst()->distance > chosen->worst()->distance);
        chosen = better ? &entry : chosen;
    }
    return chosen;
}

std::string known_issues_text(const RunReport& report) {
    std::string text;
    for (const KnownIssueSeen& issue : report.known_issues) {
        text += fmt::format("  {}: {} ({} {}) {}\n", issue.id, issue.title, issue.runs,
                            issue.runs == 1 ? "run" : "runs", issue.upstream);
    }
    return text.empty() ? "" : fmt::format("\nknown issues, listed and not counted\n{}", text);
}

std::string not_run_text(const RunReport& report) {
    LinesByIsa lines;
    for (const RungNotRun& rung : report.not_run) {
        lines.add(fmt::format("{}: {}", rung.backend, rung.reason), rung.isa);
    }
    const std::string text = lines.text();
    return text.empty() ? "" : fmt::format("\nnot run\n{}", text);
}

std::string with_comma(const std::string& text) {
    return text.empty() ? "" : fmt::format(", {}", text);
}

std::string backends_text(const RunReport& report, const ScreenStyle& style) {
    std::string text;
    for (const BackendUsed& backend : report.backends) {
        if (!backend.problem.empty()) {
            text +=
                fmt::format("{}{}: unavailable: {}{}\n", style.failure(), backend.name, backend.problem, style.reset());
            continue;
        }
        text += fmt::format("{}: {}{}{}\n", backend.name, backend.library, with_comma(backend.runtime),
                            with_comma(backend.library_path));
    }
    return text;
}

std::string summary_text(const RunReport& report, const ScreenStyle& style) {
    const RunSummary summary = summarize(report);
    const ExitCode code = exit_code_of(summary);
    const auto counted = [](std::int64_t count, std::string_view what) {
        return fmt::format("{} {}{}", count, what, count == 1 ? "" : "s");
    };
    std::string text = fmt::format("{}: {} passed, {}", counted(summary.runs, "run"), summary.passed,
                                   counted(summary.findings, "finding"));
    const auto append = [&text](std::int64_t count, std::string_view what) {
        text += count > 0 ? fmt::format(", {} {}", count, what) : "";
    };
    append(summary.known, "known");
    append(summary.unsupported, "unsupported");
    append(summary.vacuous, "vacuous");
    append(summary.harness_errors, "harness errors");
    append(summary.unavailable, summary.unavailable == 1 ? "backend unavailable" : "backends unavailable");
    text += code == ExitCode::nothing_ran ? ": nothing meaningful ran" : "";
    std::string reasons;
    if (summary.unsupported > 1) {
        for (const UnsupportedReason& each : unsupported_reasons(report)) {
            reasons += fmt::format("  {} unsupported: {}\n", each.runs, each.reason);
        }
    }
    reasons += reasons.empty() ? "" : "\n";
    return fmt::format("\n{}{}{}{}\n", reasons, code == ExitCode::clean ? style.pass() : style.failure(), text,
                       style.reset());
}

}  // namespace

std::string run_screen(const RunReport& report, const ScreenStyle& style) {
    std::string text = backends_text(report, style);
    const std::vector<EngineTable> engines = engine_tables(report);
    for (const auto& [case_name, annotations] : report.annotations) {
        text += fmt::format("\n{}\n", case_name);
        text += runs_text(report, case_name, style);
        text += reasons_text(report, case_name);
        text += frames_text(report, case_name, style);
        text += annotations_text(report, case_name);
        for (const EngineTable& table : engines) {
            text += table.case_name == case_name ? engine_table_text(table, style.width) : "";
        }
    }
    if (const RunEntry* entry = entry_to_trace(report)) {
        text += trace_text(*entry, style);
    }
    return text + known_issues_text(report) + not_run_text(report) + summary_text(report, style);
}

}  // namespace difftest::harness
