#include "harness/campaign/corpora.hpp"
#include "harness/campaign/input_error.hpp"
#include "harness/cli/answer.hpp"
#include "harness/cli/verb.hpp"
#include "harness/workbench/equivalents.hpp"

#include <CLI/CLI.hpp>

#include <memory>

namespace difftest::harness::cli {
namespace {

struct Flags {
    std::string name;
    std::string node;
    std::string folder;
    std::vector<std::string> backends;
    std::vector<std::string> isas;
    std::vector<std::string> plans;
    std::string corpora;
    bool without_runs = false;
    bool without_search = false;
    bool json = false;
};

ExitCode run_equivalents(const Flags& flags) {
    const Corpora corpora = Corpora::locate(flags.corpora);
    const std::vector<graph::Case> cases = load_cases(corpora, {flags.name});
    if (cases.size() != 1) {
        throw InputError(flags.name + ": more than one case");
    }
    EquivalentsRequest request{cases[0], flags.node, flags.folder, !flags.without_runs, !flags.without_search, {}};
    if (request.runs) {
        request.run.backends = select_backends(flags.backends);
        request.run.isas = flags.isas;
        request.run.plans = flags.plans;
        request.run.known_issues = read_known_issues(corpora.known_issues());
    }
    const EquivalentsReport report = equivalents(request);
    write_answer(flags.json ? equivalents_document(report) : equivalents_screen(report, screen_style_for_answer()));
    return request.runs ? exit_code_of(summarize(report.runs)) : ExitCode::clean;
}

}  // namespace

void add_equivalents(CLI::App& app, Action& action) {
    const auto flags = std::make_shared<Flags>();
    CLI::App* verb = app.add_subcommand(
        "equivalents", "Other graphs for a convolution with zero points: made, run, judged, and where each breaks");
    verb->add_option("case,--case", flags->name, "A named case, a case file, or catalogue:NUMBER")->required();
    verb->add_option("--node", flags->node, "The convolution (default: the first with a zero point)");
    verb->add_option("--out", flags->folder, "Write each form, and the smallest break of each, as a case file here");
    verb->add_option("--backend", flags->backends, "onednn, opencl:DEVICE, ...; may be repeated (default: all here)")
        ->allow_extra_args(false);
    verb->add_option("--isa", flags->isas, "all (the default), or rungs of the backend's ISA ladder")->delimiter(',');
    verb->add_option("--plan", flags->plans, "Only these plans; may be repeated")
        ->delimiter(',')
        ->allow_extra_args(false);
    verb->add_option("--corpora", flags->corpora, "Directory of the corpora (also DIFFTEST_CORPORA)");
    verb->add_flag("--without-runs", flags->without_runs, "Only the forms and where they break");
    verb->add_flag("--without-search", flags->without_search, "Do not search where the forms break");
    verb->add_flag("--json", flags->json, "One JSON document on stdout: reports/schema/equivalents.schema.json");
    verb->callback([flags, &action] { action = [flags] { return run_equivalents(*flags); }; });
}

}  // namespace difftest::harness::cli
