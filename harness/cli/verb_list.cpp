#include "harness/campaign/corpora.hpp"
#include "harness/campaign/list_catalogue.hpp"
#include "harness/cli/answer.hpp"
#include "harness/cli/verb.hpp"

#include <CLI/CLI.hpp>

#include <memory>

namespace difftest::harness::cli {
namespace {

struct Flags {
    std::string section;
    std::string corpora;
    bool json = false;
};

ExitCode list(const Flags& flags) {
    const Catalogue catalogue = list_catalogue(flags.section, Corpora::locate(flags.corpora));
    write_answer(flags.json ? catalogue_document(catalogue) : catalogue_screen(catalogue, screen_style_for_answer()));
    return ExitCode::clean;
}

}  // namespace

void add_list(CLI::App& app, Action& action) {
    const auto flags = std::make_shared<Flags>();
    CLI::App* verb = app.add_subcommand("list", "Show what there is: cases, backends, rules, contracts");
    verb->add_option("section", flags->section, "cases, backends, rules or contracts; everything when it is left out");
    verb->add_option("--corpora", flags->corpora, "Directory of the corpora (also DIFFTEST_CORPORA)");
    verb->add_flag("--json", flags->json, "One JSON document on stdout: reports/schema/list.schema.json");
    verb->callback([flags, &action] { action = [flags] { return list(*flags); }; });
}

}  // namespace difftest::harness::cli
