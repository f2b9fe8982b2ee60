#include "harness/campaign/corpora.hpp"
#include "harness/campaign/input_error.hpp"
#include "harness/campaign/reduce_case.hpp"
#include "harness/cli/answer.hpp"
#include "harness/cli/verb.hpp"

#include <CLI/CLI.hpp>

#include <cstdio>
#include <memory>

namespace difftest::harness::cli {
namespace {

struct Flags {
    std::string name;
    std::string backend;
    std::string isa;
    std::string plan;
    std::string folder;
    std::int64_t tries = 20'000;
    double seconds = 0;
    std::size_t jobs = 1;
    double answer_seconds = 20;
    std::string corpora;
    bool json = false;
    bool quiet = false;
};

ExitCode reduce(const Flags& flags) {
    const Corpora corpora = Corpora::locate(flags.corpora);
    ReduceRequest request;
    request.value = load_cases(corpora, {flags.name}).front();
    request.backend = select_backend(flags.backend);
    if (!flags.isa.empty()) {
        request.isa = flags.isa;
    }
    if (!flags.plan.empty()) {
        request.plan = flags.plan;
    }
    request.known_issues = read_known_issues(corpora.known_issues());
    request.folder = flags.folder;
    request.tries = flags.tries;
    request.time = std::chrono::milliseconds(static_cast<std::int64_t>(flags.seconds * 1000));
    request.jobs = flags.jobs;
    request.limits.answer = std::chrono::milliseconds(static_cast<std::int64_t>(flags.answer_seconds * 1000));
    if (!flags.quiet) {
        request.progress = [](const std::string& line) { std::fprintf(stderr, "%s\n", line.c_str()); };
    }
    const FindingReport report = reduce_case(request);
    write_answer(flags.json ? finding_document(report) : finding_screen(report, flags.folder));
    return report.known_issue ? ExitCode::clean : ExitCode::finding;
}

}  // namespace

void add_reduce(CLI::App& app, Action& action) {
    const auto flags = std::make_shared<Flags>();
    CLI::App* verb = app.add_subcommand("reduce", "Shrink a failing case to a 1-minimal one, with a passing neighbour");
    verb->add_option("case,--case", flags->name, "A named case or a case file")->required();
    verb->add_option("--backend", flags->backend,
                     "As of run: onednn, opencl:DEVICE[,kernel=FILE,manifest=FILE] (executes FILE), faulty:FAULT, ...")
        ->required();
    verb->add_option("--isa", flags->isa, "A rung of the backend's ISA ladder (default: the highest that fails)");
    verb->add_option("--plan", flags->plan, "A plan of the backend (default: the first that fails)");
    verb->add_option("--out", flags->folder, "The finding folder; the same command again goes on where it ended")
        ->required();
    verb->add_option("--tries", flags->tries, "At most so many candidates")->check(CLI::PositiveNumber);
    verb->add_option("--time", flags->seconds, "At most so many seconds")->check(CLI::PositiveNumber);
    verb->add_option("--jobs", flags->jobs, "Candidates at a time; the result is the same for every number")
        ->check(CLI::Range(1, 1024));
    verb->add_option("--answer-limit", flags->answer_seconds,
                     "Seconds until a worker that does not answer hangs; lower it to reduce a hang fast")
        ->check(CLI::PositiveNumber);
    verb->add_option("--corpora", flags->corpora, "Directory of the corpora (also DIFFTEST_CORPORA)");
    verb->add_flag("--json", flags->json, "One JSON document on stdout: reports/schema/finding.schema.json");
    verb->add_flag("--quiet", flags->quiet, "No progress on stderr");
    verb->callback([flags, &action] { action = [flags] { return reduce(*flags); }; });
}

}  // namespace difftest::harness::cli
