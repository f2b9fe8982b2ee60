#include "harness/campaign/corpora.hpp"
#include "harness/campaign/input_error.hpp"
#include "harness/campaign/run_cases.hpp"
#include "harness/cli/answer.hpp"
#include "harness/cli/verb.hpp"
#include "harness/report/run_document.hpp"
#include "harness/report/run_screen.hpp"

#include <fmt/format.h>
#include <CLI/CLI.hpp>

#include <algorithm>
#include <memory>
#include <optional>

namespace difftest::harness::cli {
namespace {

struct Flags {
    std::vector<std::string> cases;
    std::vector<std::string> backends;
    std::vector<std::string> isas;
    std::vector<std::string> plans;
    std::string implementation;
    std::optional<int> threads;
    std::string corpora;
    bool json = false;
};

/// Where only an implementation is named, it is that of the fully fused and of the fully split plan.
std::vector<std::string> plans_of(const Flags& flags) {
    if (flags.implementation.empty()) {
        return flags.plans;
    }
    std::vector<std::string> plans = flags.plans;
    if (plans.empty()) {
        plans = {"fused", "split"};
    }
    for (std::string& plan : plans) {
        if (plan.find('@') != std::string::npos) {
            throw InputError(
                fmt::format("--implementation {}: --plan {} names another one", flags.implementation, plan));
        }
        plan += '@' + flags.implementation;
    }
    return plans;
}

ExitCode run(const Flags& flags) {
    if (flags.cases.empty()) {
        throw InputError("run: no --case is given (see: difftest list cases)");
    }
    const Corpora corpora = Corpora::locate(flags.corpora);
    RunRequest request;
    request.cases = load_cases(corpora, flags.cases);
    request.backends = select_backends(flags.backends);
    request.every_backend =
        std::find(flags.backends.begin(), flags.backends.end(), kEveryBackend) != flags.backends.end();
    request.isas = flags.isas;
    request.plans = plans_of(flags);
    request.threads = flags.threads;
    request.known_issues = read_known_issues(corpora.known_issues());
    const RunReport report = run_cases(request);
    write_answer(flags.json ? run_document(report) : run_screen(report, screen_style_for_answer()));
    return exit_code_of(summarize(report));
}

}  // namespace

void add_run(CLI::App& app, Action& action) {
    const auto flags = std::make_shared<Flags>();
    CLI::App* verb =
        app.add_subcommand("run", "Run cases on backends and judge every output element (the default verb)");
    verb->add_option("cases,--case", flags->cases,
                     "A named case, a case file, or catalogue:NUMBER or catalogue:all; several are possible");
    verb->add_option(
            "--backend", flags->backends,
            "onednn, opencl:DEVICE, faulty:FAULT, ..., or all; may be repeated (default: every library that is here); "
            "several are also compared with each other. "
            "opencl:DEVICE,kernel=FILE,manifest=FILE executes the code in FILE, OpenCL C or SPIR-V, on the device; "
            "process:COMMAND executes the command, plugin:FILE the code of a shared library (backends/process, "
            "backends/plugin)")
        ->allow_extra_args(false);
    verb->add_option("--isa", flags->isas, "all (the default), or rungs of the backend's ISA ladder")->delimiter(',');
    verb->add_option("--plan", flags->plans,
                     "Only these plans, such as fused, split@ref, 'fused@*' or all; may be repeated")
        ->delimiter(',')
        ->allow_extra_args(false);
    verb->add_option("--implementation", flags->implementation,
                     "The library's implementation: a part of its name, such as ref, or its position");
    verb->add_option("--threads", flags->threads, "Threads of the library under test")->check(CLI::Range(1, 4096));
    verb->add_option("--corpora", flags->corpora, "Directory of the corpora (also DIFFTEST_CORPORA)");
    verb->add_flag("--json", flags->json, "One JSON document on stdout: reports/schema/run.schema.json");
    verb->callback([flags, &action] { action = [flags] { return run(*flags); }; });
}

}  // namespace difftest::harness::cli
