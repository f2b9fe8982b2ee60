#include "harness/campaign/campaign_folder.hpp"
#include "harness/campaign/input_error.hpp"
#include "harness/cli/answer.hpp"
#include "harness/cli/verb.hpp"
#include "harness/workbench/compare_requantize.hpp"

#include <CLI/CLI.hpp>

#include <charconv>
#include <memory>

namespace difftest::harness::cli {
namespace {

struct Flags {
    std::vector<std::string> rules;
    std::vector<double> multipliers;
    std::string output = "-128..127";
    std::int32_t zero_point = 0;
    std::string accumulators;
    std::size_t runs = 12;
    std::string plot;
    bool all = false;
    bool json = false;
};

std::pair<std::int32_t, std::int32_t> range_of(const std::string& flag, const std::string& text) {
    const auto dots = text.find("..");
    std::int32_t first = 0;
    std::int32_t last = 0;
    const char* begin = text.data();
    const char* end = begin + text.size();
    if (dots != std::string::npos) {
        const auto left = std::from_chars(begin, begin + dots, first);
        const auto right = std::from_chars(begin + dots + 2, end, last);
        if (left.ec == std::errc() && left.ptr == begin + dots && right.ec == std::errc() && right.ptr == end) {
            return {first, last};
        }
    }
    throw InputError(flag + " " + text + ": not two 32-bit integers like -128..127");
}

RequantizeRequest request_of(const Flags& flags) {
    RequantizeRequest request{flags.rules, flags.multipliers, {}, {}};
    std::tie(request.target.lowest, request.target.highest) = range_of("--output", flags.output);
    request.target.zero_point = flags.zero_point;
    if (!flags.accumulators.empty()) {
        std::tie(request.accumulators.first, request.accumulators.last) =
            range_of("--accumulators", flags.accumulators);
    }
    return request;
}

ExitCode compare(const Flags& flags) {
    const RequantizeRequest request = request_of(flags);
    if (flags.all) {
        if (!flags.plot.empty()) {
            throw InputError("--plot: of two rules, not of --all");
        }
        const RequantizeMatrix matrix = compare_requantize_pairs(request);
        write_answer(flags.json ? requantize_document(matrix) : requantize_screen(matrix));
        return ExitCode::clean;
    }
    const RequantizeReport report = compare_requantize(request);
    if (!flags.plot.empty()) {
        write_text(requantize_page(report, flags.runs), flags.plot);
    }
    write_answer(flags.json ? requantize_document(report, flags.runs) : requantize_screen(report, flags.runs));
    return report.compared_any() ? ExitCode::clean : ExitCode::nothing_ran;
}

std::string footer() {
    std::string text = "Rules:\n";
    for (const quantize::RequantizeRuleEntry& entry : quantize::requantize_rules()) {
        text += "  " + std::string(entry.name) + std::string(18 - entry.name.size(), ' ') + std::string(entry.meaning) +
                "\n";
    }
    return text +
           "A rule never decreases, so bisection finds every step of both: nothing is sampled. Exit code 3: no "
           "multiplier that both rules take.";
}

}  // namespace

void add_compare_requantize(CLI::App& app, Action& action) {
    const auto flags = std::make_shared<Flags>();
    CLI::App* verb = app.add_subcommand("compare-requantize",
                                        "Two ways to requantize: on which accumulators they differ, by exact search");
    verb->add_option("rules", flags->rules, "Two rules (with --all: those to pair; default: every one)");
    verb->add_option("--multiplier", flags->multipliers, "Real multipliers (default: a sweep over shifts 1 to 16)");
    verb->add_option("--output", flags->output, "Range of the output: -128..127 (the default), 0..255, ...");
    verb->add_option("--zero-point", flags->zero_point, "Of the output (default: 0)");
    verb->add_option("--accumulators", flags->accumulators, "The reachable ones, FIRST..LAST (default: every s32)");
    verb->add_option("--runs", flags->runs, "List at most so many differing runs, nearest to 0 (default: 12)");
    verb->add_option("--plot", flags->plot, "Write an HTML page with both staircases to this file");
    verb->add_flag("--all", flags->all, "All pairs of rules: shares, largest distances, smallest accumulators");
    verb->add_flag("--json", flags->json, "One JSON document on stdout: reports/schema/requantize.schema.json");
    verb->footer(footer());
    verb->callback([flags, &action] { action = [flags] { return compare(*flags); }; });
}

}  // namespace difftest::harness::cli
