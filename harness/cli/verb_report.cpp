#include "harness/campaign/campaign_folder.hpp"
#include "harness/campaign/corpora.hpp"
#include "harness/campaign/finding_drawings.hpp"
#include "harness/campaign/input_error.hpp"
#include "harness/campaign/tolerance_reader.hpp"
#include "harness/cli/answer.hpp"
#include "harness/cli/verb.hpp"

#include <CLI/CLI.hpp>

#include <algorithm>
#include <chrono>
#include <memory>
#include <system_error>

#include <fmt/chrono.h>

namespace difftest::harness::cli {
namespace {

struct Flags {
    std::string folder;
    std::vector<std::string> formats;
    std::string out;
    std::string history;
    std::string night;
    std::string corpora;
    bool json = false;
};

std::vector<ReportFormatName> wanted_formats(const std::vector<std::string>& names) {
    std::vector<ReportFormatName> result;
    for (const ReportFormatName& each : report_formats()) {
        if (names.empty() || std::find(names.begin(), names.end(), each.name) != names.end()) {
            result.push_back(each);
        }
    }
    for (const std::string& name : names) {
        const auto same = [&name](const ReportFormatName& each) { return each.name == name; };
        if (std::none_of(result.begin(), result.end(), same)) {
            throw InputError("--format " + name + ": unknown; known: html, junit, sarif, markdown, json");
        }
    }
    return result;
}

/// What a report shows of findings is files of the folder, which anybody may have written.
std::string rendered(const ToleranceReport& report, const ReportFormatName& format, const std::string& folder) {
    try {
        return render_report(report, format.format);
    } catch (const std::exception& error) {
        throw InputError(fmt::format("{}: no {}: {}", folder, format.file, error.what()));
    }
}

ExitCode run(const Flags& flags) {
    const std::vector<ReportFormatName> formats = wanted_formats(flags.formats);
    std::optional<NightRequest> nights;
    if (!flags.history.empty()) {
        const std::string today = fmt::format("{:%Y-%m-%d}", fmt::gmtime(std::chrono::system_clock::now()));
        nights = NightRequest{flags.history, flags.night.empty() ? today : flags.night};
    }
    ToleranceReport report =
        read_tolerance_report(flags.folder, read_known_issues(Corpora::locate(flags.corpora).known_issues()), nights);
    draw_findings(report, flags.folder);
    const std::filesystem::path beside = std::filesystem::path(flags.folder) / "report";
    const std::filesystem::path out = flags.out.empty() ? beside : std::filesystem::path(flags.out);
    std::error_code error;
    std::filesystem::create_directories(out, error);
    if (error) {
        throw InputError("--out " + out.string() + ": " + error.message());
    }
    std::string written;
    for (const ReportFormatName& each : formats) {
        write_text(rendered(report, each, flags.folder), out / each.file);
        written += (out / each.file).string() + "\n";
    }
    for (const std::string& warning : report.warnings) {
        std::fprintf(stderr, "warning: %s\n", warning.c_str());
    }
    write_answer(flags.json ? render_report(report, ReportFormat::json) : written);
    return exit_code_of(report);
}

}  // namespace

void add_report(CLI::App& app, Action& action) {
    const auto flags = std::make_shared<Flags>();
    CLI::App* verb = app.add_subcommand("report", "The tolerance report of a campaign's folder");
    verb->add_option("folder", flags->folder, "The campaign's folder, as fuzz or merge made it")->required();
    verb->add_option("--format", flags->formats, "html, junit, sarif, markdown, json; default: all")->delimiter(',');
    verb->add_option("--out", flags->out, "Where the files go; default: report/ in the folder");
    verb->add_option("--history", flags->history, "A folder that remembers every night: states, since when, the trend");
    verb->add_option("--night", flags->night, "The name of this night there; default: today, as 2026-11-26")
        ->needs("--history");
    verb->add_option("--corpora", flags->corpora, "Directory of the corpora (also DIFFTEST_CORPORA)");
    verb->add_flag("--json", flags->json, "One JSON document on stdout: reports/schema/report.schema.json");
    verb->callback([flags, &action] { action = [flags] { return run(*flags); }; });
}

}  // namespace difftest::harness::cli
