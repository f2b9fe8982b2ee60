#include "harness/campaign/bench.hpp"
#include "harness/campaign/bench_cases.hpp"
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
    bool json = false;
};

ExitCode bench(const Flags& flags) {
    const BenchReport report =
        run_bench({select_backend(flags.backend), flags.cases, flags.rounds, !flags.without_shapes, flags.endurance});
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
    verb->add_flag("--json", flags->json, "One JSON document on stdout: reports/schema/bench.schema.json");
    verb->callback([flags, &action] { action = [flags] { return bench(*flags); }; });
}

}  // namespace difftest::harness::cli
