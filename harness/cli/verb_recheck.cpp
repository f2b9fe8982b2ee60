#include "harness/campaign/corpora.hpp"
#include "harness/campaign/input_error.hpp"
#include "harness/campaign/recheck.hpp"
#include "harness/cli/answer.hpp"
#include "harness/cli/verb.hpp"

#include <CLI/CLI.hpp>

#include <memory>

namespace difftest::harness::cli {
namespace {

struct Flags {
    std::vector<std::string> cases;
    std::vector<std::string> backends;
    std::vector<std::string> isas;
    std::string ledger;
    std::string corpora;
    bool json = false;
};

ExitCode run(const Flags& flags) {
    const Corpora corpora = Corpora::locate(flags.corpora);
    RecheckRequest request;
    request.cases = load_cases(corpora, flags.cases);
    request.selection.backends = select_backends(flags.backends);
    if (request.selection.backends.empty()) {
        throw InputError("recheck: no backend is here (see: difftest doctor)");
    }
    request.selection.isas = flags.isas;
    request.selection.known_issues = read_known_issues(corpora.known_issues());
    request.selection.depth = JudgingDepth::verdict;
    Ledger ledger;
    if (!flags.ledger.empty()) {
        ledger = Ledger::read(flags.ledger);
        request.passes_until_fixed = kPassesUntilFixed;
    }
    const LifecycleReport report = recheck(request, ledger);
    if (!flags.ledger.empty()) {
        ledger.write(flags.ledger);
    }
    write_answer(flags.json ? lifecycle_document(report) : lifecycle_screen(report, screen_style_for_answer()));
    return exit_code_of(report);
}

}  // namespace

void add_recheck(CLI::App& app, Action& action) {
    const auto flags = std::make_shared<Flags>();
    CLI::App* verb =
        app.add_subcommand("recheck", "What became of the errors found before: every known issue, and the cases given");
    verb->add_option("cases,--case", flags->cases, "Cases that failed before; several are possible");
    verb->add_option("--backend", flags->backends, "As of run; default: every library that is here")
        ->allow_extra_args(false);
    verb->add_option("--isa", flags->isas, "As of run; default: all")->delimiter(',');
    verb->add_option("--ledger", flags->ledger,
                     "Remembers the states in this file: an error is then called fixed when it passed three times");
    verb->add_option("--corpora", flags->corpora, "Directory of the corpora (also DIFFTEST_CORPORA)");
    verb->add_flag("--json", flags->json, "One JSON document on stdout: reports/schema/lifecycle.schema.json");
    verb->callback([flags, &action] { action = [flags] { return run(*flags); }; });
}

}  // namespace difftest::harness::cli
