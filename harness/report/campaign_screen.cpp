#include "harness/report/campaign_screen.hpp"

#include "harness/compare/error_steps.hpp"
#include "harness/report/text_table.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <initializer_list>
#include <map>
#include <numeric>
#include <set>
#include <tuple>

namespace difftest::harness {
namespace {

constexpr std::size_t kShownRefusals = 20;
constexpr std::size_t kShownPairs = 20;

std::string head(const CampaignReport& report) {
    std::string text =
        fmt::format("{}: {} cases of {}..{}\n", report.configuration, report.cases, report.first, report.end);
    for (const BackendUsed& backend : report.backends) {
        text += fmt::format("  {}: {}\n", backend.name, backend.library);
    }
    for (const RungNotRun& rung : report.not_run) {
        text += fmt::format("  {} {}: not run: {}\n", rung.backend, rung.isa, rung.reason);
    }
    text += "  runs:";
    for (const auto& [verdict, runs] : report.verdicts) {
        text += fmt::format(" {} {}", runs, name_of(verdict));
    }
    return text + "\n";
}

std::string clusters(const CampaignReport& report, const ScreenStyle& style) {
    if (report.clusters.empty()) {
        return "no finding\n";
    }
    std::string text =
        fmt::format("{} distinct problems in {} failing runs\n", report.clusters.size(), report.findings);
    for (const Cluster& cluster : report.clusters) {
        const FailureSignature& signature = cluster.signature;
        text +=
            fmt::format("{}  {} {}{}{}{}: {}{}{}\n", style.failure(), name_of(signature.verdict), signature.grouping,
                        signature.grouping.empty() ? "" : " ", signature.operation, style.reset(),
                        signature.implementation, signature.pattern.empty() ? "" : ", ", signature.pattern);
        if (!cluster.regressed.empty()) {
            text += fmt::format("    regressed: {}, which this release is said to be without\n", cluster.regressed);
        }
        text += fmt::format("    {} runs of {} cases, indices {} to {}, {} on {}\n", cluster.runs, cluster.cases,
                            cluster.first_index, cluster.last_index, fmt::join(cluster.plans, " "),
                            fmt::join(cluster.isas, " "));
        text += fmt::format("    always: {}\n", fmt::join(signature.attributes, "; "));
        text += fmt::format("    smallest: index {}, {}: {}\n", cluster.smallest_index, cluster.smallest_file,
                            cluster.reason);
    }
    return text;
}

std::string implementations(const CampaignReport& report, const ScreenStyle& style) {
    TextTable table({{"backend"},
                     {"operation"},
                     {"implementation", Align::left, 20},
                     {"exact", Align::right},
                     {"allowed", Align::right},
                     {"vacuous", Align::right},
                     {"failing", Align::right},
                     {"isa", Align::left, 16}});
    for (const ImplementationCount& each : report.implementations) {
        const auto count = [&each](Verdict verdict) {
            const auto found = each.runs.find(verdict);
            return found == each.runs.end() ? 0 : found->second;
        };
        std::int64_t failing = 0;
        for (const auto& [verdict, runs] : each.runs) {
            failing += is_failure(verdict) ? runs : 0;
        }
        table.add_row({each.backend, each.operation, each.implementation, fmt::format("{}", count(Verdict::exact)),
                       fmt::format("{}", count(Verdict::allowed)), fmt::format("{}", count(Verdict::vacuous)),
                       fmt::format("{}", failing), fmt::format("{}", fmt::join(each.isas, " "))});
    }
    return "implementations\n" + table.text("  ", style.width);
}

std::string steps_text(const ErrorCount& errors, const char* unit) {
    return errors.largest ? fmt::format("{:.4g} {} in {}", errors.largest->steps, unit, errors.largest->index) : "";
}

/// "1 LSB: 12, up to 2 LSB: 3, not finite: 1"
std::string distances_text(const ErrorCount& errors, const char* unit) {
    std::string text;
    for (const auto& [bucket, elements] : errors.counts) {
        text += fmt::format("{}{}: {}", text.empty() ? "" : ", ", bucket_text(bucket, unit), elements);
    }
    return text;
}

/// Elements, not runs, by what computed them; all rungs together, which the JSON document and the page keep apart.
std::string elements(const CampaignReport& report, const ScreenStyle& style) {
    std::map<std::tuple<std::string, std::string, std::string>, ElementCount> rows;
    for (const ToleranceCount& each : report.tolerance) {
        rows[{each.of.backend, each.of.operation, each.of.implementation}] += each.elements;
    }
    TextTable table({{"backend"},
                     {"operation"},
                     {"implementation", Align::left, 20},
                     {"exact", Align::right},
                     {"allowed", Align::right},
                     {"outside", Align::right},
                     {"out of contract", Align::right},
                     {"vacuous", Align::right},
                     {"largest error, in case"}});
    for (const auto& [of, count] : rows) {
        const std::string lsb = steps_text(count.lsb, "LSB");
        const std::string ulp = steps_text(count.ulp, "ulp");
        std::vector<std::string> cells{std::get<0>(of), std::get<1>(of), std::get<2>(of)};
        for (const std::int64_t number :
             {count.exact(), count.allowed, count.outside, count.unconstrained, count.vacuous}) {
            cells.push_back(fmt::format("{}", number));
        }
        cells.push_back(lsb + (lsb.empty() || ulp.empty() ? "" : ", ") + ulp);
        table.add_row(std::move(cells));
    }
    const ElementCount all = elements_in_all(report);
    std::string text = report.tolerance.empty() ? "" : "elements\n" + table.text("  ", style.width);
    for (const auto& [errors, unit] : {std::pair(&all.lsb, "LSB"), std::pair(&all.ulp, "ulp")}) {
        text += errors->largest
                    ? fmt::format("  distance to the allowed set: {}; largest: {}, {} {} expected {}, got {}\n",
                                  distances_text(*errors, unit), steps_text(*errors, unit), errors->largest->tensor,
                                  errors->largest->at, errors->largest->expected, errors->largest->got)
                    : "";
    }
    return text;
}

std::string operations(const CampaignReport& report, const ScreenStyle& style) {
    TextTable table({{"backend"},
                     {"operation"},
                     {"combinations", Align::right},
                     {"implementations", Align::right},
                     {"passed", Align::right},
                     {"vacuous", Align::right},
                     {"violations", Align::right},
                     {"crashes", Align::right},
                     {"other", Align::right},
                     {"known", Align::right},
                     {"problems", Align::right}});
    for (const OperationCount& each : report.operations) {
        const auto failing = [&each](std::initializer_list<Verdict> verdicts) {
            return std::accumulate(verdicts.begin(), verdicts.end(), std::int64_t{0},
                                   [&each](std::int64_t total, Verdict verdict) {
                                       const auto found = each.failing.find(verdict);
                                       return total + (found == each.failing.end() ? 0 : found->second);
                                   });
        };
        std::vector<std::string> cells{each.backend, each.operation};
        for (const std::int64_t count :
             {std::ssize(each.combinations), each.implementations, each.passed, each.vacuous,
              failing({Verdict::violation}), failing({Verdict::crash, Verdict::hang}),
              failing({Verdict::unwritten, Verdict::overrun, Verdict::nondeterministic}), each.known, each.problems}) {
            cells.push_back(fmt::format("{}", count));
        }
        table.add_row(std::move(cells));
    }
    return "operations (at the head of a partition; passed and vacuous count partitions, the rest runs)\n" +
           table.text("  ", style.width);
}

std::string reasons(const std::vector<ReasonCount>& counts, const char* title) {
    std::string text = counts.empty() ? "" : fmt::format("{}, by reason\n", title);
    for (std::size_t i = 0; i < std::min(counts.size(), kShownRefusals); ++i) {
        text += fmt::format("  {:>7} {}: {}\n", counts[i].runs, counts[i].backend, counts[i].reason);
    }
    if (counts.size() > kShownRefusals) {
        text += fmt::format("  ... and {} more reasons\n", counts.size() - kShownRefusals);
    }
    return text;
}

/// What was not reached anywhere; why not stands among the refusals.
std::string coverage(const CampaignReport& report) {
    std::vector<std::string> missed;
    std::set<std::string> rungs;
    std::size_t everywhere = 0;
    for (const auto& [feature, count] : report.features) {
        for (const auto& [rung, cases] : count.judged_on) {
            rungs.insert(rung);
        }
    }
    for (const auto& [feature, count] : report.features) {
        everywhere += !rungs.empty() && count.judged_on.size() == rungs.size() ? 1 : 0;
        if (count.judged_on.empty()) {
            missed.push_back(fmt::format("{} ({})", feature, count.cases));
        }
    }
    std::string text = fmt::format("coverage: {} features of {} judged on each of {} rungs, {} on some, {} on none\n",
                                   everywhere, report.features.size(), rungs.size(),
                                   report.features.size() - everywhere - missed.size(), missed.size());
    if (!missed.empty()) {
        text += fmt::format("  on none (cases): {}\n", fmt::join(missed, "; "));
    }
    return text;
}

/// Pairs of attributes by operation and rung, and the most frequent of those that were judged nowhere.
std::string pairs(const CampaignReport& report, const ScreenStyle& style) {
    std::vector<Column> columns{{"operation"},
                                {"pairs", Align::right},
                                {"drawn", Align::right},
                                {"judged", Align::right},
                                {"judged on", Align::left, 20}};
    TextTable table(columns);
    for (const OperationCoverage& each : report.coverage.operations) {
        std::string rungs;
        for (const auto& [rung, count] : each.judged_on) {
            rungs += fmt::format("{}{} {}", rungs.empty() ? "" : ", ", rung, count);
        }
        table.add_row({each.operation, fmt::format("{}", each.possible), fmt::format("{}", each.drawn),
                       fmt::format("{}", each.judged), rungs});
    }
    std::string text = "pairs of attributes of one node\n" + table.text("  ", style.width);
    std::vector<MissedPair> missed = report.coverage.missed;
    std::stable_sort(missed.begin(), missed.end(),
                     [](const MissedPair& a, const MissedPair& b) { return a.cases > b.cases; });
    text += missed.empty() ? "" : fmt::format("  judged nowhere: {} pairs\n", missed.size());
    for (std::size_t i = 0; i < std::min(missed.size(), kShownPairs); ++i) {
        text += fmt::format("  {:>7} {} {} with {}: {}\n", missed[i].cases, missed[i].operation, missed[i].first,
                            missed[i].second, missed[i].why);
    }
    return text;
}

/// Which bugs the passing runs rule out, and which nothing so far would have shown.
std::string sharpness(const CampaignReport& report) {
    std::int64_t caught = 0;
    std::int64_t looked_at = 0;
    double shares = 0;
    std::string missed;
    for (const FaultCaught& each : report.faults) {
        caught += each.exposed > 0 ? 1 : 0;
        if (each.examined > 0) {
            ++looked_at;
            shares += static_cast<double>(each.exposed) / static_cast<double>(each.examined);
        }
        if (each.exposed == 0) {
            missed += fmt::format("  not: {} {}, {}\n", each.id, each.name,
                                  each.examined == 0 ? "which plays no part in any case that passed"
                                                     : fmt::format("in none of {} cases", each.examined));
        }
    }
    if (looked_at == 0) {
        return "";
    }
    return fmt::format(
               "sharpness\n  would have caught {} of the {} faults of the dictionary; a fault shows in {:.0f} % of the "
               "cases that passed and in which it plays a part, on average\n",
               caught, report.faults.size(), 100 * shares / static_cast<double>(looked_at)) +
           missed;
}

std::string withheld(const CampaignReport& report) {
    std::int64_t runs = 0;
    std::string clusters;
    for (const auto& [identity, count] : report.withheld) {
        runs += count;
        clusters += fmt::format("    {:>7} {}\n", count, identity);
    }
    return runs == 0 ? ""
                     : fmt::format(
                           "  withheld: {} runs were not made, since most that looked like them ended in a full "
                           "cluster\n{}",
                           runs, clusters);
}

std::string remarks(const CampaignReport& report) {
    std::string text;
    for (const auto& [reason, count] : report.resampled) {
        text += fmt::format("  drawn again {} times: {}\n", count, reason);
    }
    if (report.steered_cases > 0) {
        text += fmt::format("  steered: {} indices were drawn again to keep them out of full clusters, away from\n",
                            report.steered_cases);
    }
    for (const auto& [identity, count] : report.steered) {
        text += fmt::format("    {:>7} {}\n", count, identity);
    }
    text += withheld(report);
    if (report.guided_cases > 0) {
        text += fmt::format(
            "  guided: of {} indices a draw with more pairs of attributes new to its lane was taken, {} more\n",
            report.guided_cases, report.guided_pairs);
    }
    for (const KnownIssueSeen& issue : report.known_issues) {
        text += fmt::format("  known issue {}: {} runs: {}\n", issue.id, issue.runs, issue.title);
    }
    for (const auto& [error, count] : report.harness_errors) {
        text += fmt::format("  harness error, {} times: {}\n", count, error);
    }
    for (const std::string& complaint : report.complaints) {
        text += fmt::format("  {}\n", complaint);
    }
    return text.empty() ? "" : "remarks\n" + text;
}

}  // namespace

std::string campaign_screen(const CampaignReport& report, const ScreenStyle& style) {
    return head(report) + implementations(report, style) + operations(report, style) + elements(report, style) +
           reasons(report.refusals, "unsupported") + reasons(report.vacuous, "vacuous") +
           reasons(report.out_of_contract, "with elements outside the contract") + coverage(report) +
           pairs(report, style) + sharpness(report) + remarks(report) + clusters(report, style);
}

}  // namespace difftest::harness
