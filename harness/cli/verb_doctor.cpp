#include "harness/campaign/corpora.hpp"
#include "harness/campaign/inspect_machine.hpp"
#include "harness/cli/answer.hpp"
#include "harness/cli/verb.hpp"

#include <CLI/CLI.hpp>

#include <memory>

namespace difftest::harness::cli {
namespace {

struct Flags {
    std::string corpora;
    bool json = false;
};

ExitCode doctor(const Flags& flags) {
    const MachineState machine = inspect_machine(Corpora::locate(flags.corpora));
    write_answer(flags.json ? machine_document(machine) : machine_screen(machine, screen_style_for_answer()));
    return ExitCode::clean;
}

}  // namespace

void add_doctor(CLI::App& app, Action& action) {
    const auto flags = std::make_shared<Flags>();
    CLI::App* verb =
        app.add_subcommand("doctor", "Show backends, libraries, ISAs and settings here, and what is missing");
    verb->add_option("--corpora", flags->corpora, "Directory of the corpora (also DIFFTEST_CORPORA)");
    verb->add_flag("--json", flags->json, "One JSON document on stdout: reports/schema/doctor.schema.json");
    verb->callback([flags, &action] { action = [flags] { return doctor(*flags); }; });
}

}  // namespace difftest::harness::cli
