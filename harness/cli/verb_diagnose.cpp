#include "harness/campaign/corpora.hpp"
#include "harness/campaign/diagnose_case.hpp"
#include "harness/cli/answer.hpp"
#include "harness/cli/verb.hpp"

#include <CLI/CLI.hpp>

#include <memory>

namespace difftest::harness::cli {
namespace {

struct Flags {
    std::string name;
    std::string original;
    std::string backend;
    std::string isa;
    std::string plan;
    std::int64_t runs = DiagnosisBudget{}.runs;
    std::string corpora;
    bool json = false;
    bool brief = false;
};

ExitCode diagnose(const Flags& flags) {
    const Corpora corpora = Corpora::locate(flags.corpora);
    DiagnoseRequest request;
    request.value = load_cases(corpora, {flags.name}).front();
    if (!flags.original.empty()) {
        request.original = load_cases(corpora, {flags.original}).front();
    }
    request.backend = select_backend(flags.backend);
    if (!flags.isa.empty()) {
        request.isa = flags.isa;
    }
    if (!flags.plan.empty()) {
        request.plan = flags.plan;
    }
    request.budget.runs = flags.runs;
    request.look_around = !flags.brief;
    const DiagnosisReport report = diagnose_case(request);
    write_answer(flags.json ? diagnosis_document(report) : diagnosis_screen(report));
    return report.unexplained == "the backend agrees with the graph" ? ExitCode::clean : ExitCode::finding;
}

}  // namespace

void add_diagnose(CLI::App& app, Action& action) {
    const auto flags = std::make_shared<Flags>();
    CLI::App* verb = app.add_subcommand("diagnose", "Name the rule that a backend breaks on a failing case");
    verb->add_option("case,--case", flags->name, "A named case or a case file, best the minimal.json of reduce")
        ->required();
    verb->add_option("--original", flags->original, "The case that it was reduced from: a name must explain both");
    verb->add_option("--backend", flags->backend,
                     "As of run: onednn, opencl:DEVICE[,kernel=FILE,manifest=FILE] (executes FILE), faulty:FAULT, ...")
        ->required();
    verb->add_option("--isa", flags->isa, "A rung of the backend's ISA ladder (default: the case's, else the highest)");
    verb->add_option("--plan", flags->plan, "A plan of the backend (default: the case's, else the first)");
    verb->add_option("--runs", flags->runs, "At most so many runs of the backend")->check(CLI::PositiveNumber);
    verb->add_option("--corpora", flags->corpora, "Directory of the corpora (also DIFFTEST_CORPORA)");
    verb->add_flag("--brief", flags->brief, "Only the name: not which properties, rungs and plans decide");
    verb->add_flag("--json", flags->json, "One JSON document on stdout: reports/schema/diagnosis.schema.json");
    verb->callback([flags, &action] { action = [flags] { return diagnose(*flags); }; });
}

}  // namespace difftest::harness::cli
