#include "harness/campaign/bench.hpp"
#include "harness/campaign/bench_cases.hpp"
#include "harness/campaign/campaign_configuration.hpp"
#include "harness/campaign/throughput.hpp"
#include "harness/cli/answer.hpp"
#include "harness/cli/verb.hpp"

#include <CLI/CLI.hpp>

#include <memory>

namespace difftest::harness::cli {
namespace {

struct Flags {
    std::string backend = "onednn";
    std::int64_t cases = BenchRequest{}.cases;
    std::int64_t rounds = BenchRequest{}.rounds;
    bool without_shapes = false;
    std::int64_t endurance = 0;
    std::uint64_t random = 0;
    std::uint64_t throughput = 0;
    std::vector<int> jobs{1};
    std::string configuration = "smoke";
    std::string corpora;
    bool json = false;
};

ExitCode throughput(const Flags& flags) {
    const Corpora corpora = Corpora::locate(flags.corpora);
    const ThroughputReport report =
        measure_throughput({read_configuration(corpora, flags.configuration), flags.throughput, flags.jobs});
    write_answer(flags.json ? throughput_document(report) : throughput_screen(report, screen_style_for_answer()));
    return ExitCode::clean;
}

ExitCode bench(const Flags& flags) {
    if (flags.throughput > 0) {
        return throughput(flags);
    }
    BenchRequest request{select_backend(flags.backend), flags.cases, flags.rounds, !flags.without_shapes,
                         flags.endurance};
    if (flags.random > 0) {
        request.random_cases = flags.random;
        request.configuration = read_configuration(Corpora::locate(flags.corpora), flags.configuration);
    }
    const BenchReport report = run_bench(request);
    write_answer(flags.json ? bench_document(report) : bench_screen(report, screen_style_for_answer()));
    return ExitCode::clean;
}

}  // namespace

void add_bench(CLI::App& app, Action& action) {
    const auto flags = std::make_shared<Flags>();
    CLI::App* verb = app.add_subcommand(
        "bench", "Measure difftest against the library's own create + execute, and the oracle against the library");
    verb->add_option("--backend", flags->backend, "The backend to measure (default: onednn)");
    verb->add_option("--cases", flags->cases, "Small convolutions in a round")
        ->check(CLI::Range(std::int64_t{1}, kSmallConvolutions));
    verb->add_option("--rounds", flags->rounds, "Rounds, of which the median counts")
        ->check(CLI::Range(std::int64_t{1}, std::int64_t{1000}));
    verb->add_flag("--without-shapes", flags->without_shapes, "Leave out the oracle against the library");
    verb->add_option("--endurance", flags->endurance, "Also run so many cases in one worker and tell what it holds")
        ->check(CLI::Range(std::int64_t{1}, std::int64_t{1'000'000'000}));
    verb->add_option("--random", flags->random,
                     "Also so many cases of --config, with cold and with warm caches of kernels")
        ->check(CLI::Range(std::uint64_t{1}, std::uint64_t{1'000'000}));
    verb->add_option("--throughput", flags->throughput,
                     "Instead: so many generated cases through everything but a library, and what the process holds")
        ->check(CLI::Range(std::uint64_t{1}, std::uint64_t{1'000'000'000}));
    verb->add_option("--jobs", flags->jobs, "With --throughput: judges side by side, such as 1,2,4")
        ->delimiter(',')
        ->check(CLI::Range(1, 1024));
    verb->add_option("--config", flags->configuration,
                     "With --throughput or --random: of which configuration (default: smoke)");
    verb->add_option("--corpora", flags->corpora, "Directory of the corpora (also DIFFTEST_CORPORA)");
    verb->add_flag("--json", flags->json,
                   "One JSON document on stdout: reports/schema/bench.schema.json, throughput.schema.json");
    verb->callback([flags, &action] { action = [flags] { return bench(*flags); }; });
}

}  // namespace difftest::harness::cli
