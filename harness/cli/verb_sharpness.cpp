#include "harness/campaign/corpora.hpp"
#include "harness/campaign/input_error.hpp"
#include "harness/cli/answer.hpp"
#include "harness/cli/verb.hpp"
#include "harness/diagnose/explaining_faults.hpp"
#include "harness/report/sharpness_report.hpp"
#include "reference/faults/sharpness.hpp"

#include <CLI/CLI.hpp>

#include <memory>
#include <optional>

namespace difftest::harness::cli {
namespace {

struct Flags {
    std::vector<std::string> names;
    std::string contract = "strict";
    std::string corpora;
    bool json = false;
};

SharpnessReport report_of(const graph::Case& value, const contract::Contract& contract) {
    SharpnessReport report{value.name, {}};
    const faults::Sharpness sharpness = faults::sharpness(value, oracle::evaluate(value, contract));
    for (const faults::Exposure& exposure : sharpness.exposures) {
        report.rows.push_back(
            {placement_text(value, exposure.placement), exposure.witness ? exposure.witness->elements : 0});
    }
    return report;
}

ExitCode sharpness(const Flags& flags) {
    const std::optional<contract::Contract> contract = contract::Contract::parse(flags.contract);
    if (!contract) {
        throw InputError("--contract " + flags.contract + ": no such contract (see: difftest list contracts)");
    }
    std::vector<SharpnessReport> reports;
    for (const graph::Case& value : load_cases(Corpora::locate(flags.corpora), flags.names)) {
        reports.push_back(report_of(value, *contract));
    }
    write_answer(flags.json ? sharpness_document(reports) : sharpness_screen(reports));
    return ExitCode::clean;
}

}  // namespace

void add_sharpness(CLI::App& app, Action& action) {
    const auto flags = std::make_shared<Flags>();
    CLI::App* verb =
        app.add_subcommand("sharpness", "Which faults of the dictionary a case would expose, if a kernel had them");
    verb->add_option("case,--case", flags->names, "Named cases, case files, catalogue:NUMBER or catalogue:all")
        ->required();
    verb->add_option("--contract", flags->contract, "strict (the default), onednn2, ...: see list contracts");
    verb->add_option("--corpora", flags->corpora, "Directory of the corpora (also DIFFTEST_CORPORA)");
    verb->add_flag("--json", flags->json, "One JSON document on stdout: reports/schema/sharpness.schema.json");
    verb->callback([flags, &action] { action = [flags] { return sharpness(*flags); }; });
}

}  // namespace difftest::harness::cli
