#include "harness/campaign/campaign_folder.hpp"
#include "harness/campaign/corpora.hpp"
#include "harness/campaign/self_test.hpp"
#include "harness/cli/answer.hpp"
#include "harness/cli/verb.hpp"

#include <CLI/CLI.hpp>

#include <cstdio>
#include <memory>

namespace difftest::harness::cli {
namespace {

struct Flags {
    std::string configuration = "nightly";
    std::int64_t cases = 2000;
    std::vector<std::string> faults;
    std::string folder;
    std::string corpora;
    bool json = false;
    bool quiet = false;
};

ExitCode selftest(const Flags& flags) {
    SelfTestRequest request{
        Corpora::locate(flags.corpora), flags.configuration, flags.cases, flags.faults, flags.folder, {}};
    if (!flags.quiet) {
        request.progress = [](const std::string& line) { std::fprintf(stderr, "%s\n", line.c_str()); };
    }
    const SelfTestReport report = self_test(request);
    write_text(selftest_document(report), request.folder / "selftest.json");
    write_text(selftest_page(report), request.folder / "selftest.html");
    write_answer(flags.json ? selftest_document(report) : selftest_screen(report));
    const bool all = report.detected() == static_cast<std::int64_t>(report.rows.size());
    return all && report.wrongly_named() == 0 && report.correct_findings == 0 ? ExitCode::clean : ExitCode::finding;
}

}  // namespace

void add_selftest(CLI::App& app, Action& action) {
    const auto flags = std::make_shared<Flags>();
    CLI::App* verb = app.add_subcommand(
        "selftest", "Break every rule of the dictionary on purpose: is it detected, reduced, and named?");
    verb->add_option("--config", flags->configuration, "The configuration whose cases are searched (default: nightly)");
    verb->add_option("--cases", flags->cases, "At most so many cases (default: 2000)")->check(CLI::PositiveNumber);
    verb->add_option("--fault", flags->faults, "Only these (name or id; default: all)");
    verb->add_option("--out", flags->folder, "Where the finding folders go, selftest.json and selftest.html")
        ->required();
    verb->add_option("--corpora", flags->corpora, "Directory of the corpora (also DIFFTEST_CORPORA)");
    verb->add_flag("--json", flags->json, "One JSON document on stdout: reports/schema/selftest.schema.json");
    verb->add_flag("--quiet", flags->quiet, "No progress on stderr");
    verb->callback([flags, &action] { action = [flags] { return selftest(*flags); }; });
}

}  // namespace difftest::harness::cli
